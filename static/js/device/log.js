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

const LULL = 50; // ms without a save until the second copy follows

const copying = new Map(); // timers by stream
const waiting = []; // { stream, events, kept }, oldest first
const numbers = new Map(); // the last number of each stream, as far as this page knows
const pages = new BroadcastChannel("observation");
let device;
let writing = false;

/**
 * Return a promise of this tablet's id, made when there is none: a store that was cleared is a new
 * tablet, and gets back what the second copy has. Without a database this page is a tablet.
 */
export function deviceId() {
  device ??= known().catch(newId);
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

/** Return for how many ms the oldest act waits to be saved, at least 1; 0 when all is on disk. */
export function waitingFor() {
  return waiting.length && Math.max(1, performance.now() - waiting[0].since);
}

/** Return a promise of a stream's events on this tablet, in any order; at worst those of the copy. */
export async function read(stream) {
  try {
    const [rows, own] = await Promise.all([rowsOf(stream), deviceId()]);
    // So that a tap, or the leaving of the page, is written without a look.
    numbers.set(stream, lastOf(rows.filter(({ event }) => event.device === own), numbers.get(stream)));
    return rows.filter(({ outcome }) => outcome !== "erased").map(({ event }) => event);
  } catch {
    const { copiedEvents } = await import("/static/js/device/recovery.js");
    return (await copiedEvents()).filter((event) => event.stream === stream);
  }
}

/** Call when another page of this browser has saved something, with the streams. */
export function onOthers(listener) {
  pages.addEventListener("message", ({ data }) => {
    for (const stream of data) numbers.delete(stream);
    listener(data);
  });
}

async function known() {
  const made = newId();
  const id = await transact(["facts"], "readwrite", async (transaction) => {
    const facts = transaction.objectStore("facts");
    const known = await answer(facts.get("device"));
    if (!known) facts.put(made, "device");
    return known ?? made;
  });
  if (id === made) await (await import("/static/js/device/recovery.js")).reconcile(id).catch(console.warn);
  return id;
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
      if (tries === 0 && error?.name === "QuotaExceededError")
        import("/static/js/device/shell.js").then(({ freeShells }) => freeShells()).catch(console.warn);
      await new Promise((go) => setTimeout(go, WAITS[Math.min(tries++, WAITS.length - 1)]));
      continue;
    }
    tries = 0;
    waiting.splice(0, batch.length);
    for (const { kept } of batch) kept();
    const streams = [...new Set(batch.map(({ stream }) => stream))];
    for (const stream of streams) {
      clearTimeout(copying.get(stream));
      copying.set(stream, setTimeout(copy, LULL, stream));
    }
    pages.postMessage(streams);
  }
  writing = false;
}

/** Nobody waits for the second copy. */
async function copy(stream) {
  try {
    const { keepCopy } = await import("/static/js/device/copy.js");
    await keepCopy(await device, stream, () => read(stream));
  } catch (error) {
    console.warn("No second copy:", error);
  }
}

/** Save in one transaction; the numbers are a guess that it proves. */
async function commit(batch) {
  const events = batch.flatMap((one) => one.events);
  const there = new Map(); // numbers by id
  const last = new Map();
  for (const { stream, device } of events)
    if (!last.has(stream)) last.set(stream, numbers.get(stream) ?? (await lastNumber(stream, device, there)));
  const add = (transaction) => {
    const next = new Map(last);
    for (const event of events) {
      event.seq = there.get(event.id);
      if (event.seq) continue;
      next.set(event.stream, (event.seq = next.get(event.stream) + 1));
      transaction.objectStore("events").add({ event, unsent: 1 });
    }
    return next;
  };
  try {
    for (const [stream, number] of await transact(["events"], "readwrite", add)) numbers.set(stream, number);
  } catch (error) {
    // Another page, or a try that seemed to fail, took the number.
    numbers.clear();
    for (const event of events) event.seq = NOT_YET;
    throw error;
  }
}

/** Return the last number; `there` gets all. */
async function lastNumber(stream, device, there) {
  const rows = await rowsOf(stream, device);
  for (const { event } of rows) there.set(event.id, event.seq);
  return lastOf(rows);
}

const lastOf = (rows, known = 0) => Math.max(known, rows.at(-1)?.event.seq ?? 0);

/** Return a promise of the rows of a stream, perhaps of one device only, in the order of its numbers. */
export function rowsOf(...key) {
  const range = IDBKeyRange.bound(key, [...key, []]);
  return transact(["events"], "readonly", (transaction) => answer(transaction.objectStore("events").getAll(range)));
}
