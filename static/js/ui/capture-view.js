/** What the capture screen shows of a session: the parts of Capture in capture.py, under the same names. */

import { clock, length } from "../core/format.js";
import { isTimed } from "../core/kinds.js";
import { standing } from "../core/story.js";
import { tally } from "../core/tally.js";
import { NOBODY, NOT_RECORDED } from "../core/tracks.js";
import { namesOf, saidBy } from "./saying.js";
import { word } from "./words.js";

const GLYPHS = { "not-seen": "○", "not-judgeable": "–", conflict: "≠" };

/**
 * Return the state of a story at `now` (recorded time), and by list and item what draws each part.
 *
 * The lists that are `going` go on with the clock, as do those that `bands` makes; the others change when something is
 * recorded.
 */
export function captureView(story, instrument, now, marks, bands) {
  const state = tally(story, indicatorsOf(instrument), now);
  const names = namesOf(instrument);
  return {
    state,
    going: {
      phases: () => instrument.phases.map((phase) => phaseChip(phase, state)),
      leads: () => [...leads(state, names, marks)],
    },
    bands: bands(state, instrument, names),
    lists: {
      away: () => state.people.filter(({ there }) => !there).map(({ person }) => ({ key: person, comes: word("person-arrived", { person }) })),
      there: () => state.current.there.map((person) => ({
        key: person,
        leaves: word("person-departed", { person }),
        remark: word("recognise", { person }),
        recognised: marks.get(person),
      })),
      leadership: () => tiles(instrument, state),
      collaboration: () => tiles(instrument, state),
      board: () => instrument.board.map(({ id }) => ({ key: id, number: state.board.get(id) ?? 0 })),
      log: () => logLines(state, names),
    },
    items: { top: () => top(state), interruption: () => interruption(state), ending: () => ending(state) },
  };
}

/** What the tally must know of an instrument's indicators. */
function indicatorsOf({ indicators }) {
  return Object.fromEntries(indicators.map(({ code, same_as, actor }) => [code, { same_as, actor }]));
}

function top({ begun, end, people }) {
  const { label, school, unit } = begun?.data ?? {};
  return {
    label,
    about: begun ? `${word("school", { school })} · ${unit} · ${begun.by}` : "",
    clock: clock(end),
    people: people.length,
  };
}

function interruption({ current, ended }) {
  const interrupted = Boolean(current.interruption) && !ended;
  return { interrupted, name: word(interrupted ? "interruption-over" : "interruption-started") };
}

function ending({ ended, end }) {
  return { ended, goesOn: !ended, over: ended ? word("over", { time: clock(end) }) : "" };
}

function phaseChip({ id, usual_seconds: usual }, { phases, current, ended }) {
  const on = !ended && current.phase?.value === id;
  const lasted = lengthOf(phases, id);
  const measured = Boolean(usual) && on;
  const of = measured ? ` ${word("of-about", { usual: clock(usual * 1000) })}` : "";
  return {
    key: id,
    on,
    detail: lasted || on ? clock(lasted) + of : "",
    share: measured ? Math.min(100, Math.floor(lasted / (usual * 10))) : 0,
    unmeasured: !measured,
  };
}

function* leads({ leads, people, current, ended }, names, marks) {
  const on = ended ? undefined : current.lead?.value;
  const chip = (key, name, role = "") => {
    const lasted = lengthOf(leads, key);
    return { key, name, role, lasted: lasted ? clock(lasted) : "", on: key === on, recognised: marks.get(key) ?? "" };
  };
  for (const { person, role, there } of people) {
    if (there) yield chip(person, person, names.roleShort.get(role));
  }
  yield chip(NOBODY, word("nobody"));
  yield chip(NOT_RECORDED, word("not-recorded"));
}

function lengthOf(intervals, value) {
  return intervals.filter((one) => one.value === value).reduce((sum, one) => sum + length(one), 0);
}

/** The tiles stand on the page; what was said of each behaviour is filled in. */
function tiles({ indicators }, { judged }) {
  return indicators
    .filter(({ same_as }) => !same_as)
    .map(({ code, log }) => {
      const part = log?.part?.id ?? "";
      const said = judged.find((one) => one.indicator === code && one.part === part);
      const states = new Set(said?.statements.map(({ state }) => state));
      const seen = said?.count.seen ?? 0;
      const state = seen ? "seen" : states.size > 1 ? "conflict" : [...states][0];
      return { key: code, seen: seen > 0, count: seen || GLYPHS[state], word: state && word(state) };
    });
}

/** What was recorded of the session, newest first, each entry as it stands now. */
function logLines({ log }, names) {
  const notes = standing(
    log
      .filter(({ event: { kind }, retracted }) => !retracted && (kind === "note-written" || kind === "note-corrected"))
      .map(({ event }) => [event.data.note ?? event.id, event, event]),
  );
  const stale = new Set(
    log
      .filter(({ event, retracted }) => event.kind === "indicator-judged" && !retracted)
      .flatMap(({ event }) => event.data.replaces ?? []),
  );
  return log
    .filter(({ event }) => (isTimed(event.kind) || event.kind === "person-recorded") && !stale.has(event.id))
    .map(({ event, time, retracted }) => {
      const [text, detail] = saidBy(event, names, notes);
      return {
        key: event.id,
        time: clock(time),
        text,
        detail,
        retracted,
        takenBack: retracted ? word("taken-back") : "",
        fixed: retracted || event.kind === "observation-begun",
        notANote: event.kind !== "note-written",
        takeBack: word("take-back", { what: `${clock(time)} ${text}` }),
      };
    })
    .reverse();
}
