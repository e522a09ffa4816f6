/** What an event says, in the words of its schedule: entries.py. */

import { NOBODY, NOT_RECORDED } from "../core/tracks.js";
import { inWords, word } from "./words.js";

/** Return the words of a schedule by what they name, each a Map from id to text. */
export function namesOf(instrument) {
  const named = (items, text = "name") => new Map(items.map((item) => [item.id, inWords(item[text])]));
  const parts = instrument.indicators.map(({ log }) => log?.part).filter(Boolean);
  return {
    phase: named(instrument.phases),
    role: named(instrument.roles),
    roleShort: named(instrument.roles, "short"),
    reason: named(instrument.absences),
    tag: named(instrument.tags),
    noteKind: named(instrument.note_kinds),
    counter: named(instrument.board, "short"),
    part: named(parts),
    code: new Map(instrument.indicators.map(({ code, short }) => [code, inWords(short)])),
  };
}

/** Return what an event says and a detail; one of another shape is named by its kind. */
export function saidBy(event, names, notes) {
  try {
    return saying(event, names, notes);
  } catch {
    return [event.kind, ""];
  }
}

function saying({ id, kind, data }, names, notes) {
  const { person, lead, text = "" } = data;
  switch (kind) {
    case "observation-begun":
      return [word(kind), data.people.filter(({ present }) => present).map((one) => one.person).join(", ")];
    case "phase-started":
      return [word(kind, { phase: names.phase.get(data.phase) }), ""];
    case "lead-taken":
      return [[NOBODY, NOT_RECORDED].includes(lead) ? word(`lead-${lead}`) : word(kind, { person: lead }), ""];
    case "person-recorded":
      return [`${person}: ${names.role.get(data.role)}`, names.reason.get(data.reason) ?? ""];
    case "note-written": {
      const [{ data: now }] = notes.get(id) ?? [{ data }];
      return [now.text, [...now.tags.map((tag) => names.tag.get(tag)), names.noteKind.get(now.kind)].join(" · ")];
    }
    case "indicator-judged":
      return [`${names.part.get(data.part) ?? names.code.get(data.indicator)}: ${word(data.state)}`, person ?? ""];
    case "board-counted":
      return [`${names.counter.get(data.counter)}: ${data.number < 0 ? "" : "+"}${data.number}`, ""];
    default:
      return [word(kind, { person }), text];
  }
}
