/** Moments as an event says them: moments.py. */

import { localISO } from "./events.js";

/** Return a time (ms since the start) as ISO 8601 with the offset of the place of the session. */
export function moment({ begun, start }, time) {
  const at = begun ? (begun.data.moment ?? begun.at) : "1970-01-01T00:00:00Z";
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(at) ?? [at, "+", 0, 0];
  return localISO(start + time, Number(`${sign}1`) * (60 * hours + Number(minutes)));
}

/** Return a time of day, `15:10` or `15:10:20`, on the day of the session as ISO 8601, or "" when it is none. */
export function momentAt(observation, clock) {
  const [, hour, minute, second = "00"] = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?/.exec(clock) ?? [];
  const start = moment(observation, 0);
  return hour ? `${start.slice(0, 11)}${hour}:${minute}:${second}${start.slice(23)}` : "";
}
