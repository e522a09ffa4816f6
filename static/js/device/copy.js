/**
 * The second copy of the log: a file for every save, in the browser's private file system, or in
 * Cache Storage where that cannot be written. It follows the database and nobody waits for it.
 */

export const PLACE = "copy"; // of the folder, and of the cache
export const CANARY = "device"; // the file that says whose copy it is

let last = Promise.resolve();
let signed;

/** Add events that are in the database now. */
export function keepCopy(device, events) {
  last = last.then(() => add(device, events)).catch((error) => console.warn("No second copy:", error));
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

export const cache = () => caches.open(PLACE);

export async function folder() {
  return (await navigator.storage.getDirectory()).getDirectoryHandle(PLACE, { create: true });
}

async function add(device, events) {
  if (!signed && (await get(CANARY)) !== device) await (await import("./recovery.js")).reconcile(device);
  signed = true;
  await put(events[0].id, JSON.stringify(events));
}
