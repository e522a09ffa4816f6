/** Says where the events of this page's session are; what was not counted is not called sent. */

import { whereabouts } from "../core/whereabouts.js";
import { rowsOf } from "../device/log.js";
import { word } from "./words.js";

let where = { unsent: 0, word: "on-this-tablet" };
let saved = 0;

/** Count, and return a promise of it; what is saved meanwhile stays counted as unsent. */
export async function count(stream) {
  const before = saved;
  const found = whereabouts(await rowsOf(stream));
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
