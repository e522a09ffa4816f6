/** How people are recognised (a blue jumper): of use while the session goes on, and wiped when it is over. */

import { answer, transact } from "./database.js";

export const MARK = "mark-"; // of the fields

/** Whether a field of the drafts says how somebody is recognised. */
export const isMark = (field) => field.startsWith(MARK);

/** Forget how people of these sessions were recognised; none is kept of one that has ended. */
export function wipeMarks(streams) {
  return transact(["drafts"], "readwrite", async (transaction) => {
    const store = transaction.objectStore("drafts");
    for (const { stream, field } of await answer(store.getAll())) {
      if (streams.has(stream) && isMark(field)) store.delete([stream, field]);
    }
  });
}

/** Return the sessions that have ended, of the rows of the log; one whose end was taken back goes on. */
export function ended(rows) {
  const back = new Set(rows.map(({ event }) => event.kind === "event-retracted" && event.data.event));
  const ends = rows.filter(({ event }) => event.kind === "observation-ended" && !back.has(event.id));
  return new Set(ends.map(({ event }) => event.stream));
}
