/** Events: what a researcher records, one act each, never changed once made: events.py. */

export const FORMAT = 1;

/**
 * Return the event of these parts, with exactly the fields that the server takes.
 *
 * `at` is as `localISO` writes it; `elapsed` is ms since the page's load, its fraction is dropped.
 */
export function makeEvent({ id, stream, kind, at, elapsed, device, boot, seq, by, data = {} }) {
  const whole = Math.floor(elapsed);
  return { id, stream, kind, at, elapsed: whole, device, boot, seq, by, data, format: FORMAT };
}

/**
 * Return a UUIDv7 (RFC 9562) of 48 bits of Unix milliseconds and what is random in a UUIDv4.
 *
 * With `previous`, the result is greater than it, also when the clock stood still or went back:
 * then it is of a millisecond later than the previous one.
 */
export function uuid7(milliseconds, random, previous = "") {
  const made = timed(Math.min(Math.max(milliseconds, 0), 2 ** 48 - 1), random);
  return made > previous ? made : timed(parseInt(previous.slice(0, 8) + previous.slice(9, 13), 16) + 1, random);
}

/**
 * Return ms since 1970 as ISO 8601 with an offset in minutes east of Greenwich.
 *
 * The offset is `-date.getTimezoneOffset()`. Outside 1900 to 2199 the nearest time inside is
 * written: the server refuses other years, and no act may be lost over a broken clock.
 */
export function localISO(milliseconds, offsetMinutes) {
  const within = Math.min(Math.max(milliseconds, EARLIEST), LATEST);
  const iso = (time) => new Date(time).toISOString();
  const zone = iso(Math.abs(offsetMinutes) * 60_000).slice(11, 16);
  return iso(within + offsetMinutes * 60_000).slice(0, -1) + (offsetMinutes < 0 ? "-" : "+") + zone;
}

/** Return the ms since 1970 of an ISO 8601 time with offset, NaN for what is not one. */
export function instant(text) {
  if (typeof text !== "string" || !TIME.test(text)) return NaN;
  const local = text.slice(0, 19);
  // A browser takes the 30th of February for the 2nd of March.
  return new Date(`${local}Z`).toJSON()?.startsWith(local) ? Date.parse(text) : NaN;
}

function timed(milliseconds, random) {
  const time = milliseconds.toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`;
}

const EARLIEST = Date.UTC(1900, 0, 2);
const LATEST = Date.UTC(2199, 11, 30);
const TIME =
  /^(19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-][01]\d:[0-5]\d)$/;
