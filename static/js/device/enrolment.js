/** How a tablet comes to belong to a study: by a code that somebody shows on another screen. */

import { fact, keepFact } from "./database.js";
import { deviceId } from "./log.js";

const PATIENCE = 15_000; // ms

/**
 * Send the code and a name for the tablet; what it keeps and its id stay, also when it enrols again.
 *
 * Returns a promise of the sentence of refusal, empty when the tablet is enrolled, undefined when no
 * server of ours answered.
 */
export async function enrol(code, name) {
  try {
    const before = await fact("account"); // its token says that the id is this tablet's
    const answer = await fetch("/api/v1/devices", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Accept-Language": document.documentElement.lang,
        ...(before && { Authorization: `Bearer ${before.token}` }),
      },
      body: JSON.stringify({ protocol: "observation-sync/1", device: await deviceId(), name, code }),
      redirect: "error",
      credentials: "same-origin", // who is signed in needs no code
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
    const body = await answer.json();
    if (body.protocol !== "observation-sync/1") return undefined;
    if (answer.status !== 201) return body.error ?? body.retry;
    await keepFact("account", { study: body.study, token: body.token, name });
    return "";
  } catch {
    return undefined;
  }
}
