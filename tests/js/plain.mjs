/** A tally and recorded times as plain lists, the same as test_vectors.py makes of the Python fold. */

import { recordedTimes } from "../../static/js/core/clock.js";
import { foldInterview } from "../../static/js/core/interviews.js";
import { grouped } from "../../static/js/core/lists.js";
import { readStory } from "../../static/js/core/story.js";
import { tally } from "../../static/js/core/tally.js";

export const STREAM = "observation/01900000-0000-7000-8000-0000000000a1";

/** Return the event of a vector with the fields that matter in none. */
export function whole(event) {
  return { stream: STREAM, by: "W1", format: 1, ...event };
}

export function plainInterview({ events }) {
  const { recorded, claims, nextNumber } = foldInterview(events.map(whole));
  return {
    recorded: recorded ? [recorded.values, recorded.conflict] : null,
    claims: claims.map(({ id, events, said }) => [id, events, said.values.map(plainSaid), said.conflict]),
    next: nextNumber,
  };
}

function plainSaid({ source, number, ...said }) {
  const [tool, document, id] = source ?? [];
  return { ...said, number: number ?? null, source: source ? { tool, document, id } : null };
}

export function plainTally({ events, indicators = {}, now }) {
  const state = tally(readStory(events.map(whole)), indicators, now);
  const list = ({ value, start, end, event }) => [value, start, end, event];
  const on = (interval) => (interval ? [interval.value, interval.start] : null);
  return {
    start: state.start,
    end: state.end,
    ended: state.ended,
    phases: state.phases.map(list),
    leads: state.leads.map(list),
    interruptions: state.interruptions.map(list),
    people: state.people.map(({ person, role, spells }) => [
      person,
      role,
      spells.map(({ start, end, event }) => [start, end, event]),
    ]),
    described: state.people.map((one) => [one.person, one.expected, one.reason, one.conflict]),
    judged: state.judged.map(({ indicator, part, count, statements }) => [
      indicator,
      part,
      ...["seen", "not-seen", "not-judgeable"].map((name) => count[name]),
      statements.map(({ event, time }) => [event, time]),
    ]),
    board: Object.fromEntries(state.board),
    order: state.log.map(({ event }) => event.id),
    times: Object.fromEntries(state.log.map(({ event, time }) => [event.id, time])),
    recorded: Object.fromEntries(state.log.map(({ event, recorded }) => [event.id, recorded])),
    retracted: state.log.filter(({ retracted }) => retracted).map(({ event }) => event.id),
    current: {
      phase: on(state.current.phase),
      lead: on(state.current.lead),
      interruption: on(state.current.interruption),
      there: state.current.there,
    },
  };
}

export function plainClock({ events }) {
  const found = [...grouped(events.map((event) => [event.device, event])).values()].map(recordedTimes);
  const times = found.flatMap(({ times }) => [...times]);
  const start = Math.min(...times.map(([, time]) => time));
  return {
    start,
    times: Object.fromEntries(times.map(([id, time]) => [id, time - start])),
    steps: found.flatMap(({ steps }) => steps.map((s) => [s.event, s.cause, s.counted, s.wall])),
  };
}
