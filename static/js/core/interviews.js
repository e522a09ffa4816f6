/** How an interview's events become its header and claims: interviews.py. */

import { instant } from "./events.js";
import { EVERY, code, count, isUsable as isKnown, listOf, object, oneOf, text } from "./kinds.js";
import { by, grouped } from "./lists.js";
import { slotsOf } from "./slots.js";
import { readStory } from "./story.js";

export const UNJUDGED = "unjudged";

/** Return whether a stance and a frequency cannot both be meant: *affirms, never* and *denies, always*. */
export function contradicts({ stance, frequency }) {
  return (stance === "affirms" && frequency === "never") || (stance === "denies" && frequency === "always");
}

/** Return whether a text can be the code of a respondent, a school or a member. */
export const isName = (value) => text(value) && NAME.test(value);

/**
 * Return `{ recorded, claims, nextNumber }` of the events of an interview. Total over any events.
 *
 * `recorded` is the slot of its header, undefined while it is not here. A claim is
 * `{ id, events, said }`: `said` the slot of the data that stands, `id` its first event's, `events`
 * the ids of all that say it, so that taking these back takes back the claim.
 */
export function foldInterview(events) {
  const { log, counted } = readStory(events, isUsable, "interview-recorded");
  const of = (kind) => counted.map(({ event }) => event).filter((event) => event.kind === kind);
  const recorded = slotsOf(of("interview-recorded").map((event) => ["", event, event.data])).get("");
  const claims = claimsOf(of("claim-recorded"));
  const numbers = log.filter(({ event }) => event.kind === "claim-recorded").map(({ event }) => event.data.number);
  const used = numbers.filter((number) => Number.isInteger(number) && number > 0);
  return { recorded, claims, nextNumber: (used.length ? Math.max(...used) : claims.length) + 1 };
}

function claimsOf(events) {
  const known = new Map(events.map((event) => [event.id, event]));
  const order = new Map(events.map(({ id }, place) => [id, place]));
  const claims = chains(known).map((ids) => {
    const given = ids.map((id) => known.get(id)).map((event) => ["", event, saidOf(event.data)]);
    return { id: ids[0], events: ids, said: slotsOf(given).get("") };
  });
  const number = ({ said }) => said.value.number;
  return claims.sort(by((claim) => [Number(number(claim) === undefined), number(claim) ?? 0, order.get(claim.id)]));
}

/** What a claim says; what is empty was not said, and a contradicting stance counts as not judged. */
function saidOf({ replaces, because, respondents, codes, stance, source, ...data }) {
  return {
    respondents: [...new Set(respondents)],
    codes: [...new Set(codes)],
    stance: contradicts({ stance, ...data }) ? UNJUDGED : stance,
    ...Object.fromEntries(["form", "text", "codebook", "mode"].map((name) => [name, data[name]])),
    ...Object.fromEntries(OPTIONAL.map((name) => [name, data[name] ?? ""])),
    number: data.number,
    source: source && ["tool", "document", "id"].map((name) => source[name]),
  };
}

/** The ids of each claim's events: those that replace one another, in any way. */
function chains(known) {
  const first = new Map([...known.keys()].map((id) => [id, id]));
  const root = (id) => (first.get(id) === id ? id : root(first.get(id)));
  for (const [id, { data }] of known)
    for (const other of data.replaces ?? []) if (first.has(other)) first.set(root(other), root(id));
  const groups = grouped([...known.keys()].map((id) => [root(id), id]));
  // Those that replace nothing come first, so that a late revision never lends the claim its id.
  const replaces = (id, chain) => Number((known.get(id).data.replaces ?? []).some((other) => chain.includes(other)));
  return [...groups.values()].map((chain) => [...chain].sort(by((id) => [replaces(id, chain)])));
}

const OPTIONAL = ["scope", "frequency", "about", "unit", "place", "topic", "coder"];
// White space as Python has it; `\s` here takes U+FEFF for it and leaves U+001C to U+001F and U+0085.
const NAME = /^(?:\ufeff|[^\s,;\x1c-\x1f\x85]){1,64}$/u;
const date = (value) => text(value) && value.length === 10 && !Number.isNaN(instant(`${value}T00:00:00Z`));
const names = listOf(isName);

const KINDS = new Map([
  [
    "interview-recorded",
    { interview: code, kind: oneOf("interview", "focus-group"), school: isName, participants: names, "date?": date, "topic-list?": isName },
  ],
  [
    "claim-recorded",
    {
      respondents: names,
      form: oneOf("quotation", "paraphrase"),
      text,
      codes: names,
      codebook: code,
      stance: oneOf("affirms", "denies", "mixed", UNJUDGED),
      mode: oneOf("descriptive", "normative", "past", "future", "hearsay", UNJUDGED),
      "scope?": oneOf("board-session", "general", "elsewhere"),
      "frequency?": oneOf("always", "mostly", "sometimes", "never"),
      "about?": isName,
      "unit?": code,
      "place?": text,
      "topic?": isName,
      "coder?": isName,
      "number?": count,
      "source?": object({ tool: text, document: text, id: text }),
    },
  ],
]);

function isUsable(event) {
  const { kind, data } = event;
  return KINDS.has(kind) ? object({ ...KINDS.get(kind), ...EVERY })(data) : isKnown(event);
}
