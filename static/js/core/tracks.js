/** Tracks: what was going on at each moment, without holes and without overlap: timeline.py. */

export const NOBODY = "nobody"; // somebody looked, and no one led
export const NOT_RECORDED = "not-recorded"; // nobody wrote it down

/**
 * Return the intervals `{ value, start, end, event }` of an exclusive track from 0 to `end` ms.
 *
 * `changes` are `[time, value, event id]` in order of time. Until the first one the value is
 * not-recorded; what was on before the start is on at the start; a change to what is on changes
 * nothing; what lies at or after the end is left out.
 */
export function track(changes, end) {
  const intervals = [];
  const points = [[0, NOT_RECORDED, ""], ...changes];
  points.forEach(([time, value, event], index) => {
    const start = Math.max(time, 0);
    const stop = Math.min(points[index + 1]?.[0] ?? end, end);
    const last = intervals.at(-1);
    if (stop <= start) return;
    if (last?.value === value) last.end = stop;
    else intervals.push({ value, start, end: stop, event });
  });
  return intervals;
}

/** Return the intervals in which a two-valued track was on; an empty value switches it off. */
export function spells(changes, end) {
  return track(changes, end).filter(({ value }) => value !== "" && value !== NOT_RECORDED);
}
