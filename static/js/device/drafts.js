/** What stays on this tablet: unfinished text and how people are recognised, a row a field. */

import { answer, transact } from "./database.js";

const PAUSE = 500; // ms without a change until it is kept
const late = new Map();

/** Return a promise of the fields of a stream as a Map. */
export async function drafts(stream) {
  const range = IDBKeyRange.bound([stream], [stream, []]);
  const rows = await transact(["drafts"], "readonly", (transaction) =>
    answer(transaction.objectStore("drafts").getAll(range)),
  );
  return new Map(rows.map(({ field, value }) => [field, value]));
}

/** Keep a field's value in place of the one before, at the latest 500 ms from now. */
export function keepDraft(stream, field, value) {
  const key = JSON.stringify([stream, field]);
  const before = late.get(key);
  const timer = before?.timer ?? setTimeout(() => flush(key), PAUSE);
  late.set(key, { timer, row: { stream, field, value } });
}

/** Forget a field, whose text has become an event; where it is told what that `is`, nothing else. */
export function dropDraft(stream, field, is) {
  const key = JSON.stringify([stream, field]);
  const waits = late.get(key);
  if (waits && (!is || is(waits.row.value))) {
    clearTimeout(waits.timer);
    late.delete(key);
  }
  return transact(["drafts"], "readwrite", (transaction) => {
    const store = transaction.objectStore("drafts");
    const drop = () => void store.delete([stream, field]);
    if (!is) return drop();
    return answer(store.get([stream, field])).then((row) => row && is(row.value) && drop());
  });
}

/** A draft, and behind it what was typed before it came; a browser may have put the draft itself back. */
export function behind(draft, typed) {
  if (!typed) return draft;
  return typed.startsWith(draft) ? typed : `${draft}\n${typed}`;
}

/** Keep at once what waits: the page may be gone in a moment. */
export function keepDrafts() {
  return Promise.all([...late.keys()].map(flush));
}

/** Forget what waits: its record was erased. */
export function dropDrafts() {
  for (const { timer } of late.values()) clearTimeout(timer);
  late.clear();
}

async function flush(key) {
  const { timer, row } = late.get(key);
  clearTimeout(timer);
  late.delete(key);
  await transact(["drafts"], "readwrite", (transaction) => {
    transaction.objectStore("drafts").put(row);
  });
}
