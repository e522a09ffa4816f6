/** What is typed into a form stays in this browser until it is recorded. */

import { behind, drafts, dropDraft, keepDraft, keepDrafts } from "../device/drafts.js";

const HERE = ["csrf_token", "_kind", "_to", "codebook", "number", "replaces"]; // these are the page's own

/** Keep what is typed, also what was before this, as the field `field()` of the stream. */
export function keepForm(form, stream, field) {
  const keep = () => keepDraft(stream, field(), saidBy(form));
  for (const type of ["input", "change", "submit"]) form.addEventListener(type, keep);
  addEventListener("pagehide", keepDrafts);
  if (typedInto(form.elements.text)) keep();
}

/**
 * A promise of what was typed and not recorded, as `putBack` takes it, or of undefined.
 *
 * `recorded` tells whether the event of an id is. The id is put back too, so that what was recorded
 * without an answer is not recorded twice.
 */
export async function draftOf(stream, field, recorded) {
  const before = (await drafts(stream).catch(() => new Map())).get(field);
  const id = before?.find(([name]) => name === "_id")?.[1];
  if (!recorded(id)) return before;
  await dropRecorded(stream, field, id).catch(console.warn);
  return undefined;
}

/** Forget a form that was recorded with this id; what was typed into it since then stays. */
export function dropRecorded(stream, field, id) {
  return dropDraft(stream, field, (pairs) => pairs.some(([name, value]) => name === "_id" && value === id));
}

/** Put back what was typed and not recorded, before what is typed meanwhile; return a promise of whether there was any. */
export async function putBackDraft(form, stream, field, recorded) {
  const before = await draftOf(stream, field, recorded);
  if (!before) return false;
  const { text } = form.elements;
  const typed = typedInto(text);
  putBack(form, before);
  text.value = behind(text.value, typed);
  return true;
}

/** Let a form say these `[name, value]` pairs and nothing else. */
export function putBack(form, pairs) {
  const has = (name, value) => pairs.some((pair) => pair[0] === name && pair[1] === value);
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || HERE.includes(name)) continue;
    if (type === "checkbox" || type === "radio") control.checked = has(name, control.value);
    else if (control.options) for (const option of control.options) option.selected = has(name, option.value);
    else control.value = pairs.find((pair) => pair[0] === name)?.[1] ?? "";
  }
}

function typedInto(text) {
  return text.value === text.defaultValue ? "" : text.value;
}

function saidBy(form) {
  return [...new FormData(form)].filter(([name, value]) => !HERE.includes(name) && typeof value === "string");
}
