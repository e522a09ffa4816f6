/**
 * What the events of one stream amount to when the session is worked out: fold.py.
 *
 * The tally is what capture shows; this adds what only *Finish* and *Schedule* need, and counts only
 * what is whole. Problems are left to the server, which names them.
 */

import { answersOf, headerOf, reviewOf } from "./answers.js";
import { judgementsOf } from "./judgements.js";
import { RESERVED } from "./kinds.js";
import { isComplete } from "./shapes.js";
import { slotsOf } from "./slots.js";
import { readStory } from "./story.js";
import { tally } from "./tally.js";

/**
 * Return the observation: all that `tally` returns, with more of each person, and
 * `{ header, notes, judgements, answers, review, counted }`. Total over any events.
 *
 * `instrument` is the version that the observation pinned. `now` (recorded time, ms since 1970) is
 * how far tracks run while the session goes on; without it they run to the last known moment.
 */
export function foldObservation(events, instrument, now = 0) {
  const story = readStory(events, isComplete);
  const { begun, log, counted } = story;
  const of = (...kinds) => counted.filter(({ event }) => kinds.includes(event.kind));
  const indicators = Object.fromEntries(instrument.indicators.map((each) => [each.code, each]));
  const tallied = tally(story, indicators, now || -Infinity);
  const traces = tracesOf(of);
  const people = tallied.people.map((each) => ({ ...each, traces: traces.has(each.person) }));
  const judgements = judgementsOf(of("indicator-judged"), people, tallied.leads, instrument, {
    unseen: begun?.data["already-running"] ?? 0,
    known: tallied.ended || Boolean(now),
  });
  return {
    ...tallied,
    people,
    header: headerOf(of, begun),
    notes: notesOf(of),
    judgements,
    answers: answersOf(of),
    review: reviewOf(log, counted),
    counted,
  };
}

/** Whom anything at all says to have been there: a listing, an arrival, a departure, a lead. */
function tracesOf(of) {
  const listed = of("observation-begun").flatMap(({ event }) => event.data.people);
  const moved = of("person-arrived", "person-departed").map(({ event }) => event.data.person);
  const led = of("lead-taken").map(({ event }) => event.data.lead);
  const there = listed.filter(({ present }) => present).map(({ person }) => person);
  return new Set([...there, ...moved, ...led.filter((code) => !RESERVED.includes(code))]);
}

/** The notes `{ event, time, content, person }`; `content` is a slot of `{ text, kind, tags }`. */
function notesOf(of) {
  const written = of("note-written");
  const content = ({ text, kind, tags }) => ({ text, kind, tags });
  const texts = slotsOf([
    ...written.map(({ event }) => [event.id, event, content(event.data)]),
    ...of("note-corrected").map(({ event }) => [event.data.note, event, content(event.data)]),
  ]);
  return written.map(({ time, event: { id, data } }) => ({
    event: id,
    time: time >= 0 ? time : null, // a moment before the start cannot be right
    content: texts.get(id),
    person: data.person ?? "",
  }));
}
