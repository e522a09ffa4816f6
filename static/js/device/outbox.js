/** What the server does not have yet, as the rows of the log say it. */

import { answer, transact } from "./database.js";

const STATED = 1_000; // streams
const LAST = 2; // `unsent` of what was not taken when it was sent alone

/** Return a promise of the oldest unsent events, at most so many. */
export function unsentEvents(most) {
  return transact(["events"], "readonly", async (transaction) => {
    const rows = await answer(transaction.objectStore("events").index("unsent").getAll(null, most));
    return rows.map(({ event }) => event);
  });
}

/** Return a promise of how many events are unsent. */
export function countUnsent() {
  return transact(["events"], "readonly", (transaction) => answer(transaction.objectStore("events").index("unsent").count()));
}

/** Return a promise of whether nothing was ever recorded on this tablet. */
export function isEmpty() {
  return transact(["events"], "readonly", async (transaction) => {
    return !(await answer(transaction.objectStore("events").count()));
  });
}

/** Mark events as sent, `{ event, outcome, reason }` each. */
export function markSent(results) {
  return transact(["events"], "readwrite", (transaction) => {
    const store = transaction.objectStore("events");
    for (const { event, outcome, reason } of results) store.put({ event, outcome, ...(reason && { reason }) });
  });
}

/** Let an event that was not taken wait behind all others, so that it keeps none of them back. */
export function standBack(event) {
  return transact(["events"], "readwrite", (transaction) => {
    transaction.objectStore("events").put({ event, unsent: LAST });
  });
}

/** Return a promise of the device's last number in its newest streams, as many as a batch states. */
export function lastNumbers(device) {
  return transact(["events"], "readonly", async (transaction) => {
    const last = {};
    const request = transaction.objectStore("events").openKeyCursor(null, "prev");
    for (let cursor = await answer(request), count = 0; cursor && count < STATED; cursor = await answer(request)) {
      const [stream, by, seq] = cursor.key;
      if (by === device) (last[stream] = seq), count++;
      cursor.continue([stream, by]); // to the last one of the device or stream before
    }
    return last;
  });
}
