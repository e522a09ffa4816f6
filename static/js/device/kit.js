/** The field kit: what a tablet may read, as the server last said it. */

import { answer, fact, keepFact, transact } from "./database.js";
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
    await deleteErased(found.streams).catch(console.warn);
    return found;
  } catch (error) {
    if (error.refused) await keepFact("refused", token).catch(console.warn);
    return fact("kit");
  }
}

/**
 * Return a promise of what claims need (schools, interviews, the codebook): that of last time when there
 * is no connection, or undefined. What has not changed is not sent again.
 */
export async function interviewKit() {
  const before = await fact("interviews");
  try {
    const { token } = await enrolled();
    const found = await get("kit/interviews", token, before?.tag);
    if (found) await keepFact("interviews", found);
    return found ?? before;
  } catch {
    return before;
  }
}

/** Add what others recorded in what this tablet began: labels, questions, corrections. */
async function takeOver(streams, token) {
  const known = (await fact("versions")) ?? {};
  for (const [stream, { version }] of Object.entries(streams)) {
    if (!version || known[stream] === version) continue;
    const { events } = await get(`streams/${stream}`, token);
    await transact(["events"], "readwrite", async (transaction) => {
      const store = transaction.objectStore("events");
      for (const event of events) {
        const key = [event.stream, event.device, event.seq];
        if (!(await answer(store.getKey(key)))) store.put({ event, outcome: "already-kept" });
      }
    });
    await keepFact("versions", Object.assign(known, { [stream]: version }));
  }
}

/** Delete what was erased on the server; what was known of its interviews and schools is asked for anew. */
async function deleteErased(streams) {
  const ids = new Set(Object.values(streams).flatMap(({ shells }) => shells));
  if (!ids.size && !(await fact("erasing"))) return;
  const { erase, sweep } = await import("/static/js/device/erasing.js");
  await erase(ids);
  if (!(await fact("erasing"))) return;
  await keepFact("interviews", undefined);
  await interviewKit();
  await sweep();
}

/** Return a promise of what the server gives; `tag` names what is here already, and undefined says so. */
async function get(path, token, tag) {
  const found = await fetch(`/api/v1/${path}`, {
    headers: { Authorization: `Bearer ${token}`, ...(tag && { "If-None-Match": tag }) },
    redirect: "error",
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (tag && found.status === 304) return undefined;
  const body = await found.json();
  const ours = body.protocol === "observation-sync/1";
  const refused = ours && [401, 403].includes(found.status);
  if (!found.ok || !ours) throw Object.assign(new Error(`The server does not give ${path}.`), { refused });
  return { ...body, tag: found.headers.get("ETag") };
}
