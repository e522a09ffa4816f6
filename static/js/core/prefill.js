/**
 * Drafts of the schedule's answers, written from the log by the instrument's rules: prefill.py.
 *
 * A draft is a suggestion until the observer takes it over: impressions, what has no standing text,
 * and what was said afterwards never enter one.
 */

import { clock, length, share } from "./format.js";
import { behaviours, inLanguage } from "./instrument.js";
import { judgementOf } from "./judgements.js";
import { strip } from "./kinds.js";
import { NOBODY, NOT_RECORDED } from "./tracks.js";

/** The English sentences that a draft asks `translate` for, beside the instrument's own words. */
export const WORDS = [
  "Present",
  "Absent",
  "remembered afterwards",
  "nobody leads",
  "not recorded",
  "Interruption",
];

/**
 * Return the draft of an answer, "" when the log says nothing about the question.
 *
 * Lines are separated by newlines; times are minutes and seconds since the start. `translate` turns
 * an English sentence into the language.
 */
export function draft(question, observation, instrument, language, translate) {
  const writer = { observation, instrument, language, translate };
  const rule = question.prefill;
  const lines = [];
  if (rule.people) lines.push(...people(writer));
  if (rule.phases) lines.push(...phases(writer));
  if (rule.leads) lines.push(...leads(writer));
  lines.push(...indicators(writer, rule));
  lines.push(...notes(writer, rule));
  return lines.join("\n");
}

/** Who is there by role, then who was expected and is not, with the reason. */
function people({ observation, instrument, language, translate }) {
  const there = observation.people.filter(({ spells }) => spells.length);
  const away = observation.people.filter(({ spells, expected }) => !spells.length && expected);
  const listed = (word, found, more) => {
    const roles = instrument.roles.map(({ id }) => id);
    const all = new Set([...roles, ...found.map(({ role }) => role)]);
    const groups = [...all].map((role) => [role, found.filter((person) => person.role === role)]);
    const texts = groups
      .filter(([, members]) => members.length)
      .map(([role, members]) => {
        const codes = members.map((member) => member.person + more(member)).join(", ");
        return strip(`${roleName(instrument, language, role, members.length)} ${codes}`);
      });
    return found.length ? [`${translate(word)}: ${texts.join("; ")}.`] : [];
  };
  // When somebody was there, unless from beginning to end.
  const stay = ({ spells }) =>
    spells.length === 1 && spells[0].start === 0 && spells[0].end === observation.end
      ? ""
      : ` (${spells.map(stretch).join(", ")})`;
  const why = ({ reason }) => (reason ? ` (${nameIn(instrument.absences, reason, language)})` : "");
  return [...listed("Present", there, stay), ...listed("Absent", away, why)];
}

/** The phases in order with times and lengths, then the interruptions. */
function phases({ observation, instrument, language, translate }) {
  const name = (id) =>
    id === NOT_RECORDED ? translate("not recorded") : nameIn(instrument.phases, id, language);
  const stretches = observation.phases.map(
    (phase) => `${name(phase.value)} ${stretch(phase)} (${clock(length(phase))})`,
  );
  const broken = observation.interruptions.map((interruption) => {
    const what = strip(interruption.value) ? `: ${interruption.value}` : "";
    return `${translate("Interruption")} ${stretch(interruption)}${what}.`;
  });
  return [...(stretches.length ? [sentence(stretches.join("; "))] : []), ...broken];
}

/** How long each person led, with the share of the session. */
function leads({ observation, instrument, language, translate }) {
  const totals = new Map();
  for (const lead of observation.leads) totals.set(lead.value, (totals.get(lead.value) ?? 0) + length(lead));
  if ([...totals.keys()].every((code) => code === NOT_RECORDED)) return [];
  const reserved = { [NOBODY]: "nobody leads", [NOT_RECORDED]: "not recorded" };
  const shares = [...totals].map(([code, total]) => {
    const name = Object.hasOwn(reserved, code) ? translate(reserved[code]) : code;
    const role = observation.people.find(({ person }) => person === code)?.role;
    const who = role ? `${name} (${roleName(instrument, language, role)})` : name;
    return `${who} ${clock(total)} (${share(total, observation.end)})`;
  });
  return [sentence(shares.join("; "))];
}

/** The behaviours seen, each with its times; a behaviour of two codes once. */
function indicators({ observation, instrument, language, translate }, rule) {
  const tables = new Map(instrument.groups.map(({ id, table }) => [id, table]));
  const wanted = ({ group, actor }) =>
    rule.indicators.includes(tables.get(group)) || rule.actors.includes(actor);
  return behaviours(instrument)
    .filter(wanted)
    .map((indicator) => [indicator, judgementOf(observation, indicator.code, indicator.actor)])
    .filter(([, judged]) => judged?.state === "seen")
    .map(([indicator, { sightings }]) => {
      const times = sightings.map(({ time, person }) => {
        const when = time === null ? translate("remembered afterwards") : clock(time);
        return person ? `${when} (${person})` : when;
      });
      const short = inLanguage(indicator.short, language);
      return times.length ? `${short}: ${[...new Set(times)].join(", ")}` : short;
    });
}

/** The notes with one of the tags, one a line; several tags as headings. */
function notes({ observation, instrument, language }, { notes: tags, untagged }) {
  const kinds = instrument.note_kinds.filter(({ prefills }) => prefills).map(({ id }) => id);
  const found = (wanted) =>
    observation.notes.filter(({ content: { value } }) => {
      return wanted(value.tags) && kinds.includes(value.kind) && strip(value.text);
    });
  // What was written after the session has no time in it.
  const timed = ({ time }) => time !== null && time < observation.end;
  const text = (note) => note.content.value.text;
  if (tags.length > 1 && !untagged) {
    return tags.flatMap((tag) => {
      const texts = found((given) => given.includes(tag)).map((note) =>
        timed(note) ? `${text(note)} (${clock(note.time)})` : text(note),
      );
      return texts.length ? [sentence(`${nameIn(instrument.tags, tag, language)} – ${texts.join("; ")}`)] : [];
    });
  }
  const wanted = (given) => tags.some((tag) => given.includes(tag)) || (untagged && !given.length);
  return found(wanted).map((note) => (timed(note) ? `${clock(note.time)} ${text(note)}` : text(note)));
}

function roleName(instrument, language, id, number = 1) {
  const role = instrument.roles.find((each) => each.id === id);
  return role ? inLanguage(number === 1 ? role.name : role.plural, language) : id;
}

function nameIn(items, id, language) {
  const item = items.find((each) => each.id === id);
  return item ? inLanguage(item.name, language) : id;
}

function stretch({ start, end }) {
  return `${clock(start)}–${clock(end)}`;
}

function sentence(text) {
  const [first = ""] = text; // a whole character, also where that is two of JavaScript's
  return `${first.toUpperCase()}${text.slice(first.length)}.`;
}
