/** Leaves the page of a record that was erased on the server, for one that says so. */

import { isErased } from "../core/erased.js";

/** Leave, when nothing is left of the record of these rows; `drop` forgets what was typed and not kept yet. */
export function leaveErased(rows, drop) {
  if (!isErased(rows)) return;
  drop();
  location.replace(`/tablet?language=${document.documentElement.lang}#erased`);
}
