/**
 * The second copy of the log: a file a stream, in the browser's private file system, or in Cache
 * Storage where that cannot be written. It follows the database and nobody waits for it.
 */

import { practising } from "./database.js";

export const PLACE = practising ? "practice" : "copy"; // of the folder, and of the cache
export const CANARY = "device"; // the file that says whose copy it is

const waiting = new Map(); // by stream what reads it
let writing = false;
let signed = false;

/** Bring the copy of a stream up to what `read` returns a promise of: its events in the database. */
export async function keepCopy(device, stream, read) {
  waiting.set(stream, read);
  if (writing) return;
  writing = true;
  try {
    if (!signed && (await get(CANARY)) !== device) await (await import("./recovery.js")).reconcile(device);
    signed = true;
    for (const [stream, read] of waiting) {
      waiting.delete(stream); // before the read: what is saved after it comes again
      await merge(stream, read);
    }
  } finally {
    writing = false;
  }
}

/** Add to the copy of a stream those of the events that it lacks; what only the copy has stays there. */
export function merge(stream, read) {
  return alone(async () => {
    const events = await read();
    const copied = eventsOf(await get(nameOf(stream)));
    const known = new Set(copied.map(({ id }) => id));
    const missing = events.filter(({ id }) => !known.has(id));
    if (missing.length) await put(nameOf(stream), JSON.stringify([...copied, ...missing]));
  });
}

/** Do this while no other page writes the copy: else what one page erases comes back by another. */
export function alone(work) {
  return navigator.locks.request(`second copy: ${PLACE}`, work);
}

/** Return the events of a file; one that was cut off while it was written has none. */
export function eventsOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return [];
  }
}

/** Return a promise of the text of a file, empty when there is none. */
export async function get(name) {
  try {
    const text = await (await (await (await folder()).getFileHandle(name)).getFile()).text();
    if (text) return text;
  } catch {
    // It is in the cache, or nowhere.
  }
  return (await (await (await cache()).match(`/${PLACE}/${name}`))?.text()) ?? "";
}

/** Write a file, in place of the one of this name. */
export async function put(name, text) {
  try {
    const writable = await (await (await folder()).getFileHandle(name, { create: true })).createWritable();
    await writable.write(text);
    await writable.close();
  } catch {
    await (await cache()).put(`/${PLACE}/${name}`, new Response(text));
  }
}

/** Remove a file. */
export async function drop(name) {
  await folder().then((place) => place.removeEntry(name)).catch(() => {}); // it is in the cache, or nowhere
  await (await cache()).delete(`/${PLACE}/${name}`);
}

export const cache = () => caches.open(PLACE);

export async function folder() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(PLACE, { create: true });
}

function nameOf(stream) {
  return stream.split("/")[1];
}
