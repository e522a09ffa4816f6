/**
 * Saves all that is on this tablet as one file, which `observation import` takes.
 *
 * A classic script that leans on nothing, so that it works where the modules of the app do not. What
 * cannot be read is named in the file's first line, and the rest is saved.
 */
"use strict";

(() => {
  const LONGEST = 5000; // ms to wait for a part
  const OWN = /^mark-/; // how people are recognised stays on the tablet

  /** Save the file, with `more` events that are nowhere on disk; a promise of `{ events, name, problems }`. */
  globalThis.saveEverything = async (more = []) => {
    const problems = [];
    const part = (name, read, otherwise) =>
      Promise.race([read(), later(LONGEST)]).catch((error) => {
        problems.push(`${name}: ${error?.message ?? error}`);
        return otherwise;
      });
    const { rows, drafts, facts } = await part("database", fromDatabases, { rows: [], drafts: [], facts: {} });
    const copies = [...(await part("folder", fromFolder, [])), ...(await part("cache", fromCache, []))];
    const all = new Map();
    for (const event of [...rows.filter(({ outcome }) => outcome !== "erased").map((row) => row.event), ...copies]) if (!all.has(event.id)) all.set(event.id, event);
    for (const event of more) if (!all.has(event.id)) all.set(event.id, { ...event, seq: nextNumber(all, event) });
    const header = {
      bundle: 1,
      study: facts.account?.study ?? facts.kit?.study ?? crypto.randomUUID(),
      made: new Date().toISOString(),
      events: all.size,
      device: facts.device ?? null,
      drafts: drafts.filter(({ field }) => !OWN.test(field)),
      faults: facts.faults ?? [],
      problems,
    };
    const name = `tablet-${header.made.slice(0, 16).replace(":", "")}.jsonl`;
    offer([header, ...all.values()].map((line) => `${JSON.stringify(line)}\n`), name);
    return { events: all.size, name, problems };
  };

  for (const button of document.querySelectorAll("[data-save]")) {
    button.addEventListener("click", async () => {
      const { events, name, problems } = await saveEverything();
      document.querySelector("#saved [data-number]").textContent = events;
      document.querySelector("#saved [data-file]").textContent = [name, ...problems].join(" · ");
      document.getElementById("saved").hidden = false;
    });
  }

  /** The number that the event will have on disk: after all others of its device in its stream. */
  function nextNumber(all, { stream, device }) {
    const own = [...all.values()].filter((event) => event.stream === stream && event.device === device);
    return Math.max(0, ...own.map(({ seq }) => seq)) + 1;
  }

  /** Where it was being written anew, the copy may be all that there is. */
  const fromDatabases = () =>
    fromDatabase("observation").catch((error) => fromDatabase("observation-copy").catch(() => Promise.reject(error)));

  async function fromDatabase(name) {
    const database = await new Promise((resolve, reject) => {
      const request = indexedDB.open(name);
      // There is none: this page must not leave an empty one that the app would take for its own.
      request.onupgradeneeded = () => request.transaction.abort();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const read = (store, what) =>
      new Promise((resolve, reject) => {
        const request = database.transaction([store]).objectStore(store)[what]();
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    try {
      const [names, values] = [await read("facts", "getAllKeys"), await read("facts", "getAll")];
      const facts = Object.fromEntries(names.map((name, index) => [name, values[index]]));
      return { rows: await read("events", "getAll"), drafts: await read("drafts", "getAll"), facts };
    } finally {
      database.close();
    }
  }

  async function fromFolder() {
    if (!navigator.storage?.getDirectory) return [];
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle("copy", { create: true });
    const found = [];
    for await (const file of folder.values()) found.push(...events(await (await file.getFile()).text()));
    return found;
  }

  async function fromCache() {
    const cache = await caches.open("copy");
    const found = [];
    for (const request of await cache.keys()) found.push(...events(await (await cache.match(request)).text()));
    return found;
  }

  /** A file that was cut off while it was written has none, and neither has the one that signs the copy. */
  function events(text) {
    try {
      return [].concat(JSON.parse(text));
    } catch {
      return [];
    }
  }

  function offer(lines, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(lines, { type: "application/jsonl" }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  }

  function later(milliseconds) {
    return new Promise((_, reject) => setTimeout(() => reject(new Error("no answer")), milliseconds));
  }
})();
