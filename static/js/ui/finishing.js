/** Who has finished sees the record, as soon as the server has it. */

// First, so that it hears a submission first: who goes on before it is recorded has finished nothing.
import "./working.js";
import { page, recording, uuid } from "./session.js";

const waits = document.getElementById("waits");
let finished = false;

page.addEventListener("submit", ({ target }) => {
  finished = target.dataset.kind === "observation-finished";
  goOn();
});
page.addEventListener("input", () => {
  finished = false; // whoever goes on working stays here
  goOn();
});

/** Go on to the record, or say that this must wait for the connection. */
export function goOn() {
  const { state, lacks, why } = recording.status();
  if (finished && state === "saved" && !lacks) location.href = `/observations/${uuid}?language=${document.documentElement.lang}`;
  waits.hidden = !finished || !why;
}
