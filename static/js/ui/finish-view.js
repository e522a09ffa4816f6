/** What the Finish screen shows of a session: the parts of unsettled.js in words, by list and item. */

import { clock } from "../core/format.js";
import { behaviours, inLanguage, partOf } from "../core/instrument.js";
import { moment } from "../core/moments.js";
import { foldObservation } from "../core/observation.js";
import { drafts, scheduleRows } from "../core/schedule.js";
import { LEADERSHIP, TEAM } from "../core/states.js";
import { NOBODY } from "../core/tracks.js";
import { unsettled } from "../core/unsettled.js";
import { keys, reasons, workingItems } from "./working-view.js";
import { word } from "./words.js";

/** Return the observation of these events as `state`, and its parts on the screen. */
export function finishView(events, instrument, uuid) {
  // Not as it runs on: what is asked must not grow while it is answered.
  const state = foldObservation(events, instrument);
  const open = unsettled(state, instrument, document.documentElement.lang);
  const judged = state.review.finished ? "later" : "finish";
  const shared = { ...reasons(state), judged };
  const names = namesOf(instrument);
  const drafted = drafts(scheduleRows(state, instrument, document.documentElement.lang, word));
  const working = workingItems(state, uuid);
  const parts = { lead: open.gaps, described: open.described, people: open.away, differences: open.differences, parts: open.parts };
  const numbers = { ...parts, leadership: open.leadership, collaboration: open.collaboration };
  const counts = Object.entries(numbers).map(([key, { length }]) => [key, length]);
  return {
    state,
    lists: {
      counts: [...counts, ["afterwards", open.unanswered]].map(([key, number]) => ({ key, number, none: !number, some: number > 0 })),
      lead: open.gaps.map((gap) => gapItem(gap, state, names, shared)),
      described: open.described.map((each) => describedItem(each, names, shared)),
      people: open.away.map((each) => awayItem(each, state, names, shared)),
      differences: open.differences.map((each) => differenceItem(each, shared)),
      parts: behaviours(instrument)
        .filter(partOf)
        .map(({ code }) => settledItem(code, open.parts, shared)),
      leadership: behaviours(instrument).map(({ code }) => settledItem(code, open.leadership, shared)),
      collaboration: behaviours(instrument).map(({ code }) => settledItem(code, open.collaboration, shared)),
      afterwards: open.asked.map((each) => askedItem(each, state)),
    },
    items: {
      ...working,
      drafts: {
        none: !drafted,
        said: word("drafts", { number: drafted, all: instrument.questions.length }),
        schedule: working.screens["answers.show"],
      },
      ...Object.fromEntries(Object.entries(parts).map(([name, { length }]) => [name, { none: !length }])),
      leadership: { open: open.leadership.length > 0 },
      collaboration: { open: open.collaboration.length > 0 },
      end: { ended: state.ended, latest: moment(state, state.end).slice(11, 19) },
      judged: { marked: word("marked", { when: word(judged) }) },
    },
  };
}

function namesOf({ roles, absences }) {
  const { lang } = document.documentElement;
  const called = (items, id, name) => items.filter((each) => each.id === id).map((each) => inLanguage(each[name], lang))[0];
  return {
    role: (id) => called(roles, id, "short") ?? (id || word("role-unknown")),
    reason: (id) => called(absences, id, "name") ?? id,
  };
}

function gapItem({ stretch, moment: key, leaders }, { people }, names, shared) {
  const leader = (code) => {
    const person = people.find((each) => each.person === code);
    return { key: code, name: code === NOBODY ? word("nobody") : code, role: person && names.role(person.role), noRole: !person };
  };
  return { ...shared, key, span: `${clock(stretch.start)}–${clock(stretch.end)}`, leaders: leaders.map(leader) };
}

function describedItem({ person, descriptions, replaces }, names, shared) {
  const item = ({ role, expected, reason }) => ({
    ...shared,
    key: JSON.stringify([role, expected, reason]),
    person,
    role,
    expected,
    reason,
    replaces: keys(replaces),
    name: names.role(role),
    wasExpected: expected,
    why: reason && names.reason(reason),
    noWhy: !reason,
  });
  return { key: person, descriptions: descriptions.map(item) };
}

function awayItem({ person: { person, role, expected }, replaces }, state, names, shared) {
  return {
    ...shared,
    key: person,
    name: names.role(role),
    role,
    expected: String(expected),
    replaces: keys(replaces),
    start: moment(state, 0),
    wasThere: word("was-there", { person }),
  };
}

function differenceItem({ indicator, actor, state, suggested, stands, choices }, shared) {
  const says = suggested && suggested !== state;
  return {
    key: `${indicator.code} ${actor}`,
    statement: inLanguage(indicator.statement, document.documentElement.lang),
    actor,
    noActor: [TEAM, LEADERSHIP].includes(actor),
    judged: word("judged", { state: word(state) }),
    stands: stands.map(({ event, time }, index) => ({
      key: event.id,
      time: clock(time),
      state: word(event.data.state) + (index < stands.length - 1 ? ";" : "."),
    })),
    says: says && word("log-says", { state: word(suggested) }),
    saysNothing: !says,
    choices: choices.map(({ state: key, fields: { person, moment, replaces } }) => ({
      ...shared,
      key,
      indicator: indicator.code,
      person,
      moment,
      replaces: keys(replaces),
    })),
  };
}

/** A behaviour that stands on the page, and is shown while it is open. */
function settledItem(code, open, shared) {
  const found = open.find(({ indicator }) => indicator.code === code);
  const { people = [], replaces = [] } = found ?? {};
  return {
    ...shared,
    key: code,
    settled: !found,
    replaces: keys(replaces),
    people: keys(people.length > 1 ? people : []),
    person: people.length === 1 ? people[0] : "",
    notSeveral: people.length < 2,
  };
}

function askedItem({ question, given, value, replaces }, state) {
  return {
    ...reasons(state, given.length > 0),
    key: question.id,
    text: value.text,
    one: given.length < 2,
    given: keys(given.map(({ text, choice }) => text || choice)),
    replaces: keys(replaces),
    choices: (question.choices ?? []).map(({ id }) => ({ key: id, on: value.choice === id })),
  };
}
