/** What a form says, as recording.py reads it: every field is a value of the event's data. */

/** How a value is written where it is not text; kinds.py says the same, and a test compares. */
export const WRITTEN = { tags: "list", participants: "list", respondents: "list", codes: "list", replaces: "list", number: "number", ago: "number", expected: "flag" };
const EXACT = ["text", "place"]; // kept as it was typed, also white space at the ends

/** Return `{ kind, data }` of a form that was submitted with this button. */
export function said(form, button) {
  const given = {};
  const give = (name, value) => name[0] !== "_" && (given[name] ??= []).push(value);
  for (const [name, value] of new FormData(form)) give(name, value);
  if (button?.name) give(button.name, button.value);
  const data = {};
  for (const name in given) {
    const value = read(name, given[name]);
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
