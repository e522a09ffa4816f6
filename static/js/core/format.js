/**
 * How times, lengths and shares are rounded and written for people: format.py.
 *
 * A time is rounded down to the second. A length is what lies between two times as they are shown, so
 * that lengths add up to the whole. A share is a part of such lengths, in whole percent.
 */

/** Return ms as minutes and seconds, `07:42`; beyond the hour `61:05`, before the start `-00:05`. */
export function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${seconds < 0 ? "-" : ""}${two(Math.abs(seconds) / 60)}:${two(Math.abs(seconds) % 60)}`;
}

/** Return how long it is between two times as they are shown, in ms: whole seconds. */
export function length({ start, end }) {
  return shown(end) - shown(start);
}

/** Return a share in whole percent, 0 of nothing; half a percent goes to the even number. */
export function percent(part, whole) {
  if (!whole) return 0;
  const found = (100 * part) / whole;
  const below = Math.floor(found);
  return found - below === 0.5 ? below + Math.abs(below % 2) : Math.round(found);
}

/** Return which share one length is of another, both in ms, `38%`. */
export function share(part, whole) {
  return `${percent(shown(part), shown(whole))}%`;
}

function shown(milliseconds) {
  return Math.floor(milliseconds / 1000) * 1000;
}
