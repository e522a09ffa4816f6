/** Offers again what was sent before; not needed as long as the server has what it said that it has. */

import { answer, transact } from "./database.js";

/** Offer again what the server lacks, `[from, to]` per stream, and return a promise of how many. */
export async function offerMissing(device, missing) {
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
