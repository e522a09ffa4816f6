/** Takes in a copy that another tablet saved, so that its sessions can go on here. */

import { putBack } from "./recovery.js";

const NAMED = /^(observation|interview)\/[0-9a-f-]{36}$/;

/**
 * Put the events of a saved file into the log, each as it was recorded, and offer them to the server.
 *
 * Returns a promise of how many were not here yet. Throws for a file that is no such copy; then
 * nothing is taken in. Taking in the same file again changes nothing.
 */
export async function takeIn(file) {
  const [header, ...events] = (await file.text()).split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const whole = header?.bundle === 1 && header.events === events.length;
  if (!whole || !events.every(isEvent)) throw new Error("This file is no copy of a tablet.");
  return putBack(events);
}

function isEvent({ id, stream, device, seq, kind, data }) {
  return [id, device, kind].every((text) => typeof text === "string") && NAMED.test(stream) && Number.isSafeInteger(seq) && Boolean(data);
}
