/** Codes are found by a few letters, in place of a long list: a combobox over the same field. */

import { search, searchable } from "../core/codes.js";

/**
 * Put the combobox of the template in place of the list, whose choices stay those of the form.
 *
 * Returns what is to be called when the list or its choices were changed elsewhere.
 */
export function pickCodes(select, template) {
  let options, codes;
  const parts = template.content.cloneNode(true);
  const [input, list, picked] = [...parts.querySelectorAll("input, [role=listbox], .picked")];
  let at = -1; // which of those found is marked

  const option = (id) => options.find(({ value }) => value === id);

  function read() {
    options = [...select.options];
    codes = searchable(
      options.map(({ value, dataset, text }) => ({ id: value, name: dataset.name, aliases: dataset.aliases, path: text })),
    );
    drawPicked();
  }

  function show(found) {
    at = found.length ? 0 : -1;
    list.replaceChildren(...found.map(line));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark();
  }

  function line({ id, path }) {
    const made = document.createElement("li");
    made.id = `found-${id}`;
    made.role = "option";
    made.dataset.code = id;
    made.textContent = path;
    return made;
  }

  function mark() {
    [...list.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === at)));
    const marked = list.children[at];
    if (marked) input.setAttribute("aria-activedescendant", marked.id);
    else input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }

  function choose(id, on = true) {
    option(id).selected = on;
    input.value = "";
    show([]);
    drawPicked();
    input.focus();
  }

  function drawPicked() {
    const chosen = options.filter(({ selected }) => selected);
    picked.replaceChildren(
      ...chosen.map(({ value, text }) => {
        const made = document.createElement("button");
        made.type = "button";
        made.dataset.code = value;
        made.textContent = `${text} ×`;
        made.setAttribute("aria-label", `${picked.dataset.remove} ${text}`);
        return made;
      }),
    );
    input.setCustomValidity(chosen.length ? "" : input.title);
  }

  input.addEventListener("input", () => show(search(codes, input.value).filter(({ id }) => !option(id).selected)));
  input.addEventListener("keydown", (event) => {
    const count = list.children.length;
    if (event.key === "ArrowDown" && count) at = (at + 1) % count;
    else if (event.key === "ArrowUp" && count) at = (at + count - 1) % count;
    else if (event.key === "Enter" && at >= 0 && !event.ctrlKey) choose(list.children[at].dataset.code);
    else if (event.key === "Escape" && count) show([]);
    else if (event.key === "Backspace" && !input.value && picked.lastElementChild)
      choose(picked.lastElementChild.dataset.code, false);
    else return;
    event.preventDefault();
    mark();
  });
  input.addEventListener("blur", () => show([]));
  // Before the field loses the focus to what is pressed.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const pressed = event.target.closest("[role=option]");
    if (pressed) choose(pressed.dataset.code);
  });
  picked.addEventListener("click", ({ target }) => target.dataset.code && choose(target.dataset.code, false));

  select.labels[0].htmlFor = input.id;
  select.required = false;
  select.hidden = true;
  select.after(parts);
  read();
  return read;
}
