/** What of an event's data the tally uses, and the shape it must have: as much of kinds.py. */

import { instant } from "./events.js";

export const RESERVED = ["nobody", "not-recorded", "leadership", "team"]; // never codes of people

/** Return whether the tally knows the event's kind and what it uses of its data has the right shape. */
export function isUsable({ kind, data }) {
  return KINDS.has(kind) && object({ ...KINDS.get(kind), ...EVERY })(data);
}

/** Return whether the moment of this kind of event matters. */
export function isTimed(kind) {
  return KINDS.has(kind) && "moment?" in KINDS.get(kind);
}

/** Return the text without white space at its ends, as Python takes it off. */
export function strip(value) {
  return value.replace(EDGES, "");
}

// `trim` takes off U+FEFF and leaves U+001C to U+001F and U+0085; Python does the opposite.
const SPACE = "(?:(?!\\ufeff)[\\s\\x1c-\\x1f\\x85])+";
const EDGES = new RegExp(`^${SPACE}|${SPACE}$`, "g");

export const text = (value) => typeof value === "string";
const flag = (value) => typeof value === "boolean";
const number = Number.isInteger;
export const count = (value) => number(value) && value >= 0;
const time = (value) => !Number.isNaN(instant(value));
export const code = (value) => text(value) && strip(value) !== "" && [...strip(value)].length <= 64;
export const person = (value) => code(value) && !RESERVED.includes(value);
export const oneOf = (...words) => (value) => words.includes(value);
export const listOf = (holds) => (value) => Array.isArray(value) && value.every(holds);

/** Names that end in `?` may be absent. */
export const object = (fields) => (value) =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(fields).every(([field, holds]) => {
    const name = field.replace("?", "");
    return Object.hasOwn(value, name) ? holds(value[name]) : name !== field;
  });

export const EVERY = { "replaces?": listOf(text), "because?": text };
const timed = (fields) => ({ ...fields, "ago?": count, "moment?": time });
const described = { person, role: code, "expected?": flag, "reason?": code };

const KINDS = new Map([
  ["observation-begun", timed({ people: listOf(object({ ...described, present: flag })) })],
  ["person-recorded", described],
  ["person-arrived", timed({ person })],
  ["person-departed", timed({ person })],
  ["phase-started", timed({ phase: code })],
  ["lead-taken", timed({ lead: code })],
  ["interruption-started", timed({ "text?": text })],
  ["interruption-ended", timed()],
  ["note-written", timed()],
  ["mark-set", timed()],
  [
    "indicator-judged",
    timed({
      indicator: code,
      state: oneOf("seen", "not-seen", "not-judgeable"),
      judged: oneOf("session", "finish", "later"),
      "person?": person,
      "part?": code,
    }),
  ],
  ["board-counted", timed({ counter: code, number })],
  ["observation-ended", timed()],
  ["event-retracted", { event: text }],
  ["moment-corrected", { event: text, moment: time }],
]);
