/** What must be known of the records on this tablet, wherever they are made: it is said, nothing is refused. */

import { ageLook, roomLook } from "../core/limits.js";
import { fact, keepFact } from "../device/database.js";
import { isEmpty, unsentEvents } from "../device/outbox.js";
import { askToStay, canBeDeleted, free } from "../device/storage.js";
import { inWords, oldestAge } from "./age.js";
import { fillItem } from "./fill.js";

const EVERY = 60_000; // ms
const PUT_AWAY = "put-away"; // the fact that somebody read on a computer that its browser may delete

/**
 * Say it now and every minute; at the first tap the browser is asked to keep what is here.
 *
 * With `ifAny`, that it may be deleted is said only where something was recorded.
 */
export function showNotices({ ifAny = false } = {}) {
  const show = () => showOnce(ifAny);
  document.addEventListener("click", () => askToStay().then(show), { once: true });
  document.querySelector("[data-put-away]").addEventListener("click", () => keepFact(PUT_AWAY, true).then(show));
  setInterval(show, EVERY);
  return show();
}

async function showOnce(ifAny) {
  const [room, unsent, deleted] = await Promise.all([free(), unsentEvents(), canBeDeleted()]);
  const kept = !deleted || (ifAny && (await isEmpty()));
  const touched = navigator.maxTouchPoints > 0 || matchMedia("(any-pointer: coarse)").matches;
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
    kept: kept || !touched,
    keptHere: kept || touched || Boolean(await fact(PUT_AWAY)),
  });
}
