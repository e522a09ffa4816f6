/** One stream's events in the order in which they happened, with what counts: story.py. */

import { recordedTimes } from "./clock.js";
import { instant } from "./events.js";
import { isTimed, isUsable } from "./kinds.js";
import { by, grouped } from "./lists.js";

/**
 * Return `{ begun, start, log, counted }` of a stream's events, in whatever order they are given.
 *
 * `log` holds every event as `{ event, time, recorded, retracted }`, `counted` those that are
 * `usable`: by default those that the tally may use. `beginning` is the kind of event that starts the stream. `start` is ms since 1970, other times are ms since the start, negative before it.
 */
export function readStory(events, usable = isUsable, beginning = "observation-begun") {
  const all = [...grouped(events.map((event) => [event.id, event])).values()]
    .map(([first]) => first)
    .sort(by(({ id }) => [id]));
  const whole = all.filter(usable);
  const recorded = recordedByDevice(all);
  const [begun] = whole
    .filter(({ kind }) => kind === beginning)
    .sort(by(({ id, device, seq }) => [recorded.get(id), device, seq, id]));
  const retracted = retractedIds(whole);
  // Without its beginning a record has no start, so that one act cannot be taken back.
  retracted.delete(begun?.id);
  const effective = new Set(whole.filter(({ id }) => !retracted.has(id)));
  const moments = momentsOf(effective, recorded);
  const start = all.length && (moments.get(begun?.id) ?? Math.min(...moments.values()));
  const log = all
    .map((event) => ({
      event,
      time: moments.get(event.id) - start,
      recorded: recorded.get(event.id) - start,
      retracted: retracted.has(event.id),
    }))
    .sort(by(({ event: { id, device, seq }, time, recorded }) => [time, recorded, device, seq, id]));
  return { begun, start, log, counted: log.filter(({ event }) => effective.has(event)) };
}

/** Return the ids that a retraction takes back which is not itself taken back; a circle takes none. */
function retractedIds(events) {
  const retractions = events.filter(({ kind }) => kind === "event-retracted");
  const retractors = grouped(retractions.map(({ id, data }) => [data.event, id]));
  const undecided = new Set(retractions.flatMap(({ id, data }) => [id, data.event]));
  const effective = new Set();
  const retracted = new Set();
  let before;
  do {
    before = undecided.size;
    for (const id of undecided) {
      const by = retractors.get(id) ?? [];
      if (by.some((one) => effective.has(one))) retracted.add(id);
      else if (by.every((one) => retracted.has(one))) effective.add(id);
      else continue;
      undecided.delete(id);
    }
  } while (undecided.size < before);
  return retracted;
}

/**
 * Return the values that no other event of their key replaces, as a Map from key to values.
 *
 * `given` holds `[key, event, value]`. Values that replace each other in a circle all stand.
 */
export function standing(given) {
  const slots = grouped(given.map(([key, ...pair]) => [key, pair]));
  for (const [key, pairs] of slots) {
    const replaced = new Set(
      pairs.flatMap(([{ id, data }]) => (data.replaces ?? []).filter((other) => other !== id)),
    );
    const left = pairs.filter(([{ id }]) => !replaced.has(id));
    slots.set(key, (left.length ? left : pairs).map(([, value]) => value));
  }
  return slots;
}

function recordedByDevice(events) {
  const devices = grouped(events.map((event) => [event.device, event]));
  return new Map([...devices.values()].flatMap((of) => [...recordedTimes(of).times]));
}

/** The moments: recorded time, unless the event says its own or a correction names it. */
function momentsOf(effective, recorded) {
  const moments = new Map(recorded);
  const corrections = [];
  for (const event of effective) {
    const { id, kind, data } = event;
    if (kind === "moment-corrected") corrections.push([data.event, event, instant(data.moment)]);
    else if (isTimed(kind) && "moment" in data) moments.set(id, instant(data.moment));
    else if (isTimed(kind) && "ago" in data) moments.set(id, recorded.get(id) - data.ago);
  }
  for (const [id, [moment]] of standing(corrections)) if (recorded.has(id)) moments.set(id, moment);
  return moments;
}
