/** The tablet's database: opened again whenever the browser loses it, and always written to disk. */

const NAME = "observation";
const LONGEST_OPENING = 3_000; // ms; some browsers never answer
const DISK = { durability: "strict" }; // committed means written, not queued

let opening;

/**
 * Do the work in one transaction over these stores and return a promise of what `work` returned.
 *
 * `work` gets the transaction and may only wait for its requests. The promise is kept when the
 * transaction is on disk; it is broken, and nothing is kept, when anything failed.
 */
export async function transact(stores, mode, work) {
  opening ??= open();
  const database = await opening.catch(forget);
  return new Promise((resolve, reject) => {
    let result;
    const fail = (error) => {
      if (error?.name !== "ConstraintError") forgetQuietly(database);
      reject(error);
    };
    try {
      const transaction = database.transaction(stores, mode, DISK);
      transaction.oncomplete = () => resolve(result);
      transaction.onabort = () => fail(transaction.error ?? new Error("The transaction was aborted."));
      result = work(transaction);
      // Without waiting for the browser to notice that nothing more is asked: it may be over already.
      const commit = () => transaction.commit();
      Promise.resolve(result).then(commit, () => transaction.abort()).catch(() => {});
    } catch (error) {
      fail(error);
    }
  });
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
    request.onupgradeneeded = () => lay(request.result);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      clearTimeout(late);
      const database = request.result;
      database.onclose = () => forgetQuietly(database);
      database.onversionchange = () => forgetQuietly(database); // another page brings a newer version
      resolve(database);
    };
  });
}

function lay(database) {
  const key = ["event.stream", "event.device", "event.seq"];
  // `unsent` is there, as 1, until the server has named the event.
  database.createObjectStore("events", { keyPath: key }).createIndex("unsent", "unsent");
  database.createObjectStore("drafts", { keyPath: ["stream", "field"] });
  database.createObjectStore("facts");
}

function forget(error) {
  opening = undefined;
  throw error;
}

function forgetQuietly(database) {
  opening = undefined;
  database.close();
}
