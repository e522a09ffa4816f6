/** The interviews that a tablet knows, and a new one: schools and respondents come from the kit. */

import { foldInterview, isName } from "../core/interviews.js";
import { grouped } from "../core/lists.js";
import { whereabouts } from "../core/whereabouts.js";
import { fact, keepFact } from "../device/database.js";
import { interviewKit } from "../device/kit.js";
import { deviceId, record } from "../device/log.js";
import { newId, reading } from "../device/reading.js";
import { allRows } from "../device/rows.js";
import { fillList } from "../ui/fill.js";
import { said } from "../ui/forms.js";
import { showNotices } from "../ui/notices.js";
import { refuse } from "../ui/refusing.js";
import { word } from "../ui/words.js";

const { lang } = document.documentElement;
const form = document.querySelector('form[data-kind="interview-recorded"]');
const { school, kind, _by: by, _others: others } = form.elements;
const day = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeZone: "UTC" });
const address = (uuid) => `/claims?language=${lang}#${uuid}`;

let kit;

school.addEventListener("input", showSchool);
kind.addEventListener("change", () => {
  const list = [...form.elements["topic-list"].options].find(({ dataset }) => dataset.kind === kind.value);
  if (list) list.selected = true;
});
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const clocks = reading();
  const member = by.value.trim();
  const { data } = said(form);
  const participants = [...new Set([...(data.participants ?? []), ...others.value.split(/[\s,;]+/).filter(Boolean)])];
  const [sentence, field] = wrong(data, participants, member);
  refuse(sentence, field);
  if (sentence) return document.getElementById("refused").scrollIntoView({ block: "center" });
  const uuid = newId();
  const acts = [{ kind: "interview-recorded", data: { ...data, participants } }];
  await record(await deviceId(), `interview/${uuid}`, member, acts, clocks).saved;
  await keepFact("observer", member);
  location.href = address(uuid);
});

form.elements.date.value ||= reading().at.slice(0, 10);
showNotices();
addEventListener("pageshow", ({ persisted }) => persisted && show());
await show(await fact("interviews"));
// Last, since a server that is slow must not keep anybody from beginning.
await show(await interviewKit());

async function show(found = kit) {
  kit = found;
  fillList("schools", (kit?.schools ?? []).map((each) => ({ key: each.school })));
  by.value ||= (await fact("observer")) ?? kit?.members[0] ?? "";
  showSchool();
  await showInterviews();
}

/** The respondents of the school that is named, to be ticked. */
function showSchool() {
  const found = kit?.schools.find((each) => each.school === school.value.trim());
  const items = Object.entries(found?.respondents ?? {}).map(([key, group]) => ({ key, group: group && word("group", { group }) }));
  fillList("participants", items);
  showInterviews();
}

/** Those of the school that is named, or all, the latest first: on the server, and on this tablet. */
async function showInterviews() {
  const own = grouped((await allRows()).filter(({ event }) => event.stream.startsWith("interview/")).map((row) => [row.event.stream, row]));
  const known = new Map((kit?.interviews ?? []).map((each) => [each.stream, { ...each, where: "on-the-server" }]));
  for (const [stream, rows] of own) {
    const { recorded, claims } = foldInterview(rows.filter(({ outcome }) => outcome !== "erased").map(({ event }) => event));
    const before = known.get(stream);
    const { word: where } = whereabouts(rows);
    if (before || recorded) known.set(stream, { ...(before ?? recorded.value), claims: Math.max(before?.claims ?? 0, claims.length), where });
  }
  const asked = school.value.trim();
  const listed = [...known].filter(([, each]) => !asked || each.school === asked);
  listed.sort(([, one], [, other]) => (other.date ?? "").localeCompare(one.date ?? "") || one.interview.localeCompare(other.interview));
  fillList("interviews", listed.map(([stream, each]) => item(stream, each)));
}

function item(stream, { interview, kind, school, date, participants, claims, where }) {
  const about = [word("school", { school }), word(kind), date && day.format(new Date(`${date}T00:00:00Z`)), participants.join(", ")];
  return {
    key: stream,
    address: address(stream.split("/")[1]),
    label: interview,
    about: about.filter(Boolean).join(" · "),
    claims: word("claims", { number: claims }),
    where: word(where),
    look: where === "on-the-server" ? "" : "mark",
  };
}

/** Return the sentence of what is wrong, with its field, or empty. */
function wrong({ school: code = "", interview = "" }, participants, member) {
  if (!interview || interview.length > 64) return [word("fill-in", { field: word("label") }), form.elements.interview];
  const bad = [code, ...participants].find((each) => !isName(each));
  if (bad !== undefined) return [word("no-code", { text: bad }), bad === code ? school : others];
  return isName(member) ? [""] : [word("by"), by];
}
