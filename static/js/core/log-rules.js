/** What a session's log settles by the instrument's rules; nothing where it may be wrong: judgements.py. */

import { by } from "./lists.js";
import { CONFLICT, LEADERSHIP, NOT_JUDGEABLE, NOT_SEEN, SEEN, blankOf, codesOf } from "./states.js";
import { NOT_RECORDED } from "./tracks.js";

/**
 * Return `{ leaders, settle }`: who has the leading role, and the function that says what the log
 * settles of an indicator for some of them together.
 *
 * `unseen` is for how many ms the session went on before the observer came in; without a `known` end
 * the log settles nothing but that somebody was there.
 */
export function logOf(people, leads, instrument, unseen, known) {
  const { leading_role: role, leading_seconds: seconds } = instrument;
  const least = seconds * 1000;
  const certain = people.some(isPresent) && !people.some((person) => mayHaveLed(person, role));

  /** What the log says of these leaders together; `handed` is said of the rule's part. */
  function settle(indicator, leaders, handed) {
    const blank = blankOf(indicator, LEADERSHIP);
    const there = isThere(leaders);
    const present = leaders.filter(isPresent);
    const rule = indicator.log?.rule ?? "";
    if (rule === "present" && there) return byLog(blank, SEEN, present.flatMap(({ spells }) => spells));
    if (rule === "leads-or-part") return leadsOrPart(blank, there, present, handed);
    if (!known || there === undefined) return blank;
    if (rule === "present") return byLog(blank, NOT_SEEN);
    if (rule === "present-not-leading" && there) {
      const led = leading(present);
      return led === undefined ? blank : byLog(blank, led ? NOT_SEEN : SEEN);
    }
    const away = !there && (indicator.needs_leader || rule === "present-not-leading");
    return away ? byLog(blank, NOT_JUDGEABLE) : blank;
  }

  /** Whether any of them was there; undefined when the record does not tell for sure. */
  function isThere(leaders) {
    if (leaders.some(isPresent)) return true;
    const unsure = !certain || unseen || leaders.some(({ traces }) => traces);
    return unsure ? undefined : false;
  }

  function leadsOrPart(blank, there, present, handed) {
    const led = known && there !== undefined ? leading(present) : undefined;
    if (led) {
      const codes = codesOf(present);
      const found = byLog(blank, SEEN, leads.filter(({ value }) => codes.includes(value)));
      return { ...found, sightings: [...found.sightings, ...handed.sightings] };
    }
    if ([SEEN, CONFLICT].includes(handed.state)) return { ...handed, actor: blank.actor };
    const neither = led === false && handed.state === NOT_SEEN;
    return neither ? { ...handed, source: "log", sightings: [] } : blank;
  }

  /** Whether these people led long enough; undefined when too much was not recorded to know. */
  function leading(present) {
    const codes = codesOf(present);
    const led = sum(leads.filter(({ value }) => codes.includes(value)).map(({ start, end }) => end - start));
    if (led >= least) return true;
    const spells = present.flatMap((person) => person.spells);
    const unknown = leads.filter(({ value }) => value === NOT_RECORDED);
    const possibly = led + sum(unknown.map((lead) => overlap(lead, spells)));
    // What went on before the observer came in may have been led by anybody.
    return possibly + unseen >= least ? undefined : false;
  }

  return { leaders: people.filter((person) => person.role === role), settle };
}

const isPresent = ({ spells }) => spells.length > 0;

/** Without a role that is known and agreed on, somebody may have been the leader. */
function mayHaveLed({ traces, said }, role) {
  const roles = new Set(said.length ? said.map((one) => one.role) : [""]);
  return traces && (roles.has("") || (roles.has(role) && roles.size > 1));
}

function byLog(blank, state, evidence = []) {
  const sightings = [...evidence]
    .sort(by(({ start }) => [start]))
    .map(({ event, start, value }) => ({ event, time: start, judged: "session", person: value }));
  return { ...blank, state, source: "log", sightings };
}

function overlap(interval, others) {
  const shared = ({ start, end }) => Math.min(interval.end, end) - Math.max(interval.start, start);
  return sum(others.map((other) => Math.max(0, shared(other))));
}

function sum(numbers) {
  return numbers.reduce((one, other) => one + other, 0);
}
