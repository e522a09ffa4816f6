/** What the bands of the capture screen show of a session, by list. Not needed for the first tap. */

import { scale, stretch, ticks } from "../core/bands.js";
import { clock } from "../core/format.js";
import { NOBODY, NOT_RECORDED } from "../core/tracks.js";
import { word } from "./words.js";

/** Return what draws each band of a state, with the `names` of phases and indicators. */
export function bands({ phases, leads, interruptions, people, judged, end, ended }, instrument, names) {
  const on = () => scale(end, ended);
  const phaseLook = (id) => {
    const place = instrument.phases.findIndex((phase) => phase.id === id);
    return id === NOT_RECORDED ? id : place < 0 ? "unknown" : `phase-${(place % 4) + 1}`;
  };
  const leadLook = (code) => {
    if ([NOBODY, NOT_RECORDED].includes(code)) return code;
    const role = people.find(({ person }) => person === code)?.role;
    const place = instrument.roles.findIndex(({ id }) => id === role);
    return place < 0 ? "unknown" : `role-${(place % 5) + 1}`;
  };
  const called = (value) => ([NOBODY, NOT_RECORDED].includes(value) ? word(`band-${value}`) : value);
  return {
    ticks: () => ticks(on()),
    now: () => (ended ? [] : [{ key: "now", x: `${on().at(end)}%` }]),
    "phase-stretches": () => phases.map((one) => stretch(on(), one, phaseLook(one.value), names.phase.get(one.value) ?? called(one.value))),
    "lead-stretches": () => leads.map((one) => stretch(on(), one, leadLook(one.value), called(one.value))),
    interruptions: () => interruptions.map((one) => stretch(on(), one, "interruption", one.value || word("interruption-started"))),
    dots: () => dots(judged, instrument, names, on()),
  };
}

/** When a behaviour was seen; several at one moment are one dot. */
function dots(judged, { indicators }, names, { at }) {
  const found = new Map();
  const places = new Map(indicators.map(({ code }, place) => [code, place]));
  for (const { indicator, part, statements } of [...judged].sort((one, other) => places.get(one.indicator) - places.get(other.indicator))) {
    for (const { time, state } of statements) {
      if (time === null || state !== "seen" || part) continue;
      found.set(time, (found.get(time) ?? new Set()).add(names.code.get(indicator)));
    }
  }
  return [...found]
    .sort(([one], [other]) => one - other)
    .map(([time, names]) => ({ key: String(at(time)), x: `${at(time)}%`, label: `${clock(time)} ${[...names].join(", ")}` }));
}
