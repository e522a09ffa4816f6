/** Shows the sessions of this tablet without those that were removed, and these below. */

import { hiddenUntil, hide } from "../device/hiding.js";
import { fillItem, fillList } from "./fill.js";
import { word } from "./words.js";

const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" });

/** Show sessions, each with its stream as `key`, in the two lists. */
export async function showListed(sessions) {
  const hidden = await hiddenUntil();
  const until = ({ key }) => hidden.get(key);
  const removed = sessions.filter(until);
  fillList("sessions", sessions.filter((one) => !until(one)));
  fillList("removed", removed.map((one) => ({ ...one, until: word("hidden-until", { day: day.format(until(one)) }) })));
  fillItem("removed", { none: !removed.length, number: word("removed", { number: removed.length }) });
}

/** Let the buttons of the lists remove a session and put it back; `done` is called after each. */
export function followHiding(done) {
  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-hide], [data-unhide]");
    if (!button) return;
    await hide(button.closest("[data-key]").dataset.key, "unhide" in button.dataset);
    await done();
  });
}
