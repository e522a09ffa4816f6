/** A whole record as plain lists, the same as tests/core/plain_record.py makes of the Python folds. */

import { readFileSync } from "node:fs";

import { foldObservation } from "../../static/js/core/observation.js";
import { scheduleRows } from "../../static/js/core/schedule.js";
import { unsettled } from "../../static/js/core/unsettled.js";
import { whole } from "./plain.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));

export const { instrument, words } = read("instrument.json");

export function plainRecord({ events, now }) {
  const observation = foldObservation(events.map(whole), instrument, now);
  const rows = observation.judgements.map((one) => [
    ...[one.code, one.actor, one.state, one.source, one.judged, one.suggested],
    one.sightings.map(({ event, time, judged, person }) => [event, time, judged, person]),
  ]);
  const { state, finished, approved, issues } = observation.review;
  return {
    header: slots(Object.entries(observation.header)),
    answers: slots(observation.answers),
    review: [state, observation.review.events, finished, approved],
    issues: issues.map((one) => [one.event, one.question, one.text, one.by, one.answers, one.open]),
    notes: observation.notes.map(({ event, time, content, person }) => [event, time, person, content]),
    said: rows.filter(([, , what]) => what !== "blank"),
    blank: rows.filter(([, , what]) => what === "blank"),
    ...prefixed("nl", plainSchedule(observation, "nl")),
    ...prefixed("en", plainSchedule(observation, "en")),
    ...prefixed("open", plainUnsettled(unsettled(observation, instrument, "nl"))),
  };
}

function prefixed(prefix, values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function slots(pairs) {
  const plain = ({ value, values, events, conflict }) => ({ value, values, events, conflict });
  return Object.fromEntries([...pairs].map(([key, slot]) => [key, plain(slot)]));
}

function plainSchedule(observation, language) {
  const translate = (sentence) => (language === "nl" ? words.nl[sentence] : sentence);
  const rows = scheduleRows(observation, instrument, language, translate);
  return Object.fromEntries(
    rows.map(({ question, texts, text, draft, replaces, issues }) => [
      question.id,
      draft ? text : [texts, replaces, issues.map(({ event }) => event)],
    ]),
  );
}

function plainUnsettled(open) {
  const unjudged = (list) => list.map((one) => [one.indicator.code, one.names, one.people]);
  return {
    gaps: open.gaps.map(({ stretch: { start, end }, moment, leaders }) => [start, end, moment, leaders]),
    described: open.described.map((one) => [
      one.person,
      one.descriptions.map(({ role, expected, reason }) => [role, expected, reason]),
      one.replaces,
    ]),
    away: open.away.map(({ person: { person, role, expected }, replaces }) => [person, role, expected, replaces]),
    differences: open.differences.map((one) => [
      ...[one.indicator.code, one.actor, one.state, one.suggested],
      one.stands.map(({ event }) => event.id),
      one.choices.map(({ state, fields }) => [state, fields]),
    ]),
    parts: open.parts.map(({ indicator, part, replaces }) => [indicator.code, part.id, replaces]),
    leadership: unjudged(open.leadership),
    collaboration: unjudged(open.collaboration),
    asked: open.asked.map(({ question, given, value, replaces }) => [
      question.id,
      given.map(({ text, choice }) => [text, choice]),
      [value.text, value.choice],
      replaces,
    ]),
    unanswered: open.unanswered,
  };
}
