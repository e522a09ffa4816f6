/** A page leaves the screen and comes back; left by a link it says so, and the next one follows it (clock.js). */

const LATE = 500; // ms after which nobody waits until that is saved

/**
 * Record whenever the page leaves the screen or is back, and wait for `save` before a link leads away.
 *
 * `record` gets an act and returns a promise of its being saved, or nothing when it is not recorded;
 * `keep` keeps at once what was typed. Only these `links` lead to another screen.
 */
export function followLeaving({ record, keep, save = () => {}, links = "a[href]" }) {
  let left = false; // by a link, as was recorded
  document.addEventListener("visibilitychange", () => {
    keep();
    const hidden = document.visibilityState === "hidden";
    if (!hidden || !left) record({ kind: hidden ? "page-hidden" : "page-shown" });
    left = hidden && left;
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest(links);
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    await save();
    left = true;
    const saved = record({ kind: "page-hidden", data: { to: link.pathname.split("/")[1] || "study" } });
    await Promise.race([saved, new Promise((go) => setTimeout(go, LATE))]);
    await keep();
    location.href = link.href;
  });
}
