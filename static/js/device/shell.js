/** What the worker says of the shell that it holds. */

const PATIENCE = 3_000; // ms

/** Return a promise of what a worker answers to `held` or `apply`. */
export function ask(worker, what) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => reject(new Error(`No answer to ${what}.`)), PATIENCE);
    worker.postMessage(what, [port2]);
  });
}

/** Return a promise of `{ version, all, held }` of the shell in use, or undefined without a worker. */
export async function heldShell() {
  const registration = await navigator.serviceWorker?.getRegistration();
  return registration?.active ? ask(registration.active, "held") : undefined;
}
