/** Sessions that somebody removed from the list: a fact of this tablet. Nothing is deleted or kept from the server. */

import { answer, fact, transact } from "./database.js";

const LENGTH = 30 * 86_400_000; // ms until a removed session stands in the list again

/** Return a promise of until when, ms since 1970, each removed session is hidden, by stream. */
export async function hiddenUntil() {
  const hidden = Object.entries((await fact("hidden")) ?? {});
  return new Map(hidden.map(([stream, since]) => [stream, since + LENGTH]).filter(([, until]) => until > Date.now()));
}

/** Hide a session, or with `off` show it again. */
export function hide(stream, off = false) {
  return transact(["facts"], "readwrite", async (transaction) => {
    const facts = transaction.objectStore("facts");
    const { [stream]: _, ...others } = (await answer(facts.get("hidden"))) ?? {};
    facts.put(off ? others : { ...others, [stream]: Date.now() }, "hidden");
  });
}
