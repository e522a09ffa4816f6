/**
 * One session on this tablet, with the schedule that it is shown by.
 *
 * Finish and Schedule share this; capture.js, which is to be there at once, says it by itself.
 */

import { drafts, keepDrafts } from "../device/drafts.js";
import { instrumentOf, keepTo } from "./instrument.js";
import { followLeaving } from "./leaving.js";
import { recordingOf } from "./recording.js";

export const page = document.querySelector("[data-instrument]");
export const uuid = location.hash.slice(1);
export const stream = `observation/${uuid}`;
export const instrument = await instrumentOf(page.dataset.instrument);
export const fields = await drafts(stream);
export const recording = await recordingOf(stream);

await keepTo(page.dataset.instrument, recording.allEvents());

let show = () => ({});

/** Render now and after every change; `render` returns the state that it shows. */
export function follow(render) {
  show = recording.follow(render);
}

/** Wait for `save` before a link leads to another screen. */
export function onLeaving(save) {
  followLeaving({ record: leave, keep: keepDrafts, save });
}

function leave(act) {
  const { begun, ended } = show();
  return begun && !ended ? recording.add([act], begun.by).kept : undefined;
}
