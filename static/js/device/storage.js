/** Whether the browser keeps what is on this tablet, and how much room there is. */

import { fact, keepFact } from "./database.js";

/** Ask the browser never to delete what is here by itself, and keep its answer as the fact `persist`. */
export async function askToStay() {
  // Some browsers put the question to a person, who has answered.
  if ((await fact("persist")) === "denied" && !isInstalled()) return;
  await keepFact("persist", await answerToStay());
}

async function answerToStay() {
  const { storage } = navigator;
  if (!storage?.persist) return "unsupported";
  try {
    if (await storage.persisted()) return (await fact("persist")) === "granted" ? "granted" : "already";
    return (await storage.persist()) ? "granted" : "denied";
  } catch {
    return "error";
  }
}

/** Return a promise of `already`, `granted`, `denied`, `unsupported` or `error`; `not-asked` before. */
export async function staying() {
  const [said, persisted] = [await fact("persist"), await navigator.storage?.persisted?.().catch(() => false)];
  if (persisted) return said === "granted" ? "granted" : "already";
  // What was promised may have been taken back by the browser's owner.
  return ["granted", "already"].includes(said) ? "denied" : (said ?? "not-asked");
}

/** Return a promise of how many bytes are free for this app, undefined where nobody says. */
export async function free() {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => ({}))) ?? {};
  return quota === undefined ? undefined : Math.max(0, quota - usage);
}

/** Return whether the browser may delete what is here: WebKit does after 7 days, whatever it promised. */
export async function canBeDeleted() {
  if (isInstalled()) return false;
  return navigator.vendor.startsWith("Apple") || !["granted", "already"].includes(await staying());
}

/** Return whether the app was opened from the home screen. */
function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}
