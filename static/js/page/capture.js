/** The capture screen on a tablet: a submitted form is an event in the log, and the log is shown. */

import { instant, localISO } from "../core/events.js";
import { recordedNow } from "../core/clock.js";
import { RESERVED } from "../core/kinds.js";
import { readStory, standing } from "../core/story.js";
import { drafts, keepDraft, keepDrafts } from "../device/drafts.js";
import { deviceId, onOthers, read, record, unsaved, waitingFor } from "../device/log.js";
import { reading } from "../device/reading.js";
import { captureView } from "../ui/capture-view.js";
import { attempt, fillItem, fillList } from "../ui/fill.js";
import { said } from "../ui/forms.js";
import { instrumentOf, keepTo } from "../ui/instrument.js";
import { clearNote, correctNote, correcting, dropNote, hasText, openNote, writingFor } from "../ui/note.js";
import { refuse } from "../ui/refusing.js";
import { addUnsent, count, status } from "../ui/whereabouts.js";
import { word } from "../ui/words.js";

const UNDO = 10_000; // ms that what was just recorded can be taken back in one tap
const ASKS = 5_000; // ms that it is asked by whom
const LATE = 100; // ms after which a tap is shown though it is not saved yet
const UNSAVED = 900; // ms after which it is said that something is not saved
const LULL = 1_000; // ms without a tap until it is sent
const FLASH = 500; // ms
const STEP = 5_000; // ms by which the timeline grows: a few of its pixels
const PRESS = 200; // ms, in which a finger is gone again and what it did is on the screen
const MARK = "mark-";
const FIRST = ["phases", "leads", "leadership", "collaboration", "board"]; // lists in which a tap is seen
const NEWEST = 20; // entries of the log that are in view; the older ones are folded: a tap takes as long after three hundred
const LONGEST = /.{1,40000}/gsu; // characters of a note

const page = document.querySelector(".capture");
const uuid = location.hash.slice(1);
const stream = `observation/${uuid}`;
const early = []; // taps that came before all is ready: they wait, with the time at which they were done
let ready = false;
let keyed; // the last press was one of a key

// At the click, not at the submission that the browser makes of it.
page.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button?.form?.checkValidity() || event.defaultPrevented) return;
  event.preventDefault();
  const clocks = reading();
  keyed = !event.detail;
  if (ready) tapped(button, clocks);
  else early.push(() => tapped(button, clocks));
});

const [device, instrument, fields] = await Promise.all([
  deviceId(),
  instrumentOf(page.dataset.instrument),
  drafts(stream).catch(() => new Map()),
]);
const marks = new Map(
  [...fields].filter(([field]) => field.startsWith(MARK)).map(([field, value]) => [field.slice(MARK.length), value]),
);
let events = await read(stream);
await keepTo(page.dataset.instrument, events);
let refused = ""; // the sentence that is shown
let just; // what was recorded last: `{ id, since, keyed }`, by the clock that nobody can set
const NOTHING = { current: {}, people: [], log: [], end: 0 }; // what is known when the log cannot be read
let shown = NOTHING;
let story; // read of this many events
let many;
let lines = []; // of the log
let bands = () => ({}); // until they are there
let steps; // of the timeline, at which it was drawn
let ticking;
let drawing; // the timer of what is drawn after a tap was, until it is
let sending; // the timer of the next try
let sends = false;
let why = ""; // the last try to send failed

openNote(stream, fields.get("note"));
// Not needed for the first tap.
import("/static/js/ui/leaving.js").then(({ followLeaving }) => followLeaving({ record: leave, keep: keepDrafts, save: saveNote, links: "a.finish, a.home" }));
import("/static/js/device/wake-lock.js").then(({ keepAwake }) => keepAwake());
import("/static/js/ui/bands-view.js").then((view) => ({ bands } = view)).then(render);
import("/static/js/ui/notices.js").then(({ showNotices }) => showNotices());
import("/static/js/ui/pressing.js").then(({ showPressed }) => showPressed(page));
import("/static/js/ui/long-press.js").then(({ openCardsOnLongPress }) => openCardsOnLongPress(page));
import("/static/js/ui/keyboard.js").then(({ goByKeyboard }) => goByKeyboard(page));

page.addEventListener("click", (event) => {
  const line = event.target.closest("[data-correct]")?.closest("[data-key]");
  if (!line) return;
  event.preventDefault();
  correctNote(line.dataset.key, noteStanding(line.dataset.key));
});

page.addEventListener("change", ({ target }) => {
  if (!("mark" in target.dataset)) return;
  const person = target.closest("[data-key]").dataset.key;
  marks.set(person, target.value.trim());
  keepDraft(stream, MARK + person, target.value.trim());
  render();
});

document.querySelector(".older").addEventListener("toggle", () => render());
addEventListener("pagehide", keepDrafts);
addEventListener("pageshow", ({ persisted }) => persisted && again());
addEventListener("beforeunload", (event) => waitingFor() && event.preventDefault());
addEventListener("hashchange", () => location.reload());
onOthers((streams) => streams.includes(stream) && again());

document.querySelector("#unsaved button").addEventListener("click", async () => {
  await import("/static/js/rescue.js");
  saveEverything(unsaved(stream));
});

function tapped(button, clocks) {
  const { form } = button;
  const { kind, data } = said(form, button);
  const act = (ACTS[kind] ?? ACTS.other)(kind, data);
  if (!act) return;
  if (act.acts) add(act.acts, true, clocks).then(act.saved);
  if (act.flash) flash(button);
  tell(typeof act === "string" ? word(act) : "", form.elements.person);
  if (typeof act !== "string") form.closest("details:not(.older)")?.removeAttribute("open");
}

/** What a submitted form comes to: acts to record, the name of a sentence that refuses it, or nothing. */
const ACTS = {
  other: (kind, data) => ({ acts: [{ kind, data }] }),
  "phase-started": (kind, data) => on(shown.current.phase, data.phase, kind, data),
  "lead-taken": (kind, data) => on(shown.current.lead, data.lead, kind, data),
  "interruption-started": (kind, data) =>
    ACTS.other(shown.current.interruption && !data.text ? "interruption-ended" : kind, data),
  "person-recorded": (kind, data) => {
    if (RESERVED.includes(data.person)) return "reserved-code";
    if (shown.people.some(({ person }) => person === data.person)) return "known-person";
    return { acts: [{ kind, data }, { kind: "person-arrived", data: { person: data.person } }] };
  },
  "note-written": (kind, data) => {
    if (!data.text) return undefined;
    const about = correcting();
    const ago = writingFor(reading());
    // An event holds so much; the rest of a long text are notes of their own, in order.
    const [first, ...rest] = data.text.match(LONGEST);
    const part = (text, index) => ({ kind, data: { ...data, text, part: index + 1, ...(ago && { ago }) } });
    const acts = rest.length ? [first, ...rest].map(part) : [{ kind, data: { ...data, ...(ago && { ago }) } }];
    if (about) acts[0] = { kind: "note-corrected", data: { ...data, text: first, ...about } };
    clearNote();
    return { acts, saved: dropNote };
  },
  "judged-by": (_, { seen, person }) => {
    const { event, time } = entry(seen);
    const { indicator, state, judged, part } = event.data;
    const data = { indicator, state, judged, ...(part && { part }), person, replaces: [seen], moment: iso(time) };
    return { acts: [{ kind: "indicator-judged", data }] };
  },
  "put-earlier": (_, { event, earlier }) => {
    const time = entry(event).time - Number(earlier);
    if (time < 0) return "before-start";
    const replaces = events.filter(({ kind, data }) => kind === "moment-corrected" && data.event === event).map(({ id }) => id);
    return { acts: [{ kind: "moment-corrected", data: { event, moment: iso(time), ...(replaces.length && { replaces }) } }] };
  },
};

function on(current, value, kind, data) {
  return current?.value === value && !shown.ended ? { flash: true } : ACTS.other(kind, data);
}

function entry(id) {
  return shown.log.find(({ event }) => event.id === id);
}

function noteStanding(id) {
  const said = shown.log.filter(({ event, retracted }) => !retracted && (event.data.note ?? event.id) === id);
  return standing(said.map(({ event }) => [id, event, event])).get(id);
}

/** A time of the session, ms since its start, as an event says it. */
function iso(time) {
  const milliseconds = shown.start + time;
  return localISO(milliseconds, -new Date(milliseconds).getTimezoneOffset());
}

/** Record acts first, and show them when they are saved; only what takes long is shown before. */
async function add(acts, tell = true, clocks = undefined) {
  const by = events.find(({ kind }) => kind === "observation-begun")?.by ?? "?";
  const { events: made, saved } = record(device, stream, by, acts, clocks);
  if (tell) just = { id: made[0].id, since: performance.now(), keyed };
  const late = setTimeout(tick, LATE);
  await saved;
  clearTimeout(late);
  events.push(...made);
  addUnsent(made.length);
  requestAnimationFrame(() => render({ tapped: true }));
  clearTimeout(sending);
  sending = setTimeout(send, LULL);
}

function leave(act) {
  if (shown.begun && !shown.ended) return add([act], false);
}

/** Whoever goes to another screen of the record takes the unfinished note along. */
async function saveNote() {
  if (!hasText()) return;
  await add(ACTS["note-written"]("note-written", said(document.querySelector("form.note")).data).acts);
  await dropNote();
}

/** Send what is unsent, from now on whenever there is a reason. */
async function send() {
  const { keepInSync, sync } = await import("/static/js/device/sync.js");
  if (sends) return sync();
  sends = true;
  return keepInSync(tellOfSync);
}

async function tellOfSync(outcome) {
  ({ why } = outcome);
  await count(stream, events);
  render();
}

async function again() {
  await count(stream, events);
  events = await read(stream);
  render();
}

/**
 * Draw all; of what was `tapped` that in which it is seen, and the rest when that is on the screen.
 *
 * When the clock `ticked` and nothing else happened, only what goes with it: a finger may come down just then.
 */
function render({ tapped, ticked } = {}) {
  const clocks = reading();
  const all = [...events, ...unsaved(stream).filter((one) => !events.includes(one))];
  const own = all.filter((event) => event.device === device);
  const now = own.length ? recordedNow(own, clocks) : instant(clocks.at);
  const same = ticked && !drawing && all.length === many;
  if (!same) [story, many] = [attempt(() => readStory(all)), all.length];
  const view = story && attempt(() => captureView(story, instrument, now, marks, bands));
  const { state = NOTHING, going = {}, bands: grown = {}, lists = {}, items = {} } = view ?? {};
  shown = state;
  if (!same) lines = attempt(() => lists.log?.()) ?? [];
  const older = lines.slice(NEWEST);
  const unfolded = document.querySelector(".older").open;
  const told = { ...lists, log: () => lines.slice(0, NEWEST), older: () => (unfolded ? older : []) };
  const step = Math.floor(now / STEP);
  const parts = Object.entries({ ...going, ...(same && step === steps ? {} : grown), ...(same ? {} : told) });
  steps = step;
  const draw = (first) => {
    for (const [name, list] of parts) if (FIRST.includes(name) === first) attempt(() => fillList(name, list()));
  };
  const drawRest = () => {
    drawing = undefined;
    draw(false);
  };
  draw(true);
  clearTimeout(drawing);
  if (tapped) drawing = setTimeout(drawRest);
  else drawRest();
  for (const [name, item] of Object.entries(items)) attempt(() => fillItem(name, item()));
  fillItem("older", { number: older.length, none: !older.length });
  attempt(() => {
    const { item, people } = justView();
    fillItem("just", item);
    fillList("by-whom", people);
  });
  const late = waitingFor() >= UNSAVED;
  document.getElementById("unsaved").hidden = !late;
  fillItem("top", {
    ...status(waitingFor(), why, all.length),
    finish: `/finish?language=${document.documentElement.lang}#${uuid}`,
  });
}

/** What was just recorded, for as long as it can be taken back or it is asked by whom. */
function justView() {
  const age = just && performance.now() - just.since;
  const held = just?.keyed; // who has only keys needs longer to get there
  const told = (age < UNDO || held) && entry(just.id);
  if (!told || told.retracted) {
    const asksLead = !shown.log.some(({ event }) => event.kind === "lead-taken");
    return { item: { off: true, on: false, asks: false, time: "", text: "", hint: word(asksLead ? "who-leads" : "tap-says") }, people: [] };
  }
  const { event } = told;
  const line = lines.find(({ key }) => key === event.id);
  const asks = event.kind === "indicator-judged" && event.data.state === "seen" && !event.data.person && (age < ASKS || held);
  const hint = asks ? word("by-whom") : "";
  just.said ??= `${line?.time} ${line?.text}. ${hint}`; // once a tap
  return {
    item: {
      said: just.said,
      off: false,
      on: true,
      asks,
      event: event.id,
      time: line?.time ?? "",
      text: line?.text ?? word(event.kind),
      hint,
    },
    people: asks ? shown.current.there.map((person) => ({ key: person, seen: event.id })) : [],
  };
}

function tell(sentence, field) {
  if (sentence === refused) return; // what changes is drawn before a tap is saved
  refused = sentence;
  refuse(sentence, field);
}

function flash(element) {
  element.classList.add("flash");
  setTimeout(() => element.classList.remove("flash"), FLASH);
}

/**
 * Once a second, when the session's clock goes on.
 *
 * While a finger is down it waits, once: what the finger does is to be on the screen before the clock is. What is not
 * saved yet is said all the same.
 */
function tick(finger = !waitingFor() && document.querySelector(".pressed")) {
  clearTimeout(ticking);
  if (finger) {
    ticking = setTimeout(tick, PRESS, null);
    return;
  }
  try {
    render({ ticked: true });
  } finally {
    ticking = setTimeout(tick, waitingFor() ? UNSAVED - LATE : 1000 - (shown.end % 1000));
  }
}
try {
  tick();
} finally {
  ready = true; // also where a part of the screen cannot be drawn
  for (const tap of early) tap();
}
count(stream, events).then(render);
send();
