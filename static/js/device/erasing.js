/** Deletes on this tablet what was erased on the server: its rows, its second copy, and what hangs on it. */

import { isErased } from "../core/erased.js";
import { grouped } from "../core/lists.js";
import { answer, fact, keepFact, transact } from "./database.js";
import { isMark, MARK } from "./marks.js";
import { eraseCopies } from "./recovery.js";
import { rewrite } from "./rewriting.js";

/**
 * Delete the events of these ids, and of all that is erased here the copies, unfinished texts and marks.
 *
 * Of each event its shell stays, so that its number is never given again. The fact `erasing` says that
 * their bytes may still be in the browser's files.
 */
export async function erase(ids = new Set()) {
  const [streams, all] = await transact(["events", "drafts", "facts"], "readwrite", async (transaction) => {
    const [events, drafts] = [transaction.objectStore("events"), transaction.objectStore("drafts")];
    const rows = await answer(events.getAll());
    const fresh = rows.filter(({ event, outcome }) => ids.has(event.id) && outcome !== "erased");
    for (const row of fresh) {
      events.put(shellOf(row.event));
      row.outcome = "erased";
    }
    const own = new Map(grouped(rows.map((row) => [row.event.stream, row])));
    const gone = (await answer(drafts.getAll())).filter((draft) => hangs(draft, own.get(draft.stream) ?? []));
    for (const { stream, field } of gone) drafts.delete([stream, field]);
    if (fresh.length || gone.length) transaction.objectStore("facts").put(1, "erasing");
    const erased = rows.filter(({ outcome }) => outcome === "erased").map(({ event }) => event.id);
    return [[...new Set(fresh.map(({ event }) => event.stream))], new Set(erased)];
  });
  await eraseCopies(all);
  new BroadcastChannel("observation").postMessage(streams);
}

/** Let nothing of it stay in the browser's files; tried again at the next visit where another page prevents it. */
export async function sweep() {
  if (!(await fact("erasing"))) return;
  await rewrite();
  await keepFact("erasing", undefined);
}

/** The row that is left of an erased event. */
function shellOf({ stream, device, seq, id }) {
  return { event: { stream, device, seq, id }, outcome: "erased" };
}

/** Whether what was typed and not recorded goes with the events that were erased. */
function hangs({ field, value }, rows) {
  if (isErased(rows)) return true;
  const written = JSON.stringify([field, value]);
  if (rows.some(({ event, outcome }) => outcome === "erased" && written.includes(event.id))) return true;
  if (!isMark(field) || rows.every(({ outcome }) => outcome !== "erased")) return false;
  const person = JSON.stringify(field.slice(MARK.length));
  return rows.every(({ event, outcome }) => outcome === "erased" || !JSON.stringify(event).includes(person));
}
