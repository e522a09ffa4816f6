/** Practice: a session at a made-up school on the capture screen, and three things that are ticked off as they work. */

import { deviceId, onOthers, record, rowsOf } from "../device/log.js";
import { practiseHere, removePractice, whyNoAnswer } from "../device/practice.js";
import { newId } from "../device/reading.js";
import { word } from "../ui/words.js";

const AGAIN = 10_000; // ms until a server that did not answer is asked again
const BY_ITSELF = ["observation-begun", "page-hidden", "page-shown"]; // kinds that nobody taps

const band = document.querySelector(".practice");
const { begun, phase, capture } = band.dataset;
const done = new Set();
let asking = false;

practiseHere(() => location.replace(band.querySelector(".practice-end").href));
band.querySelector("[data-reload]").addEventListener("click", () => location.reload());
addEventListener("pageshow", ({ persisted }) => persisted && location.reload()); // what it shows was removed

// Without a session in the address another practice begins; loaded again it goes on.
const before = location.hash ? await tapped() : undefined;
if (before === undefined) await begin();
if (before > 0) tick("reload");
document.body.append(Object.assign(document.createElement("script"), { type: "module", src: capture }));
await look();
onOthers(look);
addEventListener("online", askServer);
askServer();

/** Record the beginning, in place of what was practised before. */
async function begin() {
  await removePractice();
  const uuid = newId();
  const acts = [{ kind: "observation-begun", data: JSON.parse(begun) }, { kind: "phase-started", data: { phase } }];
  await record(await deviceId(), streamOf(uuid), "P", acts).saved;
  history.replaceState(null, "", `#${uuid}`);
}

/** Return a promise of how many taps are on the disk, undefined when not even the beginning is. */
async function tapped() {
  const rows = await rowsOf(streamOf(location.hash.slice(1)));
  const own = rows.filter(({ event }) => !BY_ITSELF.includes(event.kind));
  return rows.length ? own.length - 1 : undefined; // the phase was begun with the session
}

async function look() {
  if ((await tapped()) > 0) tick("tap");
}

async function askServer() {
  if (asking || done.has("server")) return;
  asking = true;
  const why = await whyNoAnswer();
  asking = false;
  band.querySelector("[data-step=server] [data-why]").textContent = why && word(why);
  if (why) setTimeout(askServer, AGAIN);
  else tick("server");
}

function tick(step) {
  if (done.has(step)) return;
  done.add(step);
  const line = band.querySelector(`[data-step=${step}]`);
  line.dataset.done = "true";
  line.querySelector(".tick").textContent = "✓";
  line.querySelector("[data-said]").textContent = word("done");
  band.querySelector("[data-all]").hidden = done.size < 3;
}

function streamOf(uuid) {
  return `observation/${uuid}`;
}
