/** The screen stays on while a session is observed, where the browser can do that. */

/** Keep the screen on from now; the browser lets go whenever the page is hidden, so ask again. */
export function keepAwake() {
  const ask = () => {
    // Refused on a low battery: then the tablet sleeps, and the record says so.
    if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => {});
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
