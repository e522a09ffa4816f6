/**
 * Holds the shell, so that the tablet works without the server; everything else passes by it.
 *
 * The server puts `SHELL` in front of this (offline.py): `files` is by address the SHA-256 of what it
 * answers there. A version is held whole or not at all, and takes over only while nobody records.
 */

const PREFIX = "shell-";
const OWN = PREFIX + SHELL.version;
const MEMORY = "memory"; // a cache in which is remembered
const LANGUAGE = "/language"; // the language last used, and
const ACTIVE = "/active"; // the shell in use

addEventListener("install", (event) => event.waitUntil(fill()));
addEventListener("activate", (event) => event.waitUntil(tidy()));
addEventListener("message", (event) => event.waitUntil(reply(event)));
addEventListener("fetch", (event) => {
  if (event.request.method !== "GET") return;
  const address = addressOf(event.request);
  if (address) event.respondWith(answer(event, address));
});

/** Hold every file of the list. Nothing is kept before all are seen to be what the server listed. */
async function fill() {
  const found = await Promise.all(Object.entries(SHELL.files).map(checked));
  const cache = await caches.open(OWN);
  await Promise.all(found.map(([address, response]) => cache.put(address, response)));
}

async function checked([address, digest]) {
  const response = await fetch(address, { cache: "no-store", credentials: "omit", redirect: "error" });
  const bytes = await response.arrayBuffer();
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const found = Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (!response.ok || found !== digest) throw new Error(`${address} is not what the server listed.`);
  return [address, new Response(bytes, { headers: response.headers })];
}

/** Keep this version and the one in use before it, of which a page may still be open; no other was ever used. */
async function tidy() {
  const before = (await remembered(ACTIVE)) ?? (await shells()).find((name) => name !== OWN);
  await remember(ACTIVE, OWN);
  const old = (await shells()).filter((name) => name !== OWN && name !== before);
  await Promise.all(old.map((name) => caches.delete(name)));
}

async function shells() {
  return (await caches.keys()).filter((name) => name.startsWith(PREFIX)); // the oldest first
}

async function remember(what, text) {
  await (await caches.open(MEMORY)).put(what, new Response(text));
}

async function remembered(what) {
  return (await (await caches.open(MEMORY)).match(what))?.text();
}

/** The address in the list that is asked for, with or without the language; else nothing. */
function addressOf({ url, mode }) {
  const { origin, pathname, search } = new URL(url);
  if (origin !== location.origin) return undefined;
  const isPage = SHELL.pages.includes(pathname);
  if (mode === "navigate") return isPage && (!search || pathname + search in SHELL.files) ? pathname + search : undefined;
  return pathname + search in SHELL.files ? pathname + search : undefined;
}

async function answer({ request, clientId }, address) {
  const opens = request.mode === "navigate";
  // A page that the server made gets the server's files: they may be newer than these.
  if (!opens && !(await isShell(clientId))) return fetch(request);
  const held = await caches.match(opens ? await withLanguage(address) : address, { cacheName: OWN });
  return held ?? fetch(request);
}

async function isShell(id) {
  const client = id && (await clients.get(id));
  return client && SHELL.pages.includes(new URL(client.url).pathname);
}

async function withLanguage(address) {
  const [, asked] = address.split("?language=");
  if (asked) await remember(LANGUAGE, asked);
  const last = asked ?? (await remembered(LANGUAGE)) ?? SHELL.languages[0];
  return asked ? address : `${address}?language=${last}`;
}

async function reply({ data, ports: [port] }) {
  port.postMessage(await ACTS[data]());
}

const ACTS = {
  /** How much of the shell is held, and which version it is. */
  async held() {
    const cache = await caches.open(OWN);
    const addresses = Object.keys(SHELL.files);
    const found = await Promise.all(addresses.map((address) => cache.match(address)));
    return { version: SHELL.version, all: addresses.length, held: found.filter(Boolean).length };
  },
  /** Take over from the version before, unless somebody may be recording in any window. */
  async apply() {
    const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
    if (open.some(({ url }) => SHELL.recording.includes(new URL(url).pathname))) return { recording: true };
    skipWaiting(); // nobody waits for it: the browser may put it off, see update.js
    return { recording: false };
  },
};
