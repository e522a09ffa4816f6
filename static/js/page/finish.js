/** The Finish screen on a tablet; who has finished sees the record, as soon as the server has it. */

import { finishView } from "../ui/finish-view.js";
import { page, recording, uuid } from "../ui/session.js";
import { work } from "../ui/working.js";

const waits = document.getElementById("waits");
let finished = false;

work(finishView, go);

page.addEventListener("submit", ({ target }) => {
  finished = target.dataset.kind === "observation-finished";
  go();
});
page.addEventListener("input", () => {
  finished = false; // whoever goes on working stays here
  go();
});

/** Go on to the record, or say that this must wait for the connection. */
function go() {
  const { state, lacks, why } = recording.status();
  if (finished && state === "saved" && !lacks) location.href = `/observations/${uuid}?language=${document.documentElement.lang}`;
  waits.hidden = !finished || !why;
}
