/** What must be known of the records on this tablet, wherever they are made: it is said, nothing is refused. */

import { instant } from "../core/events.js";
import { ageLook, roomLook } from "../core/limits.js";
import { unsentEvents } from "../device/outbox.js";
import { askToStay, canBeDeleted, free } from "../device/storage.js";
import { fillItem } from "./fill.js";

const [HOUR, DAY, MINUTE] = [3_600_000, 86_400_000, 60_000]; // ms
const EVERY = 60_000; // ms
const ago = new Intl.RelativeTimeFormat(document.documentElement.lang);

/** Say it now and every minute; at the first tap the browser is asked to keep what is here. */
export function showNotices() {
  document.addEventListener("click", () => askToStay().then(show), { once: true });
  setInterval(show, EVERY);
  return show();
}

async function show() {
  const [room, unsent, deleted] = await Promise.all([free(), unsentEvents(), canBeDeleted()]);
  const age = Math.max(0, ...unsent.map(({ at }) => Date.now() - instant(at)));
  const look = roomLook(room);
  fillItem("notices", {
    look,
    notLow: look !== "low",
    notOut: look !== "out",
    sent: !unsent.length,
    number: unsent.length,
    oldest: unsent.length ? inWords(age) : "",
    ageLook: ageLook(age),
    kept: !deleted,
  });
}

function inWords(age) {
  const [unit, length] = age < 2 * HOUR ? ["minute", MINUTE] : age < 2 * DAY ? ["hour", HOUR] : ["day", DAY];
  return ago.format(-Math.floor(age / length), unit);
}
