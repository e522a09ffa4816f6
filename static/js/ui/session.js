/**
 * One session on this tablet: its events, what is added to them, and where they are.
 *
 * Finish and Schedule share this; capture.js, which is to be there at once, says it by itself.
 */

import { drafts, keepDrafts } from "../device/drafts.js";
import { deviceId, onOthers, read, record, unsaved, waitingFor } from "../device/log.js";
import { keepInSync, sync } from "../device/sync.js";
import { attempt } from "./fill.js";
import { instrumentOf, keepTo } from "./instrument.js";
import { addUnsent, count, status as whereItIs } from "./whereabouts.js";

const UNSAVED = 900; // ms after which it is said that something is not saved

export const page = document.querySelector("[data-instrument]");
export const uuid = location.hash.slice(1);
export const stream = `observation/${uuid}`;
export const device = await deviceId();
export const instrument = await instrumentOf(page.dataset.instrument);
export const fields = await drafts(stream);

let events = await read(stream);
await keepTo(page.dataset.instrument, events);
let why = ""; // the last try to send failed
let show;

/** Render now and after every change; `render` returns the state that it shows. */
export function follow(render) {
  show = () => attempt(render) ?? {};
  show();
  count(stream, events).then(show);
  keepInSync(async (outcome) => {
    ({ why } = outcome);
    await count(stream, events);
    show();
  });
  document.addEventListener("visibilitychange", () => {
    keepDrafts();
    const { begun, ended } = show();
    if (begun && !ended) add([{ kind: document.visibilityState === "hidden" ? "page-hidden" : "page-shown" }], begun.by);
  });
  addEventListener("pagehide", keepDrafts);
  addEventListener("pageshow", ({ persisted }) => persisted && again());
  addEventListener("beforeunload", (event) => waitingFor() && event.preventDefault());
  addEventListener("hashchange", () => location.reload());
  onOthers((streams) => streams.includes(stream) && again());
}

/** Return the events, also those that are not on disk yet. */
export function allEvents() {
  return [...events, ...unsaved(stream).filter((one) => !events.includes(one))];
}

/** Record acts, then show them; `made` are the events, `kept` a promise that they are on disk. */
export function add(acts, by) {
  const { events: made, saved } = record(device, stream, by ?? "?", acts);
  setTimeout(show, UNSAVED);
  requestAnimationFrame(show);
  const kept = saved.then(() => {
    events.push(...made);
    addUnsent(made.length);
    show();
    sync();
  });
  return { made, kept };
}

/** Read what others have written. */
export async function again() {
  await count(stream, events).catch(reportError);
  events = await read(stream);
  show();
}

/** Return what the status line says, whether the server `lacks` anything, and `why`. */
export function status() {
  const late = waitingFor();
  document.getElementById("unsaved").hidden = late < UNSAVED;
  return { ...whereItIs(late, why, allEvents().length), why };
}

/** Say why something is not recorded. */
export function refuse(sentence) {
  const place = document.getElementById("refused");
  place.textContent = sentence;
  place.hidden = !sentence;
}

/** Wait for `save` before a link leads to another screen. */
export function onLeaving(save) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    await save();
    await keepDrafts();
    location.href = link.href;
  });
}
