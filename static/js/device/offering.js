/** What was sent is offered again: what the server lacks, or all of it after a restore. */

import { answer, fact, keepFact, transact } from "./database.js";
import { instant } from "../core/events.js";

let lackedBefore;

/** By an answer to a batch offer again what is not there; a promise of whether to send it soon. */
export async function offerAgain(device, { server, missing, received }) {
  const before = await fact("server");
  const restored = before && (before.log !== server.log || before.epoch !== server.epoch);
  const offered = restored ? await offer() : await offerMissing(device, missing);
  await keepFact("offset", instant(received) - Date.now()); // ms that the server's clock is ahead
  await keepFact("server", server); // last: a page that is closed before this offers again
  // What is lacked again waits for the next minute.
  const lacked = JSON.stringify(missing);
  const soon = offered > 0 && (restored || lacked !== lackedBefore);
  lackedBefore = lacked;
  return soon;
}

/** Offer again what the server lacks, `[from, to]` per stream, and return a promise of how many. */
async function offerMissing(device, missing) {
  let offered = 0;
  for (const [stream, gaps] of Object.entries(missing)) {
    for (const [from, to] of gaps) {
      // What the server set aside it has, though not in the stream.
      const range = IDBKeyRange.bound([stream, device, from], [stream, device, to]);
      offered += await offer(range, (outcome) => outcome !== "quarantined");
    }
  }
  return offered;
}

/** Offer rows again, of a range or all, by their outcome, and return a promise of how many. */
export function offer(range, wanted = () => true) {
  return transact(["events"], "readwrite", async (transaction) => {
    const store = transaction.objectStore("events");
    const rows = (await answer(store.getAll(range))).filter(({ outcome }) => outcome !== "erased" && wanted(outcome));
    for (const row of rows) store.put({ ...row, unsent: 1 });
    return rows.length;
  });
}
