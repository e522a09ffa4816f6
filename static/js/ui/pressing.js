/**
 * What a finger presses looks so until its tap is saved.
 *
 * By itself a browser draws the button anew when the finger leaves, just while the tap is to be saved.
 */

const AFTER = 100; // ms: saved by then, and sooner than a finger comes again

/** Show it on every button of the page. */
export function showPressed(page) {
  document.documentElement.classList.add("presses");
  page.addEventListener("pointerdown", ({ target }) => target.closest("button")?.classList.add("pressed"));
  for (const left of ["pointerup", "pointercancel"]) addEventListener(left, () => setTimeout(release, AFTER, page));
}

function release(page) {
  for (const button of page.querySelectorAll(".pressed")) button.classList.remove("pressed");
}
