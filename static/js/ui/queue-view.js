/** What waits to be sent, session by session and interview by interview, in the words of the log on Capture. */

import { beginningOf } from "../core/beginning.js";
import { instant } from "../core/events.js";
import { foldInterview } from "../core/interviews.js";
import { grouped } from "../core/lists.js";
import { readStory } from "../core/story.js";
import { instrumentOf } from "./instrument.js";
import { namesOf, saidBy } from "./saying.js";
import { inWords, word } from "./words.js";

// What says everything in its sentence.
const PLAIN = ["label-assigned", "observation-finished", "observation-approved", "issue-raised", "issue-answered", "issue-closed", "page-hidden", "page-shown"];
const UNNAMED = { get: (id) => id };
const UNKNOWN = [new Proxy({}, { get: () => UNNAMED }), UNNAMED];

const { lang } = document.documentElement;
const hour = new Intl.DateTimeFormat(lang, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(lang, { dateStyle: "medium" });
const dayAndHour = new Intl.DateTimeFormat(lang, { dateStyle: "short", timeStyle: "short" });

/** Return a promise of the sessions that have unsent events among these, the latest first. */
export async function queueView(events, unsent) {
  const all = grouped(events.map((event) => [event.stream, event]));
  const waiting = [...grouped(unsent.map((event) => [event.stream, event]))];
  const sessions = await Promise.all(waiting.map(([stream, own]) => session(stream, own, all.get(stream))));
  return sessions.sort((one, other) => other.start - one.start);
}

async function session(stream, unsent, events) {
  const begun = stream.startsWith("interview/") ? headerOf(events) : (beginningOf(readStory(events)) ?? {});
  const [names, questions] = await namesFor(begun.instrument?.digest);
  const find = (id) => events.find((event) => event.id === id);
  const oldestFirst = [...unsent].sort((one, other) => instant(one.at) - instant(other.at) || one.seq - other.seq);
  const start = instant(oldestFirst[0].at);
  return {
    key: stream,
    start,
    label: begun.label ?? word("unknown-session"),
    about: [begun.school, begun.unit, day.format(start)].filter(Boolean).join(" · "),
    waiting: oldestFirst.map((event) => line(event, start, names, questions, find)),
  };
}

/** The words of a schedule and its questions; where it is not here, ids stand for themselves, as in an interview. */
async function namesFor(digest) {
  if (!digest) return UNKNOWN;
  try {
    const instrument = await instrumentOf(digest);
    const asked = [...instrument.questions, ...instrument.afterwards];
    return [namesOf(instrument), new Map(asked.map(({ id, name }) => [id, inWords(name)]))];
  } catch {
    return UNKNOWN;
  }
}

function headerOf(events) {
  const { interview: label = word("an-interview"), school } = foldInterview(events).recorded?.value ?? {};
  return { label, school };
}

function line(event, start, names, questions, find) {
  const time = instant(event.at);
  const [text, detail] = says(event, names, questions, find);
  return {
    key: event.id,
    time: (day.format(time) === day.format(start) ? hour : dayAndHour).format(time),
    text: text === event.kind ? word("unknown-kind", { kind: text }) : text,
    detail,
  };
}

function says(event, names, questions, find) {
  const { kind, data } = event;
  if (PLAIN.includes(kind)) return [word(kind, data), ""];
  switch (kind) {
    case "note-corrected":
      return saidBy({ ...event, kind: "note-written" }, names, new Map());
    case "answer-given":
      return [questions.get(data.question) ?? data.question, data.text || (data.choice ?? "")];
    case "header-corrected":
      return [`${word(data.field)}: ${data.value}`, ""];
    case "interview-recorded":
      return [`${word(data.kind)} ${data.interview}`, data.participants.join(", ")];
    case "claim-recorded":
      return [`${word("claim", { number: data.number ?? "" })} ${data.text}`, data.respondents.join(", ")];
    case "event-retracted":
    case "moment-corrected": {
      const about = find(data.event);
      return [word(kind, { what: about ? says(about, names, questions, () => undefined)[0] : "…" }), ""];
    }
    default:
      return saidBy(event, names, new Map());
  }
}
