/** Moments as an event says them: moments.py. */

import { localISO } from "./events.js";

/** Return a time (ms since the start) as ISO 8601 with the offset of the place of the session. */
export function moment({ begun, start }, time) {
  const at = begun ? (begun.data.moment ?? begun.at) : "1970-01-01T00:00:00Z";
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(at) ?? [at, "+", 0, 0];
  return localISO(start + time, Number(`${sign}1`) * (60 * hours + Number(minutes)));
}
