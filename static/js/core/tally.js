/**
 * What the capture screen shows of one observation: a smaller fold by the rules of fold.py.
 *
 * Python is the authority, and tests hold the two together. What cannot be used is left out here.
 */

import { RESERVED, isTimed } from "./kinds.js";
import { grouped } from "./lists.js";
import { standing } from "./story.js";
import { NOBODY, NOT_RECORDED, spells, track } from "./tracks.js";

/**
 * Return what the story of one stream amounts to; total over any events.
 *
 * `indicators` is what the instrument says by code, `{ same_as, actor }`; other codes are left out.
 * `now` (recorded time, ms since 1970) is how far tracks run while the session goes on. Times are
 * ms since `start`. `current` is what was on at the `end` itself, also when it has no length yet.
 */
export function tally({ begun, start, log, counted }, indicators = {}, now = -Infinity) {
  const of = (...kinds) => counted.filter(({ event }) => kinds.includes(event.kind));
  const ends = of("observation-ended").map(({ time }) => time);
  const end = Math.max(0, ...(ends.length ? ends : [now - start, ...sessionMoments(counted)]));
  const phases = of("phase-started").map(({ time, event }) => [time, event.data.phase, event.id]);
  const leads = leadChanges(of("lead-taken", "person-departed"));
  const broken = of("interruption-started", "interruption-ended");
  const breaks = broken.map(interruption);
  const texts = new Map(broken.map(({ event: { id, data } }) => [id, data.text ?? ""]));
  const named = (spell) => spell && { ...spell, value: texts.get(spell.value) };
  const people = peopleOf(of, begun, end);
  return {
    begun,
    start,
    end,
    ended: ends.length > 0,
    phases: track(phases, end),
    leads: track(leads, end),
    interruptions: spells(breaks, end).map(named),
    people,
    judged: judgedOf(of("indicator-judged"), indicators),
    board: boardOf(of("board-counted")),
    current: {
      phase: track(phases, end + 1).at(-1),
      lead: track(leads, end + 1).at(-1),
      interruption: named(lasting(breaks, end)),
      there: people.filter(({ there }) => there).map(({ person }) => person),
    },
    log,
  };
}

function sessionMoments(counted) {
  return counted
    .filter(({ event: { kind, data } }) => isTimed(kind) && (data.judged ?? "session") === "session")
    .map(({ time }) => time);
}

/** Who leads from when; a leader who departs leaves nobody. */
function leadChanges(entries) {
  let leading = NOT_RECORDED;
  const changes = [];
  for (const { time, event } of entries) {
    const { lead, person } = event.data;
    if (event.kind === "person-departed" && person !== leading) continue;
    leading = event.kind === "lead-taken" ? lead : NOBODY;
    changes.push([time, leading, event.id]);
  }
  return changes;
}

/** An interruption is told apart by its own id: its text is anybody's. */
function interruption({ time, event: { id, kind } }) {
  return [time, kind === "interruption-started" ? id : "", id];
}

/** The spell that is still on at the end, or undefined. */
function lasting(changes, end) {
  return spells(changes, end + 1).find((spell) => spell.end > end);
}

/**
 * The people `{ person, role, expected, reason, conflict, said, spells, there }`, in order of
 * appearance.
 *
 * `there` is whether the person is there at the end; `role` is empty when only the code is known.
 * `said` holds the descriptions that stand, `{ role, expected, reason, event }`.
 */
function peopleOf(of, begun, end) {
  const described = [];
  const moves = [];
  const entries = of("observation-begun", "person-recorded", "person-arrived", "person-departed");
  for (const { time, event } of entries) {
    const { id, kind, data } = event;
    for (const listed of event === begun ? data.people : []) {
      described.push([listed.person, event, { ...listed, event: id }]);
      if (listed.present) moves.push([listed.person, [0, listed.person, id]]);
    }
    if (kind === "person-recorded") described.push([data.person, event, { ...data, event: id }]);
    if (kind === "person-arrived") moves.push([data.person, [time, data.person, id]]);
    if (kind === "person-departed") moves.push([data.person, [time, "", id]]);
  }
  const slots = standing(described);
  const changes = grouped(moves);
  const leaders = of("lead-taken").map(({ event }) => event.data.lead);
  const codes = [...slots.keys(), ...changes.keys(), ...leaders.filter((l) => !RESERVED.includes(l))];
  return [...new Set(codes)].map((person) => ({
    person,
    ...description(slots.get(person) ?? []),
    spells: spells(changes.get(person) ?? [], end),
    there: Boolean(lasting(changes.get(person) ?? [], end)),
  }));
}

function description(values) {
  const said = values.map(({ role, expected = true, reason = "", event }) => ({ role, expected, reason, event }));
  const { role = "", expected = false, reason = "" } = said[0] ?? {};
  const differs = (one) => one.role !== role || one.expected !== expected || one.reason !== reason;
  return { role, expected, reason, conflict: said.some(differs), said };
}

/**
 * What stands of the judgements: `{ indicator, part, statements, count }`, with `count` by state.
 *
 * As in judgements.py: codes of one behaviour count together, and a judgement may replace one of
 * another actor: first a tap, then by whom.
 */
function judgedOf(entries, indicators) {
  const known = entries.filter(({ event }) => Object.hasOwn(indicators, event.data.indicator));
  const given = known.map(({ time, event }) => {
    const { indicator, part = "", person = "", state, judged } = event.data;
    const { same_as: same } = indicators[indicator];
    const behaviour = JSON.stringify([same ?? indicator, part]);
    const timed = time >= 0 && (judged === "session" || "moment" in event.data);
    const statement = { event: event.id, time: timed ? time : null, state, judged, person };
    return [behaviour, event, [behaviour, statement]];
  });
  const behaviours = grouped([...standing(given).values()].flat());
  return [...behaviours].map(([behaviour, statements]) => {
    const [indicator, part] = JSON.parse(behaviour);
    const count = (state) => statements.filter((one) => one.state === state).length;
    const states = ["seen", "not-seen", "not-judgeable"];
    return { indicator, part, statements, count: Object.fromEntries(states.map((s) => [s, count(s)])) };
  });
}

/** How many of each counter on the board, as a Map. */
function boardOf(entries) {
  const numbers = grouped(entries.map(({ event: { data } }) => [data.counter, data.number]));
  return new Map([...numbers].map(([counter, all]) => [counter, all.reduce((a, b) => a + b)]));
}
