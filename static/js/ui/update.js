/** Offers the new version of the shell when one waits, and lets it take over when nobody records. */

import { ask } from "../device/shell.js";

const AGAIN = 1_000; // ms: a window that was closed may be among the open ones for a moment
const LATE = 5_000; // ms of putting it off after which the page says so
const offer = document.getElementById("update");

/** Show the offer on this page for as long as a new version waits. */
export async function offerUpdate() {
  const registration = await navigator.serviceWorker?.ready;
  if (!registration) return;
  const look = () => (offer.hidden = !registration.waiting);
  const follow = (worker) => worker?.addEventListener("statechange", look);
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  offer.querySelector("button").addEventListener("click", () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    apply(registration);
  });
  look();
  // What was begun just before may have put the new one in its place already.
  registration.update().catch(() => {});
}

/**
 * Let the new version take over; while somebody records it waits, as the page says.
 *
 * Also when it may, the browser puts it off while it takes the version before to be busy: usually for a moment, but
 * Chromium forgets at times that it was done, and waits for five minutes. `since` is when it could take over.
 */
async function apply(registration, since = performance.now()) {
  const { waiting, installing } = registration;
  if (!waiting && !installing) return;
  const { recording } = waiting ? await ask(waiting, "apply").catch(() => ({})) : {};
  const now = performance.now();
  const free = recording ? now : since;
  document.getElementById("recording").hidden = !recording;
  document.getElementById("put-off").hidden = now - free < LATE;
  setTimeout(apply, AGAIN, registration, free);
}
