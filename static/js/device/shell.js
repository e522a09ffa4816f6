/** What the worker says of the shell that it holds. */

const PATIENCE = 3_000; // ms
const PREFIX = "shell-"; // of the names of the caches, as in service-worker.js

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

/**
 * Free what was held for versions that no worker here uses or brings; return a promise of how many.
 *
 * Records and their copy are in other places. When a worker does not say which version it is, nothing goes.
 */
export async function freeShells() {
  const { active, waiting, installing } = (await navigator.serviceWorker?.getRegistration()) ?? {};
  if (!active) return 0;
  const used = await Promise.all([active, waiting, installing].filter(Boolean).map((worker) => ask(worker, "held")));
  const kept = used.map(({ version }) => PREFIX + version);
  const old = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && !kept.includes(name));
  await Promise.all(old.map((name) => caches.delete(name)));
  return old.length;
}
