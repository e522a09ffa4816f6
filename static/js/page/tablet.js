/** The page of this tablet: what is on it, what became of it, and whether it can go on alone. */

import { beginningOf } from "../core/beginning.js";
import { isErased } from "../core/erased.js";
import { instant } from "../core/events.js";
import { foldInterview } from "../core/interviews.js";
import { clock } from "../core/format.js";
import { ageLook } from "../core/limits.js";
import { grouped } from "../core/lists.js";
import { readStory } from "../core/story.js";
import { tally } from "../core/tally.js";
import { isAside, whereabouts } from "../core/whereabouts.js";
import { fact } from "../device/database.js";
import { enrol } from "../device/enrolment.js";
import { interviewKit, kit } from "../device/kit.js";
import { endPractice } from "../device/practice.js";
import { deviceId, onOthers } from "../device/log.js";
import { ended, wipeMarks } from "../device/marks.js";
import { offer } from "../device/offering.js";
import { allRows } from "../device/rows.js";
import { reconcile } from "../device/recovery.js";
import { heldShell } from "../device/shell.js";
import { free, staying } from "../device/storage.js";
import { keepInSync, sync } from "../device/sync.js";
import { takeIn } from "../device/taking-in.js";
import { inWords, oldestAge } from "../ui/age.js";
import { offerEmptying } from "../ui/emptying.js";
import { showFaults } from "../ui/faults-view.js";
import { fillItem, fillList } from "../ui/fill.js";
import { followHiding, showListed } from "../ui/hiding.js";
import { showNotices } from "../ui/notices.js";
import { queueView } from "../ui/queue-view.js";
import { refuse } from "../ui/refusing.js";
import { offerUpdate } from "../ui/update.js";
import { word } from "../ui/words.js";

const MINUTE = 60_000; // ms
const WRONG = 2 * MINUTE; // how far the tablet's clock may be from the server's
const CODE = /^#enrol=([0-9a-z-]{10,24})$/i;
const EVERY = 5_000; // ms until the shell's files are counted again

const language = document.documentElement.lang;
const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const queue = document.querySelector('[data-item="queue"]');

const brought = broughtCode();
let asked = false; // in this visit, for what the server set aside

document.getElementById("send").addEventListener("click", () => {
  asked = false;
  sync(true);
});
document.addEventListener("visibilitychange", () => (asked = false));
document.getElementById("take-in").addEventListener("change", async ({ target }) => {
  const taken = await takeIn(target.files[0]).then(
    (number) => word("taken-in", { number }),
    () => word("no-copy"),
  );
  fillItem("taken", { taken });
  target.value = "";
  await show();
  sync(true);
});
document.getElementById("enrol").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { code, name } = event.target.elements;
  const refusal = await enrol(code.value, name.value);
  refuse(refusal ?? word("wrong-answer"), refusal === undefined ? undefined : code);
  if (refusal !== "") return;
  event.target.reset();
  document.getElementById("came").hidden = true;
  asked = false; // what was set aside comes in with the new token
  await show();
  document.querySelector("#practise a").focus();
  sync(true);
});

addEventListener("hashchange", () => fillIn(broughtCode()));
addEventListener("hashchange", show);

queue.addEventListener("toggle", () => queue.open && show());

offerEmptying();
offerUpdate();
showNotices();
followHiding(show);
showShell();
endPractice();
await reconcile(await deviceId());
await show();
fillIn(brought);
keepInSync(told);
onOthers(show);
addEventListener("pageshow", ({ persisted }) => persisted && show());

/**
 * Once a visit, when the server answers, offer again what it set aside: a lead may have accepted it,
 * or its stream can be read again. What is still set aside comes back as that.
 */
async function told({ why }) {
  const first = !why && !asked;
  asked ||= first;
  if (first && (await offer(null, (outcome) => outcome === "quarantined"))) return sync(true);
  // What became of what was sent, and whether this tablet may still read it. Then all is shown at once.
  if (["", "not-approved"].includes(why)) {
    await kit();
    await interviewKit(); // so that an interview can begin without a connection
  }
  return show();
}

async function show() {
  const rows = await allRows();
  await wipeMarks(ended(rows));
  const facts = Object.fromEntries(
    await Promise.all(["account", "erasing", "kit", "offset", "recovered", "refused", "sync"].map(async (name) => [name, await fact(name)])),
  );
  await showSessions(rows, facts.kit?.streams ?? {});
  await showSending(rows, facts.sync);
  showEnrolment(facts);
  showErased(rows, facts);
  await showState(facts);
  await showFaults(time);
}

/** How much the server has erased, and nothing of what it was. */
function showErased(rows, { erasing }) {
  const erased = rows.filter(({ outcome }) => outcome === "erased").map(({ event }) => event.stream);
  const sentence = word("erased", { number: erased.length, records: new Set(erased).size });
  fillItem("erased", {
    none: !erased.length,
    sentence,
    swept: !erasing,
    away: location.hash !== "#erased",
  });
}

/** The form is there for a tablet without an account, and for one whose token is refused. */
function showEnrolment({ account, refused }) {
  const waits = Boolean(account) && account.token === refused;
  fillItem("enrolment", { noAccount: !account || waits, hasAccount: Boolean(account) && !waits });
  fillItem("approval", { approved: !waits });
  const { name } = document.getElementById("enrol").elements;
  if (waits) name.value ||= account.name ?? "";
}

/** Return the code that a QR code brought, and take it out of the address, where others would find it. */
function broughtCode() {
  const [, code] = CODE.exec(location.hash) ?? [];
  if (code) history.replaceState(null, "", location.pathname + location.search);
  return code;
}

/** Fill in the code, if there is one and this tablet may need it, and ask for the name. */
function fillIn(code) {
  if (!code) return;
  const form = document.getElementById("enrol");
  if (form.hidden) return document.getElementById("enrolment").scrollIntoView();
  form.elements.code.value = code;
  document.getElementById("came").hidden = false;
  form.scrollIntoView({ block: "center" });
  form.elements.name.focus();
}

function showSessions(rows, known) {
  const sessions = [...grouped(rows.map((row) => [row.event.stream, row]))].filter(([, own]) => !isErased(own)).map(([stream, own]) => session(stream, own, known[stream]));
  sessions.sort((one, other) => other.start - one.start);
  fillItem("none", { some: sessions.length > 0, sentence: word("nothing") });
  return showListed(sessions);
}

/** `known` is what the server last said of the session, undefined when it said nothing. */
function session(stream, rows, known) {
  const { unsent, aside, word: where } = whereabouts(rows);
  const not = [unsent && word("not-on-the-server", { number: unsent }), aside && word("set-aside", { number: aside })].filter(Boolean);
  // As many here as there: nothing is newer here than what the server said.
  const safe = !unsent && known?.backup === true && rows.length === known.events + known.shells.length;
  const events = rows.filter(({ outcome }) => outcome !== "erased").map(({ event }) => event);
  const described = stream.startsWith("interview/") ? interview(stream, events, known) : observation(stream, events);
  return {
    key: stream,
    ...described,
    date: time.format(described.start),
    here: word("on-this-tablet"),
    sent: not.join("; ") || word(where),
    allSent: !unsent,
    sentLook: not.length ? "no" : "yes",
    backup: word(safe ? "in-a-checked-backup" : "not-in-a-checked-backup"),
    backupLook: safe ? "yes" : "no",
  };
}

function observation(stream, events) {
  const story = readStory(events);
  const { start, end } = tally(story);
  const { school, unit, label } = beginningOf(story) ?? {};
  return {
    start,
    label: label ?? word("unknown-session"),
    about: [school, unit].filter(Boolean).join(" · "),
    length: clock(end),
    noClaims: true,
    ...Object.fromEntries(["capture", "finish", "schedule"].map((page) => [page, screen(page, stream)])),
  };
}

function interview(stream, events, known) {
  const { recorded, claims } = foldInterview(events);
  const { interview, school, participants = [] } = recorded?.value ?? {};
  return {
    start: Math.min(...events.map(({ at }) => instant(at))),
    label: interview ?? known?.label ?? word("an-interview"),
    about: [school, participants.join(", ")].filter(Boolean).join(" · "),
    length: word("claims", { number: claims.length }),
    noSession: true,
    claims: screen("claims", stream),
  };
}

function screen(page, stream) {
  return `/${page}?language=${language}#${stream.split("/")[1]}`;
}

async function showSending(rows, last) {
  const unsent = rows.filter((row) => row.unsent).map(({ event }) => event);
  const aside = rows.filter(isAside);
  const why = [...new Set(aside.map(({ reason }) => reason))].join(" ");
  const sent = aside.length ? word("some-aside", { number: aside.length, why }) : rows.length ? word("all-sent") : "";
  const age = oldestAge(unsent);
  fillItem("sending", {
    unsent: unsent.length ? word("some-unsent", { number: unsent.length, age: inWords(age) }) : sent,
    state: ageLook(age),
    tried: tried(last),
  });
  fillItem("queue", { empty: !unsent.length });
  // A long one is drawn for who looks at it.
  if (queue.open) fillList("queue", await queueView(rows.map(({ event }) => event), unsent));
}

function tried(last) {
  if (!last) return word("never-tried");
  const at = time.format(instant(last.tried));
  return last.why ? word("tried-in-vain", { time: at, why: word(last.why) }) : word("tried", { time: at });
}

async function showState({ offset, recovered }) {
  const [room, stays] = [await free(), await staying()];
  fillItem("alerts", {
    noRecovered: !recovered,
    recovered: recovered && word("recovered", { number: recovered.number, time: time.format(instant(recovered.at)) }),
  });
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const wrong = Math.abs(offset) > WRONG;
  fillItem("state", {
    stays: word(`stays-${stays}`),
    room: room === undefined ? word("room-unknown") : word("room", { number: Math.floor(room / 1_000_000) }),
    clock: offset === undefined ? word("clock-unknown") : wrong ? word(offset > 0 ? "clock-behind" : "clock-ahead", { number: minutes }) : word("clock-right"),
    clockLook: wrong ? "wrong" : "",
  });
}

/** Every file is counted, since the browser may have thrown some away; while it installs, again. */
async function showShell() {
  const shell = await heldShell().catch(() => undefined);
  const ready = shell && shell.held === shell.all;
  const possible = "serviceWorker" in navigator;
  fillItem("state", {
    ready: ready ? word("ready") : possible ? word("ready-not", shell ?? { held: 0, all: "?" }) : word("ready-never"),
    version: shell?.version.slice(0, 8) ?? "–",
  });
  if (!ready && possible) setTimeout(showShell, EVERY);
}
