/**
 * Makes the tablet's database, and writes it anew when something of it was erased.
 *
 * A browser deletes a row and leaves its bytes in its files until it tidies them (Chromium: until a
 * compaction that may never come). Only the deletion of a whole database makes it tidy at once, so what
 * remains is copied into another database, the first is deleted, and it is made again from the copy.
 *
 * A kill at any moment leaves one that is whole: a database of version 1 came into being with all its rows
 * in one transaction. Version 2 says that one is being written anew: no page can open it meanwhile,
 * so nothing is recorded that would be lost with it; whoever comes next goes on where it stopped.
 */

const [LAID, FENCED] = [1, 2]; // versions
const TABLET = "observation"; // the one that is written anew; what is practised is deleted whole
const STORES = ["events", "drafts", "facts"];
const PAUSES = [300, 700]; // ms between the looks at a database that does not open
const PATIENCE = 5_000; // ms until other pages must have let go of the database
const SWEEPS = 8; // that the browser is seen to tidy after
const [ROWS, ROW] = [100, "0".repeat(2_000)]; // what is swept away: much in a log, next to nothing in a table
const [SOON, LATE] = [1_000, 30_000]; // ms in which it tidies after one, and after all

const copyOf = (name) => `${name}-copy`;

/** Make the database of this name when there is none, with what a rewriting that was broken off has left. */
export function lay(name) {
  return alone(name, async () => {
    if (await isHalfMade(name)) await remove(name);
    const there = await opened(name);
    if (there?.version === FENCED) return move(there, name);
    there?.close();
    if (there?.version > FENCED) throw new Error("A newer version made this database.");
    if (there) return undefined;
    const copy = await opened(copyOf(name));
    await make(name, copy ? await contentOf(copy) : undefined);
    return remove(copyOf(name));
  });
}

/**
 * Write the tablet's database anew, so that what was deleted from it is no longer in the browser's files.
 *
 * Throws when another page does not let go of it, and nothing has changed; and when the browser is not seen
 * to have tidied. Whoever has to be certain does it again.
 */
export async function rewrite(name = TABLET) {
  await alone(name, async () => move(await fenced(name), name));
  const swept = `${name}-sweep`;
  await alone(swept, async () => {
    await remove(swept); // a kill leaves one
    const last = performance.now() + LATE;
    for (let seen = 0; seen < SWEEPS; seen += await sweep(swept))
      if (performance.now() > last) throw new Error("The browser did not tidy.");
  });
}

/**
 * Make and delete a database, and return a promise of whether the browser was seen to tidy after that.
 *
 * Chromium says that a database is deleted, and tidies when it has nothing better to do, or at the next
 * start: for one after the other it empties its log, with what is written here, and files that it has replaced, some
 * only when it writes another. So what it says that it uses falls twice at most for each. `rewrite` has deleted
 * three before; when it fell eight times, all of these were tidied after.
 */
async function sweep(name) {
  const rows = Array.from({ length: ROWS }, (_, number) => number);
  await make(name, new Map([["facts", [rows, rows.map(() => ROW)]]]));
  let most = await used();
  await remove(name);
  const last = performance.now() + SOON;
  while (performance.now() < last) {
    const now = await used();
    if (!(now > most - (ROWS * ROW.length) / 2)) return true; // also where it does not say
    most = Math.max(most, now);
    await wait(20);
  }
  return false;
}

/** How many bytes the databases take on disk, where the browser says so; NaN where it does not. */
async function used() {
  const { usageDetails } = (await navigator.storage?.estimate?.()) ?? {};
  return usageDetails?.indexedDB ?? NaN;
}

/**
 * Whether a kill broke off the making of the database: it can be neither opened nor found, again and again.
 *
 * WebKit makes one step by step; one that stopped between two of them holds nothing and is never opened again.
 */
async function isHalfMade(name) {
  for (let look = 0; ; look++) {
    const failed = await opened(name).then((database) => database?.close(), (error) => error);
    if (failed?.name !== "UnknownError") return false;
    if ((await indexedDB.databases()).some((found) => found.name === name)) return false;
    if (look === PAUSES.length) return true;
    await wait(PAUSES[look]);
  }
}

/** One page at a time, on this tablet. */
function alone(name, work) {
  return navigator.locks.request(`database: ${name}`, work);
}

async function move(database, name) {
  const content = await contentOf(database);
  await remove(copyOf(name));
  await make(copyOf(name), content);
  await remove(name);
  await make(name, content);
  await remove(copyOf(name));
}

/** The keys and values of each store; the database is closed. */
async function contentOf(database) {
  const transaction = database.transaction(STORES);
  const found = STORES.map((store) => [transaction.objectStore(store).getAllKeys(), transaction.objectStore(store).getAll()]);
  await done(transaction);
  database.close();
  return new Map(STORES.map((store, index) => [store, found[index].map(({ result }) => result)]));
}

/** Make a database with this content, or an empty one, and wait until it is on disk. */
async function make(name, content = new Map()) {
  let made = false;
  const database = await opened(name, LAID, ({ result, transaction }) => {
    // `unsent` is there, as 1, until the server has named the event.
    result.createObjectStore("events", { keyPath: ["event.stream", "event.device", "event.seq"] }).createIndex("unsent", "unsent");
    result.createObjectStore("drafts", { keyPath: ["stream", "field"] });
    result.createObjectStore("facts");
    fill(transaction, content);
    made = true;
  });
  // What makes a database need not be on disk when it is there; what is written after it, strictly, is.
  const strict = database.transaction(STORES, "readwrite", { durability: "strict" });
  strict.objectStore("facts").put(new Date().toISOString(), "made");
  // A page of the version before makes an empty database itself; what it wrote into it stays.
  if (!made) fill(strict, content);
  await done(strict);
  database.close();
}

/** Add rows that are not there. */
function fill(transaction, content) {
  for (const [name, [keys, values]] of content) {
    const store = transaction.objectStore(name);
    keys.forEach((key, index) => {
      const known = store.getKey(key);
      known.onsuccess = () => known.result === undefined && store.add(values[index], ...(store.keyPath ? [] : [key]));
    });
  }
}

/** A promise of the database at the version that no page can open, once all others have let go of it. */
function fenced(name) {
  let late = false;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      late = true; // it cannot be taken back; what comes of it after this is undone
      reject(new Error("Another page holds the database."));
    }, PATIENCE);
    opened(name, FENCED, ({ transaction }) => late && transaction.abort()).then((database) => {
      clearTimeout(timer);
      if (late) database.close();
      else resolve(database);
    }, reject);
  });
}

/** A promise of the database; undefined when there is none and nothing `upgrade`s it. */
function opened(name, version, upgrade) {
  return new Promise((resolve, reject) => {
    let none = false;
    const request = indexedDB.open(name, version);
    request.onupgradeneeded = () => {
      if (upgrade) return upgrade(request);
      none = true;
      request.transaction.abort();
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => (none ? resolve(undefined) : reject(request.error)); // any other failure is no absence
  });
}

function remove(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = resolve;
    request.onerror = () => reject(request.error);
  });
}

function wait(milliseconds) {
  return new Promise((go) => setTimeout(go, milliseconds));
}

function done(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("Aborted."));
  });
}
