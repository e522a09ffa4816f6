/** What the Schedule screen shows of a session: its questions with answers or drafts, by list and item. */

import { foldObservation } from "../core/observation.js";
import { scheduleRows } from "../core/schedule.js";
import { keys, reasons, workingItems } from "./working-view.js";
import { word } from "./words.js";

const LEAST = 3; // lines of a field

/** Return the observation of these events as `state`, and its parts on the screen. */
export function scheduleView(events, instrument, uuid) {
  const state = foldObservation(events, instrument);
  const rows = scheduleRows(state, instrument, document.documentElement.lang, word);
  const whole = state.review.issues.filter(({ question, open }) => open && !question);
  return {
    state,
    lists: { whole: whole.map(issueItem), rows: rows.map((row) => rowItem(row, state)) },
    items: { ...workingItems(state, uuid), again: { notEdited: state.review.state !== "edited" } },
  };
}

function rowItem({ question, texts, draft, replaces, issues }, state) {
  const several = texts.length > 1;
  const drafted = draft && texts[0] !== "";
  const text = texts.join("\n\n");
  const common = { question: question.id, replaces: keys(replaces) };
  return {
    ...common,
    ...reasons(state, replaces.length > 0),
    key: question.id,
    text,
    rows: Math.max(LEAST, text.split("\n").length + 1),
    noDraft: !drafted,
    noContradiction: !several,
    notOne: drafted || several,
    given: !draft,
    texts: several ? texts.map((key) => ({ ...common, ...reasons(state), key, shown: key || word("empty") })) : [],
    issues: issues.map(issueItem),
  };
}

function issueItem({ event, by, text, open, answers }) {
  return {
    key: event,
    by,
    text,
    look: open ? "issue is-open" : "issue",
    state: word(open ? "open" : "settled"),
    settled: !open,
    answers: answers.map((text, index) => ({ key: String(index + 1), text })),
  };
}
