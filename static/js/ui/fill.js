/**
 * Fills the page's own markup, which Jinja fills in the same way; it writes no markup of its own.
 *
 * `data-slot="name"` is an element's text, `data-set="attribute:name ..."` its attributes. A
 * `data-list` holds one item per `data-key`, each a copy of the template that `data-of` names.
 */

/** Draw one part of a page; when that fails it is told, and the other parts are drawn. */
export function attempt(draw) {
  try {
    return draw();
  } catch (error) {
    reportError(error);
  }
}

/** Fill the part of the page that is named `data-item`. */
export function fillItem(name, values) {
  for (const item of document.querySelectorAll(`[data-item="${name}"]`)) fill(item, values);
}

/**
 * Show these items, each with a text `key`, in every list of this name; what is there already stays.
 *
 * A list without a template always holds the same items: there items are only filled.
 */
export function fillList(name, items) {
  for (const list of document.querySelectorAll(`[data-list="${name}"]`)) arrange(list, items);
}

const filled = new WeakMap(); // what each item of a list was filled with, as text

/** Fill an item of a list, unless it says so already: of a long log a tap changes one line. */
function refill(item, values) {
  const now = JSON.stringify(values);
  if (filled.get(item) === now) return;
  fill(item, values);
  filled.set(item, now);
}

function arrange(list, items) {
  const there = new Map(Array.from(list.querySelectorAll(":scope > [data-key]"), (item) => [item.dataset.key, item]));
  if (!list.dataset.of) {
    for (const values of items) if (there.has(values.key)) refill(there.get(values.key), values);
    return;
  }
  items.forEach((values, index) => {
    const { key } = values;
    const item = there.get(key) ?? copy(list.dataset.of);
    there.delete(key);
    if (item.dataset.key !== key) item.dataset.key = key;
    refill(item, values);
    // Moved only when it must: who moves an element takes the focus away from it.
    if (list.children[index] !== item) list.insertBefore(item, list.children[index] ?? null);
  });
  for (const item of there.values()) item.remove();
}

const places = new WeakMap(); // what of each element is filled: markup stays as it is

/** Fill one element and what is inside it; the value of a list inside it are its items. */
function fill(root, values) {
  if (!places.has(root)) places.set(root, placesOf(root));
  for (const [element, slot, list, attributes] of places.get(root)) {
    if (slot in values) text(element, String(values[slot] ?? ""));
    if (list in values) arrange(element, values[list]);
    for (const [attribute, name] of attributes) if (name in values) put(element, attribute, values[name]);
  }
}

function placesOf(root) {
  return [root, ...root.querySelectorAll("[data-slot], [data-set], [data-list]")]
    .filter((element) => element.closest("[data-key], [data-item]") === root)
    .map((element) => {
      const { slot, set = "", list } = element.dataset;
      return [element, slot, list, set.split(" ").map((pair) => pair.split(":"))];
    });
}

function copy(name) {
  const [first] = document.getElementById(name).content.children;
  const item = first.localName === "svg" ? first.firstElementChild : first; // drawn things stand in a drawing
  return document.importNode(item, true);
}

function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** A flag that is off has no attribute; to a screen reader off is a value too, and a choice may be empty. */
function put(element, attribute, value) {
  const off = value === undefined || value === null || value === false || (value === "" && attribute !== "value");
  if (off && !attribute.startsWith("aria-")) element.removeAttribute(attribute);
  else if (element.getAttribute(attribute) !== String(value)) element.setAttribute(attribute, String(value));
}
