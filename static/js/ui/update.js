/** Offers the new version of the shell when one waits, and lets it take over when nobody records. */

import { ask } from "../device/shell.js";

const offer = document.getElementById("update");

/** Show the offer on this page for as long as a new version waits. */
export async function offerUpdate() {
  const registration = await navigator.serviceWorker?.ready;
  if (!registration) return;
  const look = () => (offer.hidden = !registration.waiting);
  const follow = (worker) => worker?.addEventListener("statechange", look);
  follow(registration.installing);
  registration.addEventListener("updatefound", () => follow(registration.installing));
  offer.querySelector("button").addEventListener("click", async () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    const { recording } = await ask(registration.waiting, "apply");
    document.getElementById("recording").hidden = !recording;
  });
  look();
  // What was begun just before may have put the new one in its place already.
  registration.update().catch(() => {});
}
