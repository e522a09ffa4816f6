/** The timeline of a session as numbers that a page only has to put in place: timeline.py. */

import { clock, length } from "./format.js";
import { NOBODY, NOT_RECORDED } from "./tracks.js";

const RUNNING_LEAST = 15 * 60_000; // ms that the scale spans at least while the session goes on
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 960, 1920]; // minutes between two numbers
const MOST_NUMBERS = 6;
const LETTER = 0.62; // em, the width of a letter of a label as a rule
const PADDING = 0.9; // em, before and after a label
const NARROW = 20; // em, the least width of the bands: on a telephone
const WIDE = 52; // em, their width on a tablet
const SHORT = { [NOBODY]: "–", [NOT_RECORDED]: "?" }; // so that no stretch is told by its look alone

/** Return the scale of a session of so many ms: `at` puts a time on it, in percent. */
export function scale(end, ended) {
  const whole = Math.max(end, ended ? 1 : RUNNING_LEAST);
  const at = (time) => Math.round((100_000 * Math.min(Math.max(time, 0), whole)) / whole) / 1000;
  return { whole, at };
}

/** Return the minutes that are written below the bands, as `{ key, x, label, anchor }`. */
export function ticks({ whole, at }) {
  const minutes = Math.floor(whole / 60_000);
  const step = STEPS.find((each) => minutes / each <= MOST_NUMBERS) ?? Math.floor(minutes / MOST_NUMBERS);
  return Array.from({ length: Math.floor(minutes / step) + 1 }, (_, index) => {
    const x = at(index * step * 60_000);
    return { key: String(index * step), x: `${x}%`, label: String(index * step), anchor: x ? "middle" : "start" };
  });
}

/** Return an interval as a stretch: where it lies, how it looks, and its label where that fits. */
export function stretch({ at }, { start, end }, look, name) {
  const [x, width] = [at(start), Math.round(1000 * (at(end) - at(start))) / 1000];
  const title = `${name} ${clock(start)}–${clock(end)} (${clock(length({ start, end }))})`;
  let label = name;
  let room = roomFor(label, width);
  if (room === "nowhere" && look in SHORT) {
    label = SHORT[look];
    room = roomFor(label, width);
  }
  return {
    key: String(x),
    x: `${x}%`,
    width: `${width}%`,
    class: `timeline-stretch ${look}`,
    fill: look === NOT_RECORDED && "url(#timeline-hatch)",
    labelClass: `timeline-label ${room}`,
    label: room === "nowhere" ? "" : label,
    title,
  };
}

function roomFor(label, width) {
  const needed = [...label].length * LETTER + PADDING;
  if (needed <= (NARROW * width) / 100) return "everywhere";
  return needed <= (WIDE * width) / 100 ? "wide" : "nowhere";
}
