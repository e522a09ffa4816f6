/** When things happened: recorded time from two clocks that may both be wrong: clock.py. */

import { instant } from "./events.js";
import { by } from "./lists.js";

const TOLERANCE = 2_000; // ms that the two clocks may drift apart before a step is listed
const LONGEST_PAUSE = 12 * 3_600_000; // ms; a longer one is a clock that was changed

/**
 * Return `{ times, steps }` of ONE device's events in a stream: a Map from id to ms since 1970.
 *
 * In order of `seq` times never decrease. A step is a place where the two clocks differ:
 * `{ event, cause, counted, wall }`, its cause slept, reloaded, long-pause or clock-changed.
 */
export function recordedTimes(events) {
  const times = new Map();
  const steps = [];
  const boots = new Map(); // the last event of each
  let begun;
  let before;
  let hidden = false;
  let now = 0;
  for (const event of [...events].sort(by(({ seq, id }) => [seq, id]))) {
    const wall = instant(event.at) - (before ? instant(before.at) : 0);
    const [counted, cause] = before ? step(before, event, wall, hidden) : [wall, ""];
    now += counted;
    times.set(event.id, now);
    if (cause && !(cause === "reloaded" && seen(before, event, boots.get(event.boot), begun))) steps.push({ event: event.id, cause, counted, wall });
    // A page that is loaded anew is in view until it says otherwise.
    if (event.boot !== before?.boot || event.kind === "page-shown") hidden = false;
    if (event.kind === "page-hidden") hidden = true;
    if (event.kind === "observation-begun") begun = event;
    before = event;
    boots.set(event.boot, event);
  }
  return { times, steps };
}

/** Return the recorded time of an act now, at `{ at, elapsed, boot }`, after these of its device. */
export function recordedNow(events, reading) {
  return recordedTimes([...events, { ...reading, id: "", seq: Infinity }]).times.get("");
}

function step(before, event, wall, hidden) {
  const plausible = 0 <= wall && wall <= LONGEST_PAUSE;
  if (before.boot !== event.boot) {
    if (wall > LONGEST_PAUSE) return [0, "long-pause"];
    if (!plausible) return [0, "clock-changed"];
    // At once nothing is lost that would be worth a line.
    return [wall, wall > TOLERANCE ? "reloaded" : ""];
  }
  const elapsed = Math.max(0, event.elapsed - before.elapsed);
  if (hidden && plausible && wall - elapsed > TOLERANCE) return [wall, "slept"];
  // With the page in view, or over more than half a day, it is the wall clock that jumped.
  return [elapsed, Math.abs(wall - elapsed) > TOLERANCE ? "clock-changed" : ""];
}

/** Whether the page of an event saw the time since the one before, by the clock that nobody can set. */
function seen(before, event, known, begun) {
  if (known) return agree(known, event, event.elapsed - known.elapsed); // two pages take turns
  // A page that is loaded anew, or after a kill, follows neither.
  const left = before.kind === "page-hidden" && before.data?.to !== undefined;
  const justBegun = begun?.boot === before.boot && begun?.elapsed === before.elapsed;
  return (left || justBegun) && agree(before, event, event.elapsed);
}

function agree(since, event, elapsed) {
  return Math.abs(instant(event.at) - instant(since.at) - elapsed) <= TOLERANCE;
}
