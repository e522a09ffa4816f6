/** What a form says, as recording.py reads it: every field is a value of the event's data. */

/** How a value is written where it is not text; kinds.py says the same, and a test compares. */
export const WRITTEN = { tags: "list", replaces: "list", number: "number", ago: "number", expected: "flag" };
const EXACT = ["text"]; // kept as it was typed, also white space at the ends

/** Return `{ kind, data }` of a form that was submitted with this button. */
export function said(form, button) {
  const fields = new FormData(form);
  if (button?.name) fields.append(button.name, button.value);
  const data = {};
  for (const name of new Set(fields.keys())) {
    if (name.startsWith("_")) continue;
    const given = fields.getAll(name).map((value) => value.replaceAll("\r\n", "\n"));
    const value = read(name, given);
    if (value !== undefined) data[name] = value;
  }
  // A note without tags says so.
  if (form.elements.tags) data.tags ??= [];
  return { kind: form.dataset.kind, data };
}

function read(name, given) {
  if (WRITTEN[name] === "list") return given.map((text) => text.trim()).filter(Boolean);
  const text = given.find((each) => each.trim());
  if (text === undefined) return undefined;
  if (WRITTEN[name] === "number") return Number(text);
  if (WRITTEN[name] === "flag") return text === "true";
  return EXACT.includes(name) ? text : text.trim();
}
