/** How long ago something was recorded, in words. */

import { instant } from "../core/events.js";

const [DAY, HOUR, MINUTE] = [86_400_000, 3_600_000, 60_000]; // ms
const ago = new Intl.RelativeTimeFormat(document.documentElement.lang);

/** Return the age of the oldest of these events, ms; 0 without any. */
export function oldestAge(events) {
  return Math.max(0, ...events.map(({ at }) => Date.now() - instant(at)));
}

/** Return it in words: `36 hours ago`. */
export function inWords(age) {
  const [unit, length] = age < 2 * HOUR ? ["minute", MINUTE] : age < 2 * DAY ? ["hour", HOUR] : ["day", DAY];
  return ago.format(-Math.floor(age / length), unit);
}
