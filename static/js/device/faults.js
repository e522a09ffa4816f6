/** What failed in the app itself: a fact of this tablet, for its page and a saved copy. Never sent. */

import { answer, transact } from "./database.js";
import { reading } from "./reading.js";

const MOST = 20; // different faults, the latest
const LONGEST = 500; // characters of each
const PAUSE = 10_000; // ms between two writes: a screen is drawn every second

const news = new Map(); // by text, what is not written yet
let pausing = false;

/** Keep `{ at, page, text, times }` of an error, or count it when it is known. */
export async function keepFault(what) {
  const text = textOf(what);
  if (!news.has(text) && news.size >= MOST) return;
  news.set(text, { at: reading().at, page: location.pathname, text, times: (news.get(text)?.times ?? 0) + 1 });
  if (pausing) return;
  pausing = true;
  while (news.size) {
    await write([...news.values()]);
    await new Promise((go) => setTimeout(go, PAUSE));
  }
  pausing = false;
}

/** Nothing is said where this cannot be written: that the log cannot is said elsewhere. */
function write(faults) {
  news.clear();
  return transact(["facts"], "readwrite", async (transaction) => {
    const facts = transaction.objectStore("facts");
    const known = new Map(((await answer(facts.get("faults"))) ?? []).map((fault) => [fault.text, fault]));
    for (const fault of faults) {
      const times = fault.times + (known.get(fault.text)?.times ?? 0);
      known.delete(fault.text); // so that it stands last
      known.set(fault.text, { ...fault, times });
    }
    facts.put([...known.values()].slice(-MOST), "faults");
  }).catch(console.warn);
}

/** The sentence and where it was said; some browsers put the sentence in the stack. */
function textOf(what) {
  const said = String(what?.message ?? what);
  const stack = String(what?.stack ?? "").replace(said, "").replaceAll(location.origin, "").trim();
  return [what?.name, said, stack].filter(Boolean).join(" \u00b7 ").replace(/\s+/g, " ").slice(0, LONGEST);
}
