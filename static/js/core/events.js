/** Events: what a researcher records, one act each, never changed once made: events.py. */

import { hex } from "./canonical.js";

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
 * Return a UUIDv7 (RFC 9562) of Unix milliseconds and 10 random bytes.
 *
 * With `previous`, the result is greater than it, also when the clock stood still or went back.
 */
export function uuid7(milliseconds, random, previous = "") {
  let count = (BigInt(Math.max(milliseconds, 0)) << 74n) | low(74, BigInt(`0x${hex(random)}`));
  if (previous) {
    const bits = BigInt(`0x${previous.replaceAll("-", "")}`);
    const last = ((bits >> 80n) << 74n) | (low(12, bits >> 64n) << 62n) | low(62, bits);
    if (count <= last) count = last + 1n;
  }
  const bits = ((count >> 74n) << 80n) | (7n << 76n) | (low(12, count >> 62n) << 64n) | (2n << 62n) | low(62, count);
  const digits = bits.toString(16).padStart(32, "0");
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
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

const low = BigInt.asUintN; // the lowest so many bits
const EARLIEST = Date.UTC(1900, 0, 2);
const LATEST = Date.UTC(2199, 11, 30);
const TIME =
  /^(19|20|21)\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-][01]\d:[0-5]\d)$/;
