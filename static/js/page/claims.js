/** Claims of an interview on a tablet: a submitted form is an event in the log, and the log is shown. */

import { contradicts, foldInterview, isName, UNJUDGED } from "../core/interviews.js";
import { namesPerhaps } from "../core/names.js";
import { fact, keepFact } from "../device/database.js";
import { dropDraft } from "../device/drafts.js";
import { interviewKit } from "../device/kit.js";
import { newId } from "../device/reading.js";
import { pickCodes } from "../ui/code-picker.js";
import { fillItem, fillList } from "../ui/fill.js";
import { draftOf, dropRecorded, keepForm, putBack } from "../ui/form-draft.js";
import { said } from "../ui/forms.js";
import { showNotices } from "../ui/notices.js";
import { recordingOf } from "../ui/recording.js";
import { refuse } from "../ui/refusing.js";
import { saveByKeys } from "../ui/save-by-keys.js";
import { inWords, word } from "../ui/words.js";

const WRITTEN = ["form", "text", "stance", "mode", "scope", "frequency", "about", "unit", "place", "topic"];
const BLANK = { respondents: [], codes: [], form: "quotation", stance: UNJUDGED, mode: UNJUDGED };

const stream = `interview/${location.hash.slice(1)}`;
const form = document.querySelector("form.claim");
const entry = document.querySelector("[data-codebook]");
const shipped = new Map([...document.getElementById("codes").options].map(({ value, text }) => [value, text]));
const guides = [...document.querySelectorAll("[data-topic-list]")];
const capitalised = [...document.getElementById("capitalised").content.children].map((each) => each.textContent);
const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" });

const recording = await recordingOf(stream);
let kit = await fact("interviews"); // what the server last said of schools, interviews and the codebook
const observer = (await fact("observer").catch(() => "")) ?? kit?.members[0] ?? "";
let revised; // the claim that is being revised, undefined for a new one
let shown; // { header, claims, number }

const field = (claim = revised) => `claim ${claim?.id ?? "new"}`;
const isRecorded = (id) => recording.allEvents().some((event) => event.id === id);

const before = await draftOf(stream, field(), isRecorded);
// From here on in one go: who sees the form can type into it.
const drawCodes = pickCodes(document.getElementById("codes"), document.getElementById("code-picker"));
show(undefined, before);
recording.follow(render);
keepForm(form, stream, field);
saveByKeys(form);
showNotices();

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const by = form.elements._by.value.trim();
  const act = said(form);
  const data = { respondents: [], codes: [], ...act.data, codebook: kit?.codebook.version ?? entry.dataset.codebook, number: numberNow() };
  if (revised) data.replaces = revised.said.events;
  const sentence = wrong(by, data);
  refuse(sentence, isName(by) ? undefined : form.elements._by);
  if (sentence) return document.getElementById("refused").scrollIntoView({ block: "center" });
  const [draft, id] = [field(), form.elements._id.value];
  const { kept } = recording.add([{ ...act, id, data }], by);
  kept.then(() => dropRecorded(stream, draft, id)).catch(console.warn);
  keepFact("observer", by).catch(console.warn);
  if (revised) begin();
  else show(); // the draft of a new claim is the one that was recorded: whoever types on is not to wait
});

document.getElementById("leave").addEventListener("click", async () => {
  await dropDraft(stream, field()).catch(console.warn);
  await begin();
});

document.querySelector("[data-list=claims]").addEventListener("click", ({ target }) => {
  const claim = shown.claims.find(({ id }) => id === target.closest("[data-key]")?.dataset.key);
  if (target.closest("[data-revise]")) begin(claim);
  if (!target.closest("[data-take-back]")) return;
  recording.add(claim.events.map((event) => ({ kind: "event-retracted", data: { event } })), form.elements._by.value.trim());
  if (revised?.id === claim.id) begin();
});

// Last, since a server that is slow must keep nobody from typing.
kit = (await interviewKit()) ?? kit;
render();
drawCodes();

/** Begin the next claim, or the revision of one, with what was typed of it before; meanwhile nothing can be typed. */
async function begin(claim) {
  entry.inert = true;
  show(claim, await draftOf(stream, field(claim), isRecorded));
}

/** Show the form of the next claim, or of the revision of one, as its `draft` says. */
function show(claim, draft) {
  revised = claim;
  render();
  const now = claim?.said.value ?? { ...BLANK, ...likeTheLast() };
  const typed = WRITTEN.map((name) => [name, now[name] ?? ""]);
  const lists = ["respondents", "codes"].flatMap((name) => now[name].map((value) => [name, value]));
  putBack(form, draft ?? [["_id", newId()], ["_by", form.elements._by.value || observer], ...typed, ...lists]);
  document.getElementById("restored").hidden = !draft;
  drawCodes();
  entry.inert = false;
  if (claim) entry.scrollIntoView(); // it is far above the claim whose button was pressed
  form.elements.text.focus({ preventScroll: Boolean(claim) });
}

/** The topic of the last claim, and the only one who took part: of several the last speaker would stay beside the next. */
function likeTheLast() {
  const { participants } = shown.header;
  const respondents = participants.length === 1 ? participants : [];
  const last = shown.claims.at(-1)?.said.value;
  return last ? { respondents, form: last.form, topic: last.topic } : { respondents };
}

function wrong(by, data) {
  if (!isName(by)) return word("by");
  const value = (name) => word(`${name}.${data[name]}`);
  return contradicts(data) ? word("contradicts", { stance: value("stance"), frequency: value("frequency") }) : "";
}

function numberNow() {
  return revised ? revised.said.value.number : shown.number;
}

function render() {
  const { recorded, claims, nextNumber } = foldInterview(recording.allEvents());
  const there = kit?.interviews.find((each) => each.stream === stream);
  const known = recorded?.value ?? there;
  const header = { participants: [], ...known };
  const number = Math.max(nextNumber, there?.number ?? 1);
  shown = { header, claims, number };
  const school = kit?.schools.find((each) => each.school === header.school);
  const { state: saves, ...where } = recording.status();
  fillItem("head", { label: header.interview ?? word("unknown-interview"), about: about(header), saves, ...where });
  fillItem("unknown", { known: Boolean(known) || claims.length > 0 });
  fillItem("entry", {
    title: word(revised ? "revise-claim" : "claim", { number: numberNow() }),
    save: word(revised ? "save-revision" : "save-claim"),
    isNew: !revised,
  });
  showChoices(header, school);
  fillItem("number", { number: claims.length });
  const elsewhere = (there?.claims ?? 0) - claims.length;
  fillItem("elsewhere", { none: elsewhere <= 0, sentence: word("elsewhere", { number: there?.claims }) });
  const names = [...capitalised, ...header.participants, ...Object.keys(school?.respondents ?? {}), ...(school?.leaders ?? [])];
  const gone = school?.withdrawn ?? [];
  fillList("claims", claims.map((claim) => (hasLeft(claim, gone) ? leftItem(claim) : item(claim, names))).reverse());
  return {};
}

/** What can be chosen in the form: of the register and the codebook, and what is said already. */
function showChoices({ participants, "topic-list": list }, school) {
  const now = revised?.said.value ?? BLANK;
  const options = (keys, texts = {}) => [...new Set(keys)].map((key) => ({ key, text: texts[key] ?? key }));
  const there = participants.filter((each) => !(school?.withdrawn ?? []).includes(each));
  fillList("respondents", options([...there, ...now.respondents]));
  if (kit) fillList("code-options", kit.codebook.codes.filter((code) => !code.into || now.codes.includes(code.id)).map(option));
  fillList("about", options(["", ...(school?.leaders ?? []), now.about ?? "", "leadership"], { "": word("about-nobody"), leadership: word("leadership") }));
  fillList("units", options(["", ...(school?.units ?? []), now.unit ?? ""], { "": word("not-said") }));
  for (const guide of guides) guide.hidden = guide.dataset.topicList !== list;
  const topics = [...(guides.find(({ hidden }) => !hidden)?.querySelectorAll("[data-topic]") ?? [])];
  fillItem("topic", { none: !topics.length });
  fillList("topics", [{ key: "", text: word("none") }, ...topics.map(({ dataset, textContent }, at) => ({ key: dataset.topic, text: `${at + 1}. ${textContent}` }))]);
}

function option({ id, name, aliases, path }) {
  return { key: id, name: inWords(name), aliases: aliases.join(" "), text: inWords(path) };
}

function about({ kind, school, date, participants }) {
  const when = date && day.format(new Date(`${date}T00:00:00Z`));
  return [kind && word(kind), school && word("school", { school }), when, participants.join(", ")].filter(Boolean).join(" · ");
}

function item({ id, said }, known) {
  const now = said.value;
  const names = namesPerhaps(now.text, known);
  const judged = (name) => (now[name] === UNJUDGED ? word(`${name}-unjudged`) : word(`${name}.${now[name]}`));
  const topic = now.topic && [...document.querySelectorAll("[data-topic]")].find(({ dataset }) => dataset.topic === now.topic);
  const who = now.about && word("about", { who: now.about === "leadership" ? word("leadership") : now.about });
  return {
    key: id,
    who: now.respondents.join(", ") || word("group"),
    about: [now.number, now.place, topic ? topic.textContent : now.topic].filter((each) => each || each === 0).join(" · "),
    text: now.text,
    textLook: now.form === "quotation" ? "claim-text is-quotation" : "claim-text",
    codes: now.codes.map((code) => ({ key: code, text: pathOf(code) })),
    stance: judged("stance"),
    stanceLook: now.stance === UNJUDGED ? "mark" : "stance",
    mode: judged("mode"),
    modeLook: now.mode === UNJUDGED ? "mark" : "",
    rest: [now.scope && word(`scope.${now.scope}`), now.frequency && word(`frequency.${now.frequency}`), who, now.unit].filter(Boolean).join("  "),
    noNames: !names.length,
    names: names.length ? word("names", { words: names.join(", ") }) : "",
    number: now.number ?? "",
  };
}

/** Whether a claim left because one of its speakers, or the school, withdrew. */
function hasLeft({ said }, gone) {
  return gone.includes("") || said.values.some(({ respondents }) => respondents.some((each) => gone.includes(each)));
}

function leftItem({ id, said }) {
  const nothing = Object.fromEntries(["who", "about", "stance", "mode", "rest", "names"].map((name) => [name, ""]));
  return { ...nothing, key: id, text: word("withdrawn"), textLook: "soft", stanceLook: "", modeLook: "", codes: [], noNames: true, left: true, number: said.value.number ?? "" };
}

function pathOf(id) {
  const code = kit?.codebook.codes.find((each) => each.id === id);
  return code ? inWords(code.path) : (shipped.get(id) ?? id);
}
