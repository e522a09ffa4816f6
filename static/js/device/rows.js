/** Everything that is in the log on this tablet. */

import { answer, transact } from "./database.js";

/** Return a promise of every row of the log: `{ event, unsent, outcome, reason }`. */
export function allRows() {
  return transact(["events"], "readonly", (transaction) => answer(transaction.objectStore("events").getAll()));
}

/** Return a promise of the beginnings of all observations on this tablet, the earliest first. */
export async function allBegun() {
  const rows = await allRows();
  return rows.map(({ event }) => event).filter(({ kind }) => kind === "observation-begun").sort((one, other) => (one.id < other.id ? -1 : 1));
}
