/** What is still open in a record when its observer works it out: unsettled.py. None of it has to be settled. */

import { behaviours, inLanguage, partOf } from "./instrument.js";
import { judgementOf, standingJudgements } from "./judgements.js";
import { moment } from "./moments.js";
import { distinct } from "./slots.js";
import { BLANK, CONFLICT, LEADERSHIP, NOT_JUDGEABLE, NOT_SEEN, SEEN } from "./states.js";
import { NOBODY, NOT_RECORDED } from "./tracks.js";

const STATES = [SEEN, NOT_SEEN, NOT_JUDGEABLE];

/**
 * Return everything that the *Finish* screen asks, in its order: lists by part, and `unanswered`,
 * how many questions of after the session have no answer.
 *
 * `gaps` `{ stretch, moment, leaders }`: nobody wrote down who led; who may have, and nobody.
 * `described` `{ person, descriptions, replaces }`: different things are said of a person.
 * `away` `{ person, replaces }`: somebody who was never marked as present.
 * `differences` `{ indicator, actor, state, suggested, stands, choices }`: where a judgement differs
 * from the log or contradicts itself; `choices` are `{ state, fields }` of the judgement that says so.
 * `parts` `{ indicator, part, replaces }`: what no log can show and nobody said yet.
 * `leadership`, `collaboration` `{ indicator, names, people }`: behaviours of which nothing is said,
 * and the leaders who were there.
 * `asked` `{ question, given, value, replaces }`: what is asked after the session, and its answers.
 * `replaces` are always the ids that the event which settles it must carry.
 */
export function unsettled(observation, instrument, language) {
  const judged = observation.counted.filter(({ event }) => event.kind === "indicator-judged");
  const entries = new Map(judged.map((entry) => [entry.event.id, entry]));
  const stands = standingJudgements(judged, instrument);
  const parts = partsOf(instrument, stands, entries);
  const open = unjudged(observation, instrument, language, parts.map(({ indicator }) => indicator));
  const tables = new Map(instrument.groups.map(({ id, table }) => [id, table]));
  const of = (table) => open.filter(({ indicator }) => tables.get(indicator.group) === table);
  const asked = askedOf(observation, instrument);
  return {
    gaps: gapsOf(observation),
    described: describedOf(observation),
    away: awayOf(observation),
    differences: differencesOf(observation, instrument, stands, entries),
    parts,
    leadership: of("leadership"),
    collaboration: of("collaboration"),
    asked,
    unanswered: asked.filter(({ given }) => !given.length).length,
  };
}

function gapsOf(observation) {
  const gaps = observation.leads.filter(({ value }) => value === NOT_RECORDED);
  return gaps.map((stretch) => {
    const on = ({ start, end }) => start <= stretch.start && stretch.start < end;
    const there = observation.people.filter(({ spells }) => spells.some(on));
    return {
      stretch,
      moment: moment(observation, stretch.start),
      leaders: [...there.map(({ person }) => person), NOBODY],
    };
  });
}

function describedOf(observation) {
  const description = ({ role, expected, reason }) => ({ role, expected, reason });
  return observation.people
    .filter(({ conflict }) => conflict)
    .map(({ person, said }) => ({
      person,
      descriptions: distinct(said.map(description)),
      replaces: distinct(said.map(({ event }) => event)),
    }));
}

/** Who is described in several ways is not asked for: a reason would choose one unseen. */
function awayOf(observation) {
  return observation.people
    .filter(({ spells, reason, conflict }) => !(spells.length || reason || conflict))
    .map((person) => ({ person, replaces: person.said.map(({ event }) => event) }));
}

function partsOf(instrument, stands, entries) {
  return behaviours(instrument)
    .filter(partOf)
    .map((indicator) => {
      const about = ({ code, part }) => code === indicator.code && part === partOf(indicator);
      const replaces = stands.filter(about).flatMap(({ events }) => events);
      return { indicator, part: indicator.log.part, replaces };
    })
    .filter(({ replaces }) => new Set(replaces.map((id) => entries.get(id).event.data.state)).size !== 1);
}

/** The behaviours that a session can show, of which nothing is said and nothing else is asked. */
function unjudged(observation, instrument, language, asked) {
  const leaders = observation.people
    .filter(({ spells, role }) => spells.length && role === instrument.leading_role)
    .map(({ person }) => person);
  return behaviours(instrument)
    .filter((indicator) => indicator.locus !== "outside" && !asked.includes(indicator))
    .filter(({ code, actor }) => (judgementOf(observation, code, actor)?.state ?? BLANK) === BLANK)
    .map((indicator) => {
      const codes = instrument.indicators.filter((each) => (each.same_as ?? each.code) === indicator.code);
      const people = indicator.actor === LEADERSHIP ? leaders : [];
      return { indicator, names: codes.map(({ name }) => inLanguage(name, language)), people };
    });
}

function differencesOf(observation, instrument, stands, entries) {
  return stands.flatMap(({ code, part, actor, events }) => {
    const judgement = judgementOf(observation, code, actor);
    if (part || !judgement || judgement.state === BLANK) return [];
    const { state, suggested } = judgement;
    const said = events.map((id) => entries.get(id));
    // Who chose in the sight of the log, has chosen.
    const chose = ({ data }) => data.replaces?.length && data.judged !== "session";
    const differs = !["", state].includes(suggested) && !said.some(({ event }) => chose(event));
    if (state !== CONFLICT && !differs) return [];
    const indicator = instrument.indicators.find((each) => each.code === code);
    const choices = STATES.map((each) => choiceOf(observation, each, said, actor));
    return [{ indicator, actor, state, suggested, stands: said, choices }];
  });
}

/** The judgement that leaves only this state; of what was seen every time stays. */
function choiceOf(observation, state, stands, actor) {
  const same = stands.filter(({ event }) => state === SEEN && event.data.state === SEEN);
  const [first, ...others] = same;
  const fields = {
    replaces: stands.filter((entry) => !others.includes(entry)).map(({ event }) => event.id),
  };
  if (observation.people.some(({ person }) => person === actor)) fields.person = actor;
  if (!first) return { state, fields };
  const { data } = first.event;
  if ("person" in data) fields.person = data.person;
  if (first.time >= 0 && (data.judged === "session" || "moment" in data)) {
    fields.moment = moment(observation, first.time);
  }
  return { state, fields };
}

function askedOf(observation, instrument) {
  return instrument.afterwards.map((question) => {
    const slot = observation.answers.get(question.id);
    const given = slot ? distinct(slot.values) : [];
    const value = given[0] ?? { text: "", choice: "" };
    return { question, given, value, replaces: slot?.events ?? [] };
  });
}
