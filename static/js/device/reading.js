/** What this page's clocks say, and ids of its own. */

import { hex } from "../core/canonical.js";
import { localISO, uuid7 } from "../core/events.js";

/** Told apart per load of the page: only within one boot can `elapsed` be compared. */
export const boot = hex(crypto.getRandomValues(new Uint8Array(8)));

let previous = "";

/** Return `{ at, elapsed, boot }` of this moment: the wall clock, and ms since the page was loaded. */
export function reading() {
  const now = Date.now();
  const at = localISO(now, -new Date(now).getTimezoneOffset());
  return { at, elapsed: Math.floor(performance.now()), boot };
}

/** Return an id that is greater than those that this page made before. */
export function newId() {
  previous = uuid7(Date.now(), crypto.randomUUID(), previous);
  return previous;
}
