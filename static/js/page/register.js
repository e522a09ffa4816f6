/** Let the tablet hold the shell; without a secure connection the browser has no worker for that. */

navigator.serviceWorker?.register("/service-worker.js").catch((error) => console.warn("Not held:", error));
