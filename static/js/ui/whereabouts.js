/** Says where the events of this page's session are; what was not counted is not called sent. */

import { whereabouts } from "../core/whereabouts.js";
import { dropDrafts } from "../device/drafts.js";
import { rowsOf } from "../device/log.js";
import { word } from "./words.js";

let where = { unsent: 0, word: "on-this-tablet" };
let saved = 0;

/**
 * Count, and return a promise of it; what is saved meanwhile stays counted as unsent.
 *
 * Of the events that the page has on its screen none may be missing: where the browser cleared the
 * database under an open page, they are written again.
 */
export async function count(stream, events) {
  const before = saved;
  let rows = await rowsOf(stream);
  const held = new Set(rows.map(({ event }) => event.id));
  const lost = events.filter(({ id }) => !held.has(id));
  if (lost.length) {
    const { putBack } = await import("/static/js/device/recovery.js");
    await putBack(lost);
    rows = await rowsOf(stream);
  }
  if (rows.some(({ outcome }) => outcome === "erased"))
    import("/static/js/ui/erased.js").then(({ leaveErased }) => leaveErased(rows, dropDrafts));
  const found = whereabouts(rows);
  if (saved === before) where = found;
}

/** So many more were saved, and the server does not have them. */
export function addUnsent(number) {
  saved += number;
  where = { ...where, unsent: where.unsent + number, word: "on-this-tablet" };
}

/** Return what a status line says of `number` events; `why` the last try to send failed. */
export function status(saving, why, number) {
  const { unsent, aside, word: said } = where;
  return {
    state: saving ? "saving" : "saved",
    saved: word(saving ? "saving" : said),
    sent: unsent ? word("unsent", { number: unsent, why: why && word(why) }) : aside ? word("set-aside", { number: aside }) : word("entries", { number }),
    lacks: said !== "on-the-server",
  };
}
