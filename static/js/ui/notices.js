/** What must be known of the records on this tablet, wherever they are made: it is said, nothing is refused. */

import { ageLook, roomLook } from "../core/limits.js";
import { isEmpty, unsentEvents } from "../device/outbox.js";
import { askToStay, canBeDeleted, free } from "../device/storage.js";
import { inWords, oldestAge } from "./age.js";
import { fillItem } from "./fill.js";

const EVERY = 60_000; // ms

/**
 * Say it now and every minute; at the first tap the browser is asked to keep what is here.
 *
 * With `ifAny`, that it may be deleted is said only where something was recorded.
 */
export function showNotices({ ifAny = false } = {}) {
  const show = () => showOnce(ifAny);
  document.addEventListener("click", () => askToStay().then(show), { once: true });
  setInterval(show, EVERY);
  return show();
}

async function showOnce(ifAny) {
  const [room, unsent, deleted] = await Promise.all([free(), unsentEvents(), canBeDeleted()]);
  const age = oldestAge(unsent);
  const look = roomLook(room);
  fillItem("notices", {
    look,
    notLow: look !== "low",
    notOut: look !== "out",
    sent: !unsent.length,
    number: unsent.length,
    oldest: unsent.length ? inWords(age) : "",
    ageLook: ageLook(age),
    kept: !deleted || (ifAny && (await isEmpty())),
  });
}
