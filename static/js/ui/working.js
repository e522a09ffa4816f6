/**
 * A record is worked out on the tablet: a submitted form is an event in the log.
 *
 * Text that is typed is a draft until its form is submitted, or its screen left by a link.
 */

import { instant } from "../core/events.js";
import { RESERVED } from "../core/kinds.js";
import { momentAt } from "../core/moments.js";
import { dropDraft, keepDraft } from "../device/drafts.js";
import { kit } from "../device/kit.js";
import { ended, wipeMarks } from "../device/marks.js";
import { fillItem, fillList } from "./fill.js";
import { said } from "./forms.js";
import { word } from "./words.js";
import { refuse } from "./refusing.js";
import { fields, follow, instrument, onLeaving, page, recording, stream, uuid } from "./session.js";

const TYPED = 'textarea[name="text"], [type="date"][name="text"]';
const WORDED = ["issue-answered"]; // without words it says nothing
const DRAFT = /^(answer-given|issue-answered)\//;

const unfinished = new Map([...fields].filter(([field]) => DRAFT.test(field)));
let shown;

/**
 * Show what `view` makes of the session's events; `rendered` is called after each time.
 *
 * Where text is written nothing can be typed before: it would stand over what is recorded, and be no draft.
 */
export function work(view, rendered = () => {}) {
  follow(() => {
    const { state, lists, items } = view(recording.allEvents(), instrument, uuid);
    shown = state;
    const { state: saves, ...where } = recording.status();
    for (const [name, list] of Object.entries(lists)) fillList(name, list);
    for (const [name, item] of Object.entries({ ...items, head: { ...items.head, ...where, saves } })) fillItem(name, item);
    restore();
    rendered();
    return state;
  });
  for (const part of page.querySelectorAll("[inert]")) part.inert = false;
  for (const details of page.querySelectorAll(".edit")) details.open = controls(details).some((each) => unfinished.has(fieldOf(each)));
  import("/static/js/ui/keyboard.js").then(({ goByKeyboard }) => goByKeyboard(page));
  wipeMarks(ended(recording.allEvents().map((event) => ({ event }))));
  // What others asked or corrected in the meantime.
  kit().then(recording.again);
}

page.addEventListener("submit", (submitted) => {
  submitted.preventDefault();
  const { target: form, submitter } = submitted;
  const act = said(form, submitter);
  const [reason, field] = reasonAgainst(act);
  refuse(reason, form.elements[field]);
  if (reason) document.getElementById("refused").scrollIntoView({ block: "center" });
  else if (act.kind === "observation-finished") finish(act);
  else keep([[form, act]]);
});

page.addEventListener("input", ({ target }) => {
  const field = fieldOf(target);
  if (!field) return;
  if (target.value === target.defaultValue) return forget(field);
  unfinished.set(field, target.value);
  keepDraft(stream, field, target.value);
});

// A place on this page must not take the place of the session in the address.
document.addEventListener("click", (event) => {
  const [, place] = /^#(.+)/.exec(event.target.closest("a")?.getAttribute("href")) ?? [];
  if (!place) return;
  event.preventDefault();
  Object.assign(document.getElementById(place), { tabIndex: -1 }).focus();
});
for (const link of document.querySelectorAll("[hreflang]")) link.hash = uuid;

// An answer to a reviewer cannot be replaced: half of one stays a draft.
onLeaving(() => keep(answers()));

/** Record all that is typed, and that the record is finished with so many events of content. */
function finish(act) {
  const typed = answers();
  const events = shown.review.events + typed.length;
  return keep([...typed, [undefined, { ...act, data: { ...act.data, events } }]]);
}

/** The answers that were typed and not saved, `[form, act]` each. */
function answers() {
  return [...page.querySelectorAll('form[data-kind="answer-given"]')]
    .filter((form) => !form.closest("[hidden]") && unfinished.has(fieldOf(form.querySelector(TYPED))))
    .map((form) => [form, said(form)]);
}

/** Record acts with their forms; what was typed in these is then no draft any more. */
async function keep(given) {
  if (!given.length) return;
  const { kept } = recording.add(given.map(([, act]) => act), shown.header.observer?.value);
  const done = given.flatMap(([form]) => (form ? controls(form).map(fieldOf) : []));
  for (const field of done) unfinished.delete(field);
  for (const [form] of given) {
    form?.reset();
    form?.closest(".edit")?.removeAttribute("open");
  }
  await kept;
  for (const field of done) if (field && !unfinished.has(field)) dropDraft(stream, field);
}

/** Why the server would not take this, as far as it can be known here, and at which field; "" when it would. */
function reasonAgainst({ kind, data }) {
  if (WORDED.includes(kind) && !data.text) return [word("no-words"), "text"];
  if ("clock" in data) {
    const { clock } = data;
    delete data.clock;
    data.moment = shown.begun && momentAt(shown, clock);
    if (!data.moment) return [word("no-clock"), "clock"];
  }
  if (data.moment && instant(data.moment) < shown.start) return [word("before-start"), "clock"];
  const person = kind === "person-recorded" ? undefined : (data.person ?? data.lead);
  const known = shown.people.some((each) => each.person === person && each.role);
  return [!person || known || RESERVED.includes(person) ? "" : word("unknown-person", { value: person })];
}

/** Put the drafts back into the fields that are in view. */
function restore() {
  for (const control of controls(page)) {
    const field = fieldOf(control);
    if (!unfinished.has(field) || control.closest("[hidden]")) continue;
    const text = unfinished.get(field);
    if (text === control.defaultValue) forget(field);
    else if (control.value !== text) control.value = text;
  }
}

function forget(field) {
  unfinished.delete(field);
  dropDraft(stream, field);
}

function controls(within) {
  return [...within.querySelectorAll(`${TYPED}, [name="because"]`)];
}

/** The name of the draft of a control, nothing where its form has no text that is typed. */
function fieldOf(control) {
  const { form, name } = control ?? {};
  const about = form?.elements.question ?? form?.elements.issue;
  if (!about || !form.querySelector(TYPED) || !["text", "because"].includes(name)) return undefined;
  return `${form.dataset.kind}/${about.value}/${name}`;
}
