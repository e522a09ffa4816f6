/** The whole shape of what is worked out after the session; kinds.js has what capture needs: kinds.py. */

import { EVERY, code, count, isUsable, listOf, object, oneOf, person, text } from "./kinds.js";

/** Return whether a record counts the event: its kind is known and all of its data has the right shape. */
export function isComplete(event) {
  const { kind, data } = event;
  if (OTHERS.has(kind)) return object({ ...OTHERS.get(kind), ...EVERY })(data);
  return isUsable(event) && object(REST.get(kind) ?? {})(data);
}

const about = { text, kind: code, tags: listOf(code) };

/** What the tally does not look at, of kinds that it knows. */
const REST = new Map([
  [
    "observation-begun",
    {
      instrument: object({ id: code, version: code, digest: code }),
      label: code,
      school: code,
      unit: code,
      source: oneOf("live", "paper"),
      "place?": text,
      "already-running?": count,
    },
  ],
  ["note-written", { ...about, "person?": person, "part?": count }],
  ["mark-set", { "text?": text }],
]);

const OTHERS = new Map([
  ["header-corrected", { field: oneOf("label", "school", "unit", "place", "observer"), value: text }],
  ["label-assigned", { label: code }],
  ["note-corrected", { ...about, note: text }],
  ["answer-given", { question: code, "text?": text, "choice?": code }],
  ["observation-finished", { events: count }],
  ["observation-approved", { events: count }],
  ["issue-raised", { text, "question?": code }],
  ["issue-answered", { issue: text, text }],
  ["issue-closed", { issue: text }],
]);
