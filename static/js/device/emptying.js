/** Takes everything that was recorded off this tablet; its pages, which hold nothing of a study, stay. */

import { answer, transact } from "./database.js";
import { whereabouts } from "../core/whereabouts.js";
import { PLACE } from "./copy.js";
import { isMark } from "./marks.js";
import { removePractice } from "./practice.js";
import { allRows } from "./rows.js";

const DATABASES = ["observation", "observation-copy"]; // rewriting.js makes the second
const PATIENCE = 10_000; // ms that other pages get to let go of them

/** Return a promise of how much the server lacks, half-typed texts too, and how many `events` there are. */
export async function lacking() {
  const rows = await allRows();
  const drafts = await transact(["drafts"], "readonly", (transaction) => answer(transaction.objectStore("drafts").getAll()));
  const typed = drafts.filter(({ field, value }) => !isMark(field) && value);
  return { number: whereabouts(rows).unsent + typed.length, events: rows.length };
}

/**
 * Delete the database and the second copy, and leave the page: what it does next would make them again.
 *
 * Throws when another page does not let go of the database; then nothing may be gone.
 */
export function emptyTablet(address) {
  const signal = AbortSignal.timeout(PATIENCE);
  return navigator.locks.request("sync", { signal }, async () => {
    for (const name of DATABASES) await remove(name);
    await removePractice();
    const folder = async () => (await navigator.storage.getDirectory()).removeEntry(PLACE, { recursive: true });
    // Where there is no such place, there is nothing to remove.
    await Promise.allSettled([folder(), caches.delete(PLACE)]);
    location.replace(address);
    return new Promise(() => {}); // until the page is gone nothing is sent
  });
}

function remove(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
    setTimeout(reject, PATIENCE, new Error("Another page holds the database."));
  });
}
