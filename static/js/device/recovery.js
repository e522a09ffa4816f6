/** When the browser cleared the database or the second copy: each gets back what the other has. */

import { alone, cache, CANARY, drop, eventsOf, folder, get, merge, PLACE, put } from "./copy.js";
import { answer, fact, keepFact, transact } from "./database.js";
import { reading } from "./reading.js";

/**
 * Make the database and the copy hold the same events, and sign the copy as this tablet's.
 *
 * What is put back keeps the device and the number that it had, and is offered to the server; the
 * fact `recovered` says how many that were, and when.
 */
export async function reconcile(device) {
  const back = await putBack(await copiedEvents());
  if (back) {
    const before = (await fact("recovered"))?.number ?? 0;
    await keepFact("recovered", { number: before + back, at: reading().at });
  }
  for (const stream of new Set((await keptEvents()).map((event) => event.stream)))
    await merge(stream, () => keptEvents(IDBKeyRange.bound([stream], [stream, []])));
  if ((await get(CANARY)) !== device) await put(CANARY, device);
}

/** Return a promise of the events in the second copy, each once. */
export async function copiedEvents() {
  const found = new Map();
  for (const [, events] of await files()) for (const event of events) found.set(event.id, event);
  return [...found.values()];
}

/** Take events that were erased out of the second copy, by their ids. */
export function eraseCopies(ids) {
  return alone(async () => {
    for (const [name, events] of await files()) {
      const left = events.filter(({ id }) => !ids.has(id));
      if (left.length === events.length) continue;
      await drop(name); // WebKit leaves the bytes of a long entry that a short one replaces
      if (left.length) await put(name, JSON.stringify(left));
    }
  });
}

/** Put events into the database that are not there, and return a promise of how many that were. */
export function putBack(events) {
  return transact(["events"], "readwrite", async (transaction) => {
    const store = transaction.objectStore("events");
    let number = 0;
    for (const event of events) {
      if (await answer(store.getKey([event.stream, event.device, event.seq]))) continue;
      store.put({ event, unsent: 1 });
      number++;
    }
    return number;
  });
}

/** The events of the database, of a range or all; of erased ones nothing is copied. */
async function keptEvents(range) {
  const rows = await transact(["events"], "readonly", (transaction) => answer(transaction.objectStore("events").getAll(range)));
  return rows.filter(({ outcome }) => outcome !== "erased").map(({ event }) => event);
}

/** All files of the copy, each a name and its events. */
async function files() {
  const texts = new Map();
  for (const request of await (await cache()).keys()) {
    const name = request.url.split(`/${PLACE}/`)[1];
    texts.set(name, await get(name));
  }
  try {
    for await (const name of (await folder()).keys()) texts.set(name, await get(name));
  } catch {
    // No private file system here: then all of it is in the cache.
  }
  texts.delete(CANARY);
  return [...texts].map(([name, text]) => [name, eventsOf(text)]);
}
