/**
 * What is practised lies in a database and a copy of its own (database.js, copy.js), of which no other page knows:
 * so nothing of it can be sent, counted, listed or proposed, and removing these two removes all of it.
 */

import { digest } from "../core/canonical.js";
import { newId, reading } from "./reading.js";
import { ask } from "./sync.js";

const PLACE = "practice"; // of the database, the copy and the lock
const TABLET = "observation"; // the database of what counts
const PATIENCE = 5_000; // ms that the end of a practice is waited for

/** Practise on this page alone: `left` is called when another page begins to. The lock ends with the page. */
export function practiseHere(left) {
  navigator.locks.request(PLACE, { steal: true }, () => new Promise(() => {})).catch(left);
}

/** Remove what was practised, unless somebody goes on with it on another page. */
export function endPractice() {
  return navigator.locks.request(PLACE, { signal: AbortSignal.timeout(PATIENCE) }, removePractice).catch(() => {});
}

/** Remove everything that was practised on this tablet, the database last. */
export async function removePractice() {
  const folder = async () => (await navigator.storage.getDirectory()).removeEntry(PLACE, { recursive: true });
  // One by one: WebKit keeps what lies in a cache that is removed while a page has it open.
  const cache = async () => {
    if (!(await caches.has(PLACE))) return;
    const copies = await caches.open(PLACE);
    for (const request of await copies.keys()) await copies.delete(request);
    await caches.delete(PLACE);
  };
  // Where there is no such place, there is nothing to remove.
  await Promise.allSettled([folder(), cache()]);
  await new Promise((resolve) => {
    const request = indexedDB.deleteDatabase(PLACE);
    request.onsuccess = request.onerror = resolve;
  });
}

/** Return a promise of "", or of why the server does not answer: it is sent a batch of nothing, with the tablet's token. */
export async function whyNoAnswer() {
  const [account, refused] = await tabletFacts("account", "refused");
  if (!account) return "not-enrolled";
  if (account.token === refused) return "not-approved";
  const batch = newId();
  try {
    const { status, body } = await ask("events", { batch, sent: reading().at, digest: await digest([]), events: [], streams: {} }, account.token);
    if (status === 401) return "not-approved";
    return status === 200 && body.batch === batch ? "" : "server-busy";
  } catch (error) {
    return error.why ?? "no-connection";
  }
}

/** What the tablet remembers outside of the practice; nothing where nothing was ever recorded. */
function tabletFacts(...names) {
  return new Promise((resolve) => {
    const request = indexedDB.open(TABLET);
    // There is none: an empty one would be taken for the tablet's own.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () => resolve([]);
    request.onsuccess = () => {
      const database = request.result;
      const facts = database.transaction("facts").objectStore("facts");
      const found = names.map((name) => facts.get(name));
      facts.transaction.oncomplete = () => {
        database.close();
        resolve(found.map(({ result }) => result));
      };
      facts.transaction.onabort = () => resolve([]);
    };
  });
}
