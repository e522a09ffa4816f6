/** Has the shell held, where the browser can do that, and what fails kept on the tablet. */

navigator.serviceWorker?.register("/service-worker.js").catch(console.warn);

addEventListener("error", ({ error, message }) => keep(error ?? message));
addEventListener("unhandledrejection", ({ reason }) => keep(reason));

function keep(what) {
  import("/static/js/device/faults.js").then(({ keepFault }) => keepFault(what)).catch(console.warn);
}
