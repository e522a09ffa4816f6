/** A new observation on a tablet: who is expected comes from the kit, and the beginning is an event. */

import { isName } from "../core/interviews.js";
import { RESERVED } from "../core/kinds.js";
import { fact, keepFact } from "../device/database.js";
import { kit } from "../device/kit.js";
import { deviceId, record } from "../device/log.js";
import { allBegun } from "../device/rows.js";
import { newId, reading } from "../device/reading.js";
import { fillList } from "../ui/fill.js";
import { showNotices } from "../ui/notices.js";
import { refuse } from "../ui/refusing.js";
import { word } from "../ui/words.js";

const form = document.querySelector("form.begin");
const rows = [...form.querySelectorAll(".person")];
let units = [];
let labels = {};

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const clocks = reading();
  const { sentence = "", field, acts } = beginning(new FormData(form));
  refuse(sentence, field);
  if (sentence) return document.getElementById("refused").scrollIntoView();
  const uuid = newId();
  const observer = form.elements.observer.value.trim();
  await record(await deviceId(), `observation/${uuid}`, observer, acts, clocks).saved;
  await keepFact("observer", observer);
  location.href = `/capture?language=${document.documentElement.lang}#${uuid}`;
});

document.querySelector("[data-list=units]").addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link) return;
  event.preventDefault();
  choose(units.find(({ key }) => key === link.dataset.key));
});
form.elements.school.addEventListener("change", () => propose(form.elements.school.value.trim()));

// Of many units those of the school that is typed stay.
form.elements.school.addEventListener("input", ({ target }) => {
  const typed = target.value.trim().toLowerCase();
  for (const link of document.querySelectorAll(".unit")) link.hidden = !link.dataset.key.toLowerCase().startsWith(typed);
});

showNotices();
// Last, since a server that is slow must not keep anybody from beginning.
// What the tablet knows is there at once; what the server adds comes when it comes.
await show(await fact("kit"));
const found = await kit();
if (found && !touched()) await show(found);

/** Whether somebody has begun to fill in the form. */
function touched() {
  return [form.elements.school, ...form.elements.person].some(({ value }) => value);
}

async function show(kit) {
  const begun = await allBegun();
  labels = { ...kit?.labels };
  const known = new Map((kit?.units ?? []).map((unit) => [`${unit.school} · ${unit.unit}`, unit]));
  for (const { data } of begun) {
    const { school, unit, place, people, label } = data;
    const number = label.startsWith(`${school}-`) ? parseInt(label.slice(school.length + 1), 10) : 0;
    labels[school] = Math.max(labels[school] ?? 0, number || 0);
    // The tablet's own last session may be newer than the kit.
    known.set(`${school} · ${unit}`, { school, unit, place, people: people.filter(({ expected = true }) => expected) });
  }
  units = [...known].sort().map(([key, unit]) => ({ key, ...unit }));
  fillList("units", units.map(({ key }) => ({ key })));
  const members = kit?.observers ?? [];
  fillList("members", members.map((key) => ({ key })));
  form.elements.observer.value ||= (await fact("observer")) ?? members[0] ?? "";
}

function choose({ key, school, unit, place = "", people }) {
  for (const link of document.querySelectorAll(".unit")) {
    if (link.dataset.key === key) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  Object.entries({ school, unit, place }).forEach(([name, value]) => (form.elements[name].value = value));
  propose(school);
  rows.forEach((row, index) => {
    const { person = "", role } = people[index] ?? {};
    row.querySelector("[name=person]").value = person;
    if (role) row.querySelector("[name^=role]").value = role;
    row.querySelector("[name^=present]").checked = true;
    row.querySelector("[name^=reason]").value = "";
  });
}

function propose(school) {
  form.elements.label.value = school && `${school}-${String((labels[school] ?? 0) + 1).padStart(2, "0")}`;
}

/** Return the `sentence` of what is wrong with its `field`, or the `acts` that begin an observation. */
function beginning(fields) {
  const value = (name) => (fields.get(name) ?? "").trim();
  for (const name of ["school", "unit", "label", "observer"]) {
    if (!value(name) || value(name).length > 64) return { sentence: word("fill-in", { field: word(name) }), field: form.elements[name] };
  }
  // What was recorded before stays as it is.
  if (!isName(value("school")) && units.every(({ school }) => school !== value("school"))) {
    return { sentence: word("no-code", { text: value("school") }), field: form.elements.school };
  }
  const people = [...rows].flatMap((row, index) => {
    const person = row.querySelector("[name=person]").value.trim();
    const present = fields.has(`present-${index}`);
    const reason = present ? "" : value(`reason-${index}`);
    return person ? [{ person, role: value(`role-${index}`), present, ...(reason && { reason }), expected: true }] : [];
  });
  const codes = people.map(({ person }) => person);
  const at = (code) => [...form.elements.person].findLast((each) => each.value.trim() === code);
  const double = codes.find((code, index) => codes.indexOf(code) < index);
  if (double) return { sentence: word("twice", { code: double }), field: at(double) };
  const reserved = codes.find((code) => RESERVED.includes(code));
  if (reserved) return { sentence: word("reserved-code"), field: at(reserved) };
  const minutes = value("already-running");
  if (!/^\d{0,3}$/.test(minutes) || Number(minutes) > 600) return { sentence: word("whole-number", { text: minutes }), field: form.elements["already-running"] };
  const { instrument, version, digest, phase } = document.getElementById("pinned").dataset;
  const begun = {
    instrument: { id: instrument, version, digest },
    school: value("school"),
    unit: value("unit"),
    label: value("label"),
    people,
    source: "live",
    ...(value("place") && { place: value("place") }),
    ...(minutes && { "already-running": Number(minutes) * 60_000 }),
  };
  return { acts: [{ kind: "observation-begun", data: begun }, { kind: "phase-started", data: { phase } }] };
}
