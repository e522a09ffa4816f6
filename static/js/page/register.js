/** Has the shell held, where the browser can do that. */

navigator.serviceWorker?.register("/service-worker.js").catch(console.warn);
