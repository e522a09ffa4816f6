/**
 * Sends what is unsent to the server, and marks as sent exactly what it names in return.
 *
 * Any other answer marks nothing: it may be a captive portal's, or half a connection's.
 */

import { digest } from "../core/canonical.js";
import { fact, keepFact, practising } from "./database.js";
import { deviceId } from "./log.js";
import { countUnsent, lastNumbers, markSent, standBack, unsentEvents } from "./outbox.js";
import { newId, reading } from "./reading.js";

const PROTOCOL = "observation-sync/1";
const MOST = 200; // events in a batch
const LARGEST = 500_000; // bytes of a batch
const PATIENCE = 30_000; // ms until an answer is given up
const EVERY = 60_000; // ms between two looks while the page is in view
const [SHORTEST, LONGEST] = [2_000, 15 * 60_000]; // ms to wait after a failure
const UNREACHED = 40_000; // ms at most while nobody answers
const SENT = ["kept", "already-kept", "kept-conflict", "quarantined"];

let most = MOST;
let failures = 0;
let earliest = 0; // by performance.now()
let queued = false;
let listener = () => {};

/** Try now and whenever there is a reason; `told` hears each outcome. */
export function keepInSync(told) {
  listener = told;
  addEventListener("online", () => sync(true));
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && sync());
  setInterval(() => document.visibilityState === "visible" && sync(), EVERY);
  return sync();
}

/** Send all that is unsent; `now` does not wait for the end of a pause after failures. */
export async function sync(now = false) {
  if (now) earliest = 0;
  if (queued || performance.now() < earliest) return;
  queued = true;
  // One page at a time; what is saved meanwhile waits in line for the next.
  await navigator.locks.request("sync", async () => {
    queued = false;
    if (performance.now() < earliest) return;
    try {
      while (await sendBatch(await enrolled())) failures = 0;
      await tell("");
      failures = earliest = 0;
    } catch (error) {
      const why = error.why ?? "no-connection";
      const longest = why === "no-connection" ? UNREACHED : LONGEST;
      const wait = Math.min(longest, SHORTEST * 2 ** failures++) * (0.5 + Math.random());
      const pause = Math.min(LONGEST, Math.max(wait, error.after ?? 0));
      earliest = performance.now() + pause;
      setTimeout(sync, pause + 20);
      await tell(why);
    }
  });
}

async function tell(why) {
  const tried = reading().at;
  await keepFact("sync", { tried, why });
  listener({ tried, why });
}

/**
 * Return the tablet's study and token, given unasked on the server's machine and to who is signed in.
 *
 * With `again` others, and the ones before stay until then: the server may know them tomorrow.
 */
export async function enrolled(again = false) {
  if (practising) throw failure("practice");
  const account = await fact("account");
  if (account && !again) return account;
  const { status, body } = await ask("devices", { device: await deviceId(), name: navigator.platform || "tablet" });
  if (status !== 201) throw failure(account ? "not-approved" : "not-enrolled");
  const made = { study: body.study, token: body.token };
  await keepFact("account", made);
  return made;
}

/** Send one batch; return whether there may be more. */
async function sendBatch({ token }) {
  const device = await deviceId();
  const events = fitting(await unsentEvents(most));
  const batch = newId();
  const asked = { batch, sent: reading().at, digest: await digest(events), events, streams: await lastNumbers(device), unsent: await countUnsent() };
  const { status, body, after } = await ask("events", asked, token);
  if (status === 413 || status === 422) {
    const alone = most === 1;
    most = Math.ceil(most / 2);
    if (!alone && status === 413) return true;
    if (alone && events.length) await standBack(events[0]);
  }
  if (status === 401) {
    await enrolled(true);
    throw failure("not-enrolled", after);
  }
  if (status !== 200 || body.batch !== batch) throw failure("server-busy", after);
  const sent = [];
  const erased = new Set();
  for (const [index, { id, digest: hash, outcome, reason }] of body.results.entries()) {
    const event = events[index];
    if (id !== event.id || hash !== (await digest(event))) continue;
    if (SENT.includes(outcome)) sent.push({ event, outcome, reason });
    else if (outcome === "erased") erased.add(id);
    else await standBack(event);
  }
  // First, so that a restore soon after is noticed.
  if (sent.length && !(await fact("server"))) await keepFact("server", body.server);
  await markSent(sent);
  if (erased.size) await (await import("/static/js/device/erasing.js")).erase(erased);
  if (sent.length + erased.size < events.length) throw failure("server-busy", after);
  most = Math.min(MOST, most * 2);
  // Only when all is sent: a server that never has enough is not asked without a pause.
  if (!events.length) {
    const { offerAgain } = await import("/static/js/device/offering.js");
    if (await offerAgain(device, body)) setTimeout(sync, SHORTEST);
  }
  return events.length > 0;
}

function fitting(events) {
  let bytes = 0;
  return events.filter((event, index) => (bytes += JSON.stringify(event).length * 2) < LARGEST || index === 0);
}

/** Return a promise of `{ status, body, after }` of an answer of the protocol; any other throws with `why`. */
export async function ask(path, body, token) {
  let answer;
  try {
    answer = await fetch(`/api/v1/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ protocol: PROTOCOL, ...body }),
      redirect: "error",
      credentials: token && "omit",
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
  } catch (error) {
    if (error.name === "TimeoutError") most = Math.ceil(most / 2);
    throw failure("no-connection");
  }
  const after = 1000 * Number(answer.headers.get("Retry-After")) || 0;
  const json = await answer.json().catch(() => ({}));
  if (json.protocol !== PROTOCOL) throw failure("no-server", after);
  return { status: answer.status, body: json, after };
}

function failure(why, after) {
  return Object.assign(new Error(why), { why, after });
}
