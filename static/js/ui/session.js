/**
 * One session on this tablet, with the schedule that it is shown by.
 *
 * Finish and Schedule share this; capture.js, which is to be there at once, says it by itself.
 */

import { drafts, keepDrafts } from "../device/drafts.js";
import { instrumentOf, keepTo } from "./instrument.js";
import { recordingOf } from "./recording.js";

export const page = document.querySelector("[data-instrument]");
export const uuid = location.hash.slice(1);
export const stream = `observation/${uuid}`;
export const instrument = await instrumentOf(page.dataset.instrument);
export const fields = await drafts(stream);
export const recording = await recordingOf(stream);

await keepTo(page.dataset.instrument, recording.allEvents());

/** Render now and after every change; `render` returns the state that it shows. */
export function follow(render) {
  const show = recording.follow(render);
  document.addEventListener("visibilitychange", () => {
    keepDrafts();
    const { begun, ended } = show();
    if (begun && !ended) recording.add([{ kind: document.visibilityState === "hidden" ? "page-hidden" : "page-shown" }], begun.by);
  });
}

/** Wait for `save` before a link leads to another screen. */
export function onLeaving(save) {
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    await save();
    await keepDrafts();
    location.href = link.href;
  });
}
