/** The field kit: what a tablet may read, as the server last said it. */

import { answer, fact, keepFact, transact } from "./database.js";
import { shellOf } from "./outbox.js";
import { enrolled } from "./sync.js";

const PATIENCE = 5_000; // ms: whoever stands in a staff room does not wait longer

/**
 * Return a promise of the kit, the one of last time when there is no connection, or undefined.
 *
 * `refused` is the token with which the server does not let the tablet read: it was revoked, or is not
 * known there any more. Another token is not refused, so nothing has to be forgotten.
 */
export async function kit() {
  let token;
  try {
    ({ token } = await enrolled());
    const found = await get("kit", token);
    await keepFact("kit", found);
    await keepFact("refused", undefined);
    await takeOver(found.streams, token);
    return found;
  } catch (error) {
    if (error.refused) await keepFact("refused", token).catch(console.warn);
    return fact("kit");
  }
}

/** Add what others recorded in this tablet's own observations: labels, questions, corrections. */
async function takeOver(streams, token) {
  const known = (await fact("versions")) ?? {};
  for (const [stream, { version }] of Object.entries(streams)) {
    if (known[stream] === version) continue;
    const { events, erased } = await get(`streams/${stream.split("/")[1]}`, token);
    const gone = new Set(erased);
    await transact(["events"], "readwrite", async (transaction) => {
      const store = transaction.objectStore("events");
      for (const event of events) {
        const key = [event.stream, event.device, event.seq];
        if (!(await answer(store.getKey(key)))) store.put({ event, outcome: "already-kept" });
      }
      for (const row of await answer(store.getAll(IDBKeyRange.bound([stream], [stream, []])))) {
        if (gone.has(row.event.id)) store.put(shellOf(row.event));
      }
    });
    if (gone.size) await (await import("/static/js/device/recovery.js")).eraseCopies(gone);
    await keepFact("versions", Object.assign(known, { [stream]: version }));
  }
}

async function get(path, token) {
  const found = await fetch(`/api/v1/${path}`, {
    headers: { Authorization: `Bearer ${token}` },
    redirect: "error",
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  const body = await found.json();
  const ours = body.protocol === "observation-sync/1";
  const refused = ours && [401, 403].includes(found.status);
  if (!found.ok || !ours) throw Object.assign(new Error(`The server does not give ${path}.`), { refused });
  return body;
}
