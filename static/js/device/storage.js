/** Whether the browser keeps what is on this tablet, and how much room there is. */

import { fact, keepFact } from "./database.js";

/** Ask the browser, once, never to delete what is here by itself; its answer is the fact `persist`. */
export async function askToStay() {
  if (!navigator.storage?.persist) return keepFact("persist", "unsupported");
  const answer = await navigator.storage.persist().then((kept) => (kept ? "granted" : "denied"), () => "error");
  return keepFact("persist", answer);
}

/** Return a promise of that answer; `not-asked` before the first observation. */
export async function staying() {
  const persisted = await navigator.storage?.persisted?.().catch(() => false);
  return persisted ? "granted" : ((await fact("persist")) ?? "not-asked");
}

/** Return a promise of how many bytes are free for this app, undefined where nobody says. */
export async function free() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  return quota === undefined ? undefined : quota - usage;
}

/** Return whether the app was opened from the home screen. */
export function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}
