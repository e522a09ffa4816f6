/** What stands of the header and of the answers, and how far a record is: fold.py and review.py. */

import { grouped } from "./lists.js";
import { slotsOf } from "./slots.js";

const HEADER = ["label", "school", "unit", "place"];

// What is said about a record, or recorded by the machine, does not change what the record says.
const ABOUT = [
  "observation-finished",
  "observation-approved",
  "issue-raised",
  "issue-answered",
  "issue-closed",
  "label-assigned",
  "page-hidden",
  "page-shown",
];

/** Return the header as an object of slots: label, school, unit, place, observer, as far as known. */
export function headerOf(of, begun) {
  const data = begun?.data ?? {};
  const names = HEADER.filter((name) => name in data);
  const given = names.map((name) => [name, begun, data[name]]);
  if (begun) given.push(["observer", begun, begun.by]);
  for (const { event } of of("header-corrected")) given.push([event.data.field, event, event.data.value]);
  // The server's word stands whatever was proposed: a label, once printed, never changes.
  const assigned = of("label-assigned").map(({ event }) => ["label", event, event.data.label]);
  return Object.fromEntries([...slotsOf(given), ...slotsOf(assigned)]);
}

/** Return the observer's own answers: a Map from question to its slot of `{ text, choice }`. */
export function answersOf(of) {
  return slotsOf(
    of("answer-given").map(({ event }) => {
      const { question, text = "", choice = "" } = event.data;
      return [question, event, { text, choice }];
    }),
  );
}

/**
 * Return `{ state, events, finished, approved, issues }`: how far a record is.
 *
 * `state` is draft, finished, has-issues, approved or edited. `events` is how many events of content
 * there are, which `observation-finished` must carry; `finished` and `approved` are the ids of the
 * last events that said so, or empty. `log` holds all events, `counted` those that count.
 */
export function reviewOf(log, counted) {
  const events = log.filter(({ event }) => !ABOUT.includes(event.kind)).length;
  const of = (kind) => counted.filter(({ event }) => event.kind === kind).map(({ event }) => event);
  const [finished, approved] = [of("observation-finished"), of("observation-approved")];
  const issues = issuesOf(of);
  const sawAll = ({ data }) => data.events === events;
  let state = finished.length || approved.length ? "edited" : "draft";
  if (finished.some(sawAll)) state = "finished";
  if (approved.some(sawAll)) state = "approved";
  if (issues.some(({ open }) => open)) state = "has-issues";
  const last = (list) => list.at(-1)?.id ?? "";
  return { state, events, finished: last(finished), approved: last(approved), issues };
}

/** A reviewer's issues `{ event, question, text, by, answers, open }`; without question: the whole. */
function issuesOf(of) {
  const answers = grouped(of("issue-answered").map(({ data }) => [data.issue, data.text]));
  const closed = new Set(of("issue-closed").map(({ data }) => data.issue));
  return of("issue-raised").map(({ id, by, data: { question = "", text } }) => ({
    event: id,
    question,
    text,
    by,
    answers: answers.get(id) ?? [],
    open: !closed.has(id),
  }));
}
