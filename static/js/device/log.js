/**
 * The log on this tablet: every act is an event, saved in the order in which it was done.
 *
 * What is not on disk yet is held in memory and tried again until it is.
 */

import { makeEvent } from "../core/events.js";
import { answer, transact } from "./database.js";
import { newId, reading } from "./reading.js";

const WAITS = [0, 50, 200, 1_000]; // ms before a further try; from then on the last
const NOT_YET = Number.MAX_SAFE_INTEGER; // the number of an event that is not on disk: after all others

const waiting = []; // { stream, events, kept }, oldest first
const numbers = new Map(); // the last number of each stream, as far as this page knows
const pages = new BroadcastChannel("observation");
let device;
let writing = false;

/** Return this tablet's id, made when there is none: a store that was cleared is a new tablet. */
export async function deviceId() {
  device ??= transact(["facts"], "readwrite", async (transaction) => {
    const facts = transaction.objectStore("facts");
    const known = await answer(facts.get("device"));
    if (known) return known;
    const made = newId();
    facts.put(made, "device");
    return made;
  }).catch((error) => {
    device = undefined; // the next one asks again
    throw error;
  });
  return device;
}

/**
 * Record acts `{ kind, data, id? }` that were done together at a reading of the clocks.
 *
 * Returns at once `{ events, saved }`; `saved` is a promise that is kept once all of them are on
 * disk, however often that has to be tried. Until then `unsaved` tells of them.
 */
export function record(device, stream, by, acts, clocks = reading()) {
  const events = acts.map(({ id = newId(), kind, data = {} }) =>
    makeEvent({ id, stream, kind, device, seq: NOT_YET, by, data, ...clocks }),
  );
  const saved = new Promise((kept) => waiting.push({ stream, events, kept, since: performance.now() }));
  write();
  return { events, saved };
}

/** Return the events of a stream that are not on disk yet. */
export function unsaved(stream) {
  return waiting.filter((one) => one.stream === stream).flatMap(({ events }) => events);
}

/** Return for how many ms the oldest act waits to be saved, 0 when all is on disk. */
export function waitingFor() {
  return waiting.length ? performance.now() - waiting[0].since : 0;
}

/** Return a promise of a stream's events on this tablet, in any order. */
export async function read(stream) {
  const range = IDBKeyRange.bound([stream], [stream, []]);
  const rows = await transact(["events"], "readonly", (transaction) =>
    answer(transaction.objectStore("events").getAll(range)),
  );
  return rows.filter(({ outcome }) => outcome !== "erased").map(({ event }) => event);
}

/** Return a promise of the beginnings of all observations on this tablet, the earliest first. */
export async function allBegun() {
  const rows = await transact(["events"], "readonly", (transaction) => answer(transaction.objectStore("events").getAll()));
  return rows.map(({ event }) => event).filter(({ kind }) => kind === "observation-begun").sort((one, other) => (one.id < other.id ? -1 : 1));
}

/** Call when another page of this browser has saved something, with the streams. */
export function onOthers(listener) {
  pages.addEventListener("message", ({ data }) => {
    for (const stream of data) numbers.delete(stream);
    listener(data);
  });
}

async function write() {
  if (writing) return;
  writing = true;
  for (let tries = 0; waiting.length; ) {
    const batch = [...waiting];
    try {
      await commit(batch);
    } catch (error) {
      console.warn("Not saved yet:", error);
      await new Promise((go) => setTimeout(go, WAITS[Math.min(tries++, WAITS.length - 1)]));
      continue;
    }
    tries = 0;
    waiting.splice(0, batch.length);
    for (const { kept } of batch) kept();
    pages.postMessage([...new Set(batch.map(({ stream }) => stream))]);
  }
  writing = false;
}

/** Save in one transaction, with the numbers taken inside it. */
async function commit(batch) {
  const given = new Map();
  try {
    await transact(["events"], "readwrite", (transaction) =>
      put(transaction.objectStore("events"), batch.flatMap(({ events }) => events), given),
    );
  } catch (error) {
    // Another page took the number: look again which one is the last.
    numbers.clear();
    throw error;
  }
  for (const [event, number] of given) {
    event.seq = number;
    numbers.set(event.stream, number);
  }
}

async function put(store, events, given) {
  const last = new Map(numbers);
  const there = new Map(); // the number of each event that is on disk
  for (const event of events) {
    const { stream, device } = event;
    if (!last.has(stream)) {
      const range = IDBKeyRange.bound([stream, device], [stream, device, []]);
      const rows = await answer(store.getAll(range));
      last.set(stream, rows.at(-1)?.event.seq ?? 0);
      for (const row of rows) there.set(row.event.id, row.event.seq);
    }
    // A connection that broke may have saved, and only not said so.
    const number = there.get(event.id) ?? last.get(stream) + 1;
    given.set(event, number);
    if (there.has(event.id)) continue;
    last.set(stream, number);
    store.add({ event: { ...event, seq: number }, unsent: 1 });
  }
}
