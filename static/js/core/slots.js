/** A place for one value: those that nothing replaced: slots.py. */

import { standing } from "./story.js";

/**
 * Return a Map from each key to `{ value, values, events, conflict }`, with the ids of the events.
 *
 * `given` holds `[key, event, value]` in order. Several different values are a conflict; `value` is
 * then the earliest.
 */
export function slotsOf(given) {
  const slots = standing(given.map(([key, event, value]) => [key, event, [value, event.id]]));
  return new Map([...slots].map(([key, pairs]) => [key, slot(pairs)]));
}

/** Return each different value once, in order; values are JSON with their names in one order. */
export function distinct(values) {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function slot(pairs) {
  const values = pairs.map(([value]) => value);
  const events = pairs.map(([, id]) => id);
  return { value: values[0], values, events, conflict: distinct(values).length > 1 };
}
