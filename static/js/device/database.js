/** The tablet's database: opened again whenever the browser loses it, and always written to disk. */

/** Whether somebody practises: then all that is kept is apart, and nothing is sent (practice.js). */
export const practising = location.pathname === "/practice";
const NAME = practising ? "practice" : "observation";
const LONGEST_OPENING = 3_000; // ms; some browsers never answer
const LONGEST_WORK = 10_000; // ms until a transaction that neither ends nor fails is given up
const WAITS = [0, 50, 200, 1_000]; // ms before a further try
const FINAL = ["ConstraintError", "QuotaExceededError"]; // the same again would fail the same
const DISK = { durability: "strict" }; // committed means written, not queued

let opening;
let opened;
let left = false; // the page was left; it may be kept as it is, and come back
const waiting = new Set(); // what stops each transaction that waits for this page

// Some browsers (WebKit) let a page that was left hold its transactions, and all others wait for it.
addEventListener("pagehide", () => {
  left = true;
  for (const stop of waiting) stop(new Error("The page was left."));
});
addEventListener("pageshow", () => (left = false));

/**
 * Do the work in one transaction over these stores and return a promise of what `work` returned.
 *
 * `work` gets the transaction and may only wait for its requests. The promise is kept when the
 * transaction is on disk. When it fails, the work is done again, at most three times; what a browser
 * calls failed may then be there.
 */
export async function transact(stores, mode, work) {
  for (let tries = 0; ; tries++) {
    try {
      return await once(stores, mode, work);
    } catch (error) {
      if (FINAL.includes(error?.name) || tries === WAITS.length - 1) throw error;
      await new Promise((go) => setTimeout(go, WAITS[tries]));
    }
  }
}

async function once(stores, mode, work) {
  // A tap does not wait for a database that is open.
  const database = opened ?? (await (opening ??= open()).catch(forget));
  let late;
  return new Promise((resolve, reject) => {
    let result;
    let transaction;
    const fail = (error) => {
      if (!FINAL.includes(error?.name)) forgetQuietly(database);
      reject(error);
    };
    const stop = (error) => {
      try {
        transaction.abort();
      } catch {
        // It is over, or never was.
      }
      fail(error);
    };
    try {
      transaction = database.transaction(stores, mode, DISK);
      result = work(transaction);
      // At once, not when the browser notices that nothing more is asked; it may be over by then.
      const commit = () => transaction.commit?.();
      if (!(result instanceof Promise)) commit();
      else if (left) stop(new Error("The page was left."));
      else {
        waiting.add(stop);
        result.then(commit, stop).catch(() => {}).finally(() => waiting.delete(stop));
      }
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => fail(transaction.error ?? new Error("Aborted."));
      late = setTimeout(stop, LONGEST_WORK, new Error("The database does not answer."));
    } catch (error) {
      stop(error);
    }
  }).finally(() => clearTimeout(late));
}

/** Return a promise of a request's result, for use inside a transaction. */
export function answer(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Return a promise of one of the few values that the tablet remembers by name. */
export function fact(name) {
  return transact(["facts"], "readonly", (transaction) => answer(transaction.objectStore("facts").get(name)));
}

/** Remember a value by name, or forget it when it is undefined. */
export function keepFact(name, value) {
  return transact(["facts"], "readwrite", (transaction) => {
    const facts = transaction.objectStore("facts");
    if (value === undefined) facts.delete(name);
    else facts.put(value, name);
  });
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    const late = setTimeout(() => reject(new Error("The database does not open.")), LONGEST_OPENING);
    // There is none, or it is being written anew.
    request.onupgradeneeded = () => request.transaction.abort();
    request.onerror = () =>
      import("/static/js/device/rewriting.js").then(({ lay }) => lay(NAME)).then(open).then(resolve, reject);
    request.onsuccess = () => {
      clearTimeout(late);
      const database = request.result;
      database.onclose = () => forgetQuietly(database);
      database.onversionchange = () => forgetQuietly(database); // another page brings a newer version
      resolve((opened = database));
    };
  });
}

function forget(error) {
  opening = opened = undefined;
  throw error;
}

function forgetQuietly(database) {
  opening = opened = undefined;
  database.close();
}
