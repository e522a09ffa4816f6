/** A session is shown with the schedule that it was begun with: on the page of that one, or it is said. */

import { readStory } from "../core/story.js";
import { word } from "./words.js";

const PATIENCE = 5_000; // ms until the page is given up: recording goes on with this one

/** Go to the page of the schedule that these events pin; where it is not to be had, say so. */
export async function turn(events) {
  const pinned = readStory(events).begun?.data.instrument;
  if (!pinned || pinned.digest === document.querySelector("[data-instrument]").dataset.instrument) return;
  const { pathname, hash } = location;
  const address = `/${pathname.split("/")[1]}/${pinned.digest}?language=${document.documentElement.lang}`;
  if (await isPageOf(pinned.digest, address)) {
    location.replace(address + hash);
    await new Promise(() => {}); // nothing is shown with the wrong one
  }
  const place = document.getElementById("other-schedule");
  place.textContent = word("other-schedule", pinned);
  place.hidden = false;
}

/** Looked at before it is gone to: from what is not there nobody comes back to go on recording. */
async function isPageOf(digest, address) {
  try {
    const answer = await fetch(address, { redirect: "error", signal: AbortSignal.timeout(PATIENCE) });
    return answer.ok && (await answer.text()).includes(`data-instrument="${digest}"`);
  } catch {
    return false;
  }
}
