/**
 * A screen of many buttons by keyboard: a group is one stop, arrow keys go on inside it, and the focus is never lost.
 *
 * As in any toolbar: right and left go on and back, up and down to the row above and below, Home and End
 * to the ends. Escape folds what is open. When what has the focus goes away, the focus goes back to where it came from.
 */

const GROUPS = ".chips, .by-whom, .just-actions, .tags:not(.kinds), .tiles, .board";
const ITEMS = "button, summary, input";
const STOPS = "a[href], button, summary, input, select, textarea";
const KEYS = ["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "Home", "End"];
const OVER = ".coming[open], .card[open]"; // what opens over the page
const MEANWHILE = 50; // ms in which what changes is looked at once
const KNOWN = 12; // stops that are known to go back to

/** Let the keyboard go over the page in this way. */
export function goByKeyboard(page) {
  const groups = [...page.querySelectorAll(GROUPS)];
  const current = new Map(); // the stop of each group
  const passed = []; // what had the focus of the keyboard, the last one last
  const pressed = []; // and what was pressed of it
  let ofStrip; // the last one was of the strip that says what was recorded
  let changed = false; // since the stops were looked at
  let waiting;

  for (const group of groups) if (group.matches('[role="group"]')) group.setAttribute("role", "toolbar");

  page.addEventListener("keydown", (event) => {
    if (changed) look();
    if (event.key === "Escape") return fold(page.querySelector(OVER), event);
    const group = event.target.closest(GROUPS);
    if (!group || !KEYS.includes(event.key) || !event.target.matches(ITEMS) || event.target.closest(".card-body, .panel")) return;
    event.preventDefault();
    next(items(group), event.target, event.key)?.focus();
  });

  page.addEventListener("focusin", ({ target }) => {
    const group = target.closest(GROUPS);
    if (group && items(group).includes(target)) current.set(group, target);
    if (!target.matches(":focus-visible")) return;
    remember(passed, target);
    ofStrip = Boolean(target.closest(".just"));
    // What lies over the page does not lie over what has the focus.
    for (const open of page.querySelectorAll(OVER)) if (!open.contains(target)) open.open = false;
    look();
  });

  page.addEventListener("click", ({ target, detail }) => {
    page.classList.toggle("by-keys", !detail);
    if (!detail) remember(pressed, target);
  }, true);

  new MutationObserver(() => {
    changed = true;
    if (passed.length) waiting ??= setTimeout(look, MEANWHILE);
  }).observe(page, { childList: true, subtree: true, attributeFilter: ["hidden", "open"] });
  look();

  function look() {
    clearTimeout(waiting);
    waiting = undefined;
    changed = false;
    for (const group of groups) {
      const there = items(group);
      const stop = there.find((one) => one === current.get(group)) ?? there.find((one) => one.ariaPressed === "true") ?? there[0];
      for (const one of there) if (one.tabIndex !== (one === stop ? 0 : -1)) one.tabIndex = one === stop ? 0 : -1;
    }
    const lost = passed.at(-1);
    if (!lost || isThere(lost) || ![document.body, lost].includes(document.activeElement)) return;
    const summary = lost.closest("details")?.querySelector("summary");
    // What answers a question about a tap goes back to the tap; a line of a list that is done with, to the next line.
    const back = [summary, ofStrip && pressed.findLast(isThere), follower(lost), passed.findLast(isThere)].find(isThere);
    back?.focus({ focusVisible: true });
  }
}

/** The next stop in the same list, or in the list of lists that it is in. */
function follower(lost) {
  for (let list = lost.closest("ol, ul"); list; list = list.parentElement.closest("ol, ul")) {
    const stops = [...list.querySelectorAll(STOPS)].filter(isThere);
    const found = stops.find((one) => lost.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (found) return found;
  }
  return undefined;
}

function remember(list, stop) {
  list.push(stop);
  if (list.length > KNOWN) list.shift();
}

function fold(open, event) {
  if (!open) return;
  event.preventDefault();
  open.open = false;
  open.querySelector("summary").focus();
}

function items(group) {
  return [...group.querySelectorAll(ITEMS)].filter((one) => !one.closest(".card-body, .panel") && isThere(one));
}

function isThere(one) {
  return Boolean(one && one.isConnected && one.type !== "hidden" && one.checkVisibility());
}

/** The item that a key leads to from this one: along the order, or the nearest of the next row. */
function next(all, from, key) {
  const at = all.indexOf(from);
  if (key === "Home") return all[0];
  if (key === "End") return all.at(-1);
  if (key === "ArrowRight") return all[(at + 1) % all.length];
  if (key === "ArrowLeft") return all.at(at - 1);
  const down = key === "ArrowDown" ? 1 : -1;
  const middle = (one) => {
    const { left, right, top, bottom } = one.getBoundingClientRect();
    return [(left + right) / 2, (top + bottom) / 2];
  };
  const [x, y] = middle(from);
  const rows = all
    .map((one) => [one, ...middle(one)])
    .filter(([one, , row]) => one.localName === from.localName && down * (row - y) > 4)
    .sort((a, b) => down * (a[2] - b[2]) || Math.abs(a[1] - x) - Math.abs(b[1] - x));
  const row = rows.filter((one) => Math.abs(one[2] - rows[0][2]) < 4);
  return row.sort((a, b) => Math.abs(a[1] - x) - Math.abs(b[1] - x))[0]?.[0];
}
