/**
 * What is said of each behaviour: the observer's judgements, and what the log settles: judgements.py.
 *
 * A judgement without a person, of something that the leadership does, is about the leadership as a
 * whole.
 */

import { behaviour, partOf } from "./instrument.js";
import { by, grouped } from "./lists.js";
import { logOf } from "./log-rules.js";
import { BLANK, CONFLICT, LEADERSHIP, NOT_JUDGEABLE, NOT_SEEN, SEEN, TEAM, blankOf, codesOf } from "./states.js";
import { standing } from "./story.js";

const WHEN = ["session", "finish", "later"]; // from the strongest to the weakest

/**
 * Return the judgements `{ code, actor, state, source, judged, sightings, suggested }` in the
 * instrument's order: of the team one, of the leadership one per leader, one per other person who
 * was seen doing it, and last one for the leadership as a whole.
 *
 * `source` is observer, log, or empty when blank; `suggested` is what the log says, or empty;
 * `sightings` are `{ event, time, judged, person }`, the time null when only remembered. `entries`
 * are judgements that count, in order. `unseen` is for how many ms the session went on before the
 * observer came in; without a `known` end the log settles nothing but that somebody was there.
 */
export function judgementsOf(entries, people, leads, instrument, { unseen, known }) {
  const log = logOf(people, leads, instrument, unseen, known);
  const said = saidOf(entries, instrument, codesOf(log.leaders));
  return instrument.indicators.flatMap((indicator) =>
    indicator.actor === TEAM ? [own(indicator, TEAM, said)] : ofLeadership(indicator, said, log),
  );
}

/** Return the judgements that stand as `{ code, part, actor, events }`: what a choice replaces. */
export function standingJudgements(entries, instrument) {
  return [...saidOf(entries, instrument)].map(([key, statements]) => {
    const [code, part, actor] = JSON.parse(key);
    return { code, part, actor, events: statements.map(({ sighting }) => sighting.event) };
  });
}

/** Return what is said of a behaviour by this actor, or undefined. */
export function judgementOf(observation, code, actor) {
  return observation.judgements.find((one) => one.code === code && one.actor === actor);
}

function ofLeadership(indicator, said, log) {
  const leaders = codesOf(log.leaders);
  // One leader who leads is enough for "the leadership leads"; that it does not takes all of them.
  const anyOf = indicator.log?.rule === "present-not-leading" ? NOT_SEEN : SEEN;
  const part = partOf(indicator);
  const mine = leaders.map((leader) => own(indicator, leader, said));
  const handed = own(indicator, LEADERSHIP, said, part);
  const handedBy = leaders.map((leader) => own(indicator, leader, said, part));
  let whole = own(indicator, LEADERSHIP, said);
  const judged = log.leaders.map((leader, at) => {
    const points = inherited(handedBy[at], handed, leaders, anyOf);
    const settledByLog = log.settle(indicator, [leader], points);
    const found = inherited(mine[at], whole, leaders, anyOf);
    // That a leader was away outweighs that the leadership as a whole was not seen doing it.
    const away = isBlank(mine[at]) && found.state !== SEEN && settledByLog.state === NOT_JUDGEABLE;
    return settled(away ? mine[at] : found, settledByLog);
  });
  const together = log.settle(indicator, log.leaders, joined(handed, handedBy, anyOf));
  if (!mine.every(isBlank)) whole = joined(whole, isBlank(whole) ? judged : mine, anyOf);
  const others = actorsOf(indicator, said).filter((one) => one !== LEADERSHIP && !leaders.includes(one));
  return [...judged, ...others.map((other) => own(indicator, other, said)), settled(whole, together)];
}

/** Who is said to have done it, in the order of Python, which compares code points. */
function actorsOf(indicator, said) {
  const keys = [...said.keys()].map((key) => JSON.parse(key));
  const actors = keys.filter(([code, part]) => code === behaviour(indicator) && !part).map(([, , actor]) => actor);
  return actors.sort(by((actor) => [Array.from(actor, point).join("")]));
}

const point = (character) => character.codePointAt(0).toString(16).padStart(6, "0");

/** The standing statements `{ state, sighting }` by behaviour, part and actor. */
function saidOf(entries, instrument, leaders = []) {
  const known = new Map(instrument.indicators.map((indicator) => [indicator.code, indicator]));
  const given = entries
    .filter(({ event }) => known.has(event.data.indicator))
    .map(({ time, event }) => {
      const { indicator: code, state, judged, person = "", part = "" } = event.data;
      const indicator = known.get(code);
      const actor = indicator.actor === TEAM ? TEAM : person || LEADERSHIP;
      const doer = part && !leaders.includes(person) ? LEADERSHIP : actor; // handed over through another
      const timed = time >= 0 && (judged === "session" || "moment" in event.data);
      const sighting = { event: event.id, time: timed ? time : null, judged, person };
      const about = [behaviour(indicator), part];
      return [JSON.stringify(about), event, [JSON.stringify([...about, doer]), { state, sighting }]];
    });
  // A judgement replaces one of another actor too: first a tap, then by whom.
  return grouped([...standing(given).values()].flat());
}

/** What the observer says of this actor and of nobody else. */
function own(indicator, actor, said, part = "") {
  const statements = said.get(JSON.stringify([behaviour(indicator), part, actor]));
  if (!statements) return blankOf(indicator, actor);
  const states = new Set(statements.map(({ state }) => state));
  return {
    ...blankOf(indicator, actor),
    state: states.size === 1 ? statements[0].state : CONFLICT,
    source: "observer",
    judged: strongest(statements.map(({ sighting }) => sighting.judged)),
    sightings: statements.filter(({ state }) => state === SEEN).map(({ sighting }) => sighting),
  };
}

const isBlank = ({ state }) => state === BLANK;
const strongest = (judged) => WHEN.find((when) => judged.includes(when));

/** What is said of the leadership holds for a leader, but what any of several may have done. */
function inherited(mine, whole, leaders, anyOf) {
  const kept = !isBlank(mine) || (whole.state === anyOf && leaders.length > 1);
  return kept ? mine : { ...whole, actor: mine.actor };
}

/**
 * What is said of the leadership and of its leaders, as one judgement of the leadership.
 *
 * One leader of whom `anyOf` holds is enough for it to hold of the leadership; its opposite takes
 * all who could be judged. What the observer said of the whole must agree with that.
 */
function joined(whole, leaders, anyOf) {
  let state = stateOf(leaders, anyOf);
  if (state === BLANK) return whole;
  if (![BLANK, state].includes(whole.state)) state = CONFLICT;
  const all = [whole, ...leaders];
  const sightings = new Map(all.flatMap((one) => one.sightings).map((one) => [one.event, one]));
  return {
    ...whole,
    state,
    source: "observer",
    judged: strongest(all.map(({ judged }) => judged)),
    sightings: [...sightings.values()].sort(
      by(({ time, event }) => [time === null, time ?? 0, event]),
    ),
  };
}

function stateOf(leaders, anyOf) {
  const states = new Set(leaders.map(({ state }) => state));
  const opposite = anyOf === SEEN ? NOT_SEEN : SEEN;
  states.delete(NOT_JUDGEABLE);
  for (const state of [CONFLICT, anyOf]) if (states.has(state)) return state;
  if (!states.size && leaders.length) return NOT_JUDGEABLE;
  return states.size === 1 && states.has(opposite) ? opposite : BLANK;
}

/** The observer's judgement, or the log's where there is none. */
function settled(mine, log) {
  if (isBlank(mine)) return { ...log, actor: mine.actor };
  return { ...mine, suggested: isBlank(log) ? "" : log.state };
}
