/** What is typed into a form stays in this browser until it is recorded. */

import { drafts, dropDraft, keepDraft, keepDrafts } from "../device/drafts.js";

const HERE = ["csrf_token", "_kind", "_to", "codebook", "number", "replaces"]; // these are the page's own

/** Keep what is typed, as the field `field()` of the stream. */
export function keepForm(form, stream, field) {
  const keep = () => keepDraft(stream, field(), saidBy(form));
  for (const type of ["input", "change", "submit"]) form.addEventListener(type, keep);
  addEventListener("pagehide", keepDrafts);
}

/**
 * Put back what was typed and not recorded; return a promise of whether there was any.
 *
 * `recorded` tells whether the event of an id is. The id is put back too, so that what was recorded
 * without an answer is not recorded twice.
 */
export async function putBackDraft(form, stream, field, recorded) {
  const before = (await drafts(stream).catch(() => new Map())).get(field);
  if (!before) return false;
  if (recorded(before.find(([name]) => name === "_id")?.[1])) {
    await dropDraft(stream, field).catch(console.warn);
    return false;
  }
  putBack(form, before);
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

function saidBy(form) {
  return [...new FormData(form)].filter(([name, value]) => !HERE.includes(name) && typeof value === "string");
}
