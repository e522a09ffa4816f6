/** The note's form: text as it is typed is a draft on this tablet, and has the time of its first key. */

import { instant } from "../core/events.js";
import { reading } from "../device/reading.js";
import { behind, dropDraft, keepDraft } from "../device/drafts.js";
import { fillItem } from "./fill.js";
import { word } from "./words.js";

const FIELD = "note";
const form = document.querySelector("form.note");
const { text } = form.elements;

let stream;
let first; // the clocks when the first key of this note was struck

/** Show the draft that was kept before what was typed until now, and keep what is typed. */
export function openNote(of, draft) {
  stream = of;
  const typed = text.value;
  if (draft) show({ ...draft, text: behind(draft.text, typed) });
  if (typed) keep();
  form.addEventListener("input", keep);
  // Whoever touches a tag is about to write: the cursor goes, or stays, where that is done.
  let touched = false;
  form.addEventListener("mousedown", (event) => {
    touched = Boolean(event.target.closest(".tag"));
    if (touched) event.preventDefault();
  });
  form.addEventListener("click", ({ target }) => touched && target.localName === "input" && text.focus({ preventScroll: true }));
  form.addEventListener("keydown", () => (touched = false));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (hasText()) form.querySelector("button").click();
  });
}

/** Return for how many ms this note has been written on, so that it stands at its first key. */
export function writingFor(now) {
  if (!first) return 0;
  // Across a reload only the wall clock went on.
  const elapsed = first.boot === now.boot ? now.elapsed - first.elapsed : instant(now.at) - instant(first.at);
  return Math.max(0, elapsed);
}

/** Put a note that stands in the log back into the form, to be put right. */
export function correctNote(note, standing) {
  const { text, tags, kind } = standing[0].data;
  show({ text, tags, kind, correcting: { note, replaces: standing.map(({ id }) => id) } });
  keep();
  form.elements.text.focus();
}

/** Return `{ note, replaces }` when a note is being put right. */
export function correcting() {
  return JSON.parse(form.dataset.correcting ?? "null") ?? undefined;
}

/** Empty the form: its text is on its way to the log. */
export function clearNote() {
  form.reset();
  show({ text: "", tags: [] });
}

/** Forget the draft, its text being saved; what was begun since then stays. */
export function dropNote() {
  if (!text.value) dropDraft(stream, FIELD);
}

/** Return whether there is text that is not yet an event. */
export function hasText() {
  return text.value.trim() !== "";
}

function keep() {
  if (text.value && !first) first = reading();
  if (!text.value) first = undefined;
  const tags = new FormData(form).getAll("tags");
  const draft = { text: text.value, tags, kind: form.elements.kind.value, first, correcting: correcting() };
  keepDraft(stream, FIELD, draft);
}

function show({ text: written, tags, kind, first: struck, correcting }) {
  text.value = written;
  for (const box of form.elements.tags) box.checked = tags.includes(box.value);
  if (kind) form.elements.kind.value = kind;
  first = struck;
  if (correcting) form.dataset.correcting = JSON.stringify(correcting);
  else delete form.dataset.correcting;
  fillItem("note", { name: word(correcting ? "note-corrected" : "note-written") });
}
