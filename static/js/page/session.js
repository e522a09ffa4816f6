/** One session on this tablet, as its screens share it: its events, what is added, where they are. */

import { drafts, keepDrafts } from "../device/drafts.js";
import { instrumentOf } from "../device/instrument.js";
import { deviceId, onOthers, read, record, unsaved, waitingFor } from "../device/log.js";
import { unsentNumbers } from "../device/outbox.js";
import { keepInSync, sync } from "../device/sync.js";
import { word } from "../ui/words.js";

const UNSAVED = 1_000; // ms after which it is said that something is not saved

export const page = document.querySelector("[data-instrument]");
export const uuid = location.hash.slice(1);
export const stream = `observation/${uuid}`;
export const [device, instrument, fields] = await Promise.all([
  deviceId(),
  instrumentOf(page.dataset.instrument),
  drafts(stream),
]);

let events = await read(stream);
let unsent = 0; // events of this session that the server does not have
let tried; // the last try to send: `{ tried, why }`
let show;

/** Show the session now and whenever it has changed; `render` returns the state that it shows. */
export function follow(render) {
  show = render;
  show();
  keepInSync(async (outcome) => {
    tried = outcome;
    unsent = (await unsentNumbers()).get(stream) ?? 0;
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
  for (const link of document.querySelectorAll("[hreflang]")) link.hash = uuid;
}

/** Return the events of the session, also those that are not on disk yet. */
export function allEvents() {
  return [...events, ...unsaved(stream).filter((one) => !events.includes(one))];
}

/**
 * Record acts, then show them: an error in showing must not keep anything from being saved.
 *
 * Returns `{ made, kept }`: the events, and a promise that is kept when they are on disk.
 */
export function add(acts, by) {
  const { events: made, saved } = record(device, stream, by ?? "?", acts);
  setTimeout(show, UNSAVED + 100);
  requestAnimationFrame(show);
  const kept = saved.then(() => {
    events.push(...made);
    unsent += made.length;
    show();
    sync();
  });
  return { made, kept };
}

/** Read the events again: something else has written some. */
export async function again() {
  events = await read(stream);
  show();
}

/** Return what the status line says, and tell when something is not on disk for long. */
export function status() {
  const late = waitingFor();
  document.getElementById("unsaved").hidden = late <= UNSAVED;
  return {
    state: late ? "saving" : "saved",
    saved: word(late ? "saving" : unsent ? "on-this-tablet" : "on-the-server"),
    sent: unsent ? word("unsent", { number: unsent, why: tried?.why ? word(tried.why) : "" }) : word("entries", { number: allEvents().length }),
  };
}

/** Return the reason why the last try to send failed, "" when the server has all, undefined before. */
export function unsentWhy() {
  return unsent || waitingFor() ? tried?.why || undefined : "";
}

/** Say why something is not recorded. */
export function refuse(sentence) {
  const place = document.getElementById("refused");
  place.textContent = sentence;
  place.hidden = !sentence;
  return place;
}

/** Let `save` take along what is unfinished before a link leads to another screen. */
export function onLeaving(save) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    // A place on this page must not take the place of the session in the address.
    const [, place] = /^#(.+)/.exec(link.getAttribute("href")) ?? [];
    if (place) return Object.assign(document.getElementById(place), { tabIndex: -1 }).focus();
    await save();
    await keepDrafts();
    location.href = link.href;
  });
}
