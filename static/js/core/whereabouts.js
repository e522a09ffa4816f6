/** Where events are, as the rows of the tablet's log say it: the first two of the three words. */

const IN_THE_RECORD = ["kept", "already-kept", "kept-conflict"];

/**
 * Return how many events the server lacks (`unsent`) and has set `aside`, and the `word` for all.
 *
 * Set aside is not in the record, so it is not *on the server*. Erased ones do not count.
 */
export function whereabouts(rows) {
  const aside = rows.filter(isAside).length;
  const unsent = rows.filter(({ unsent, outcome }) => unsent || ![...IN_THE_RECORD, "quarantined", "erased"].includes(outcome)).length;
  return { unsent, aside, word: unsent || aside ? "on-this-tablet" : "on-the-server" };
}

/** Return whether the server has set this aside; offered again it is unsent until the answer. */
export function isAside({ unsent, outcome }) {
  return !unsent && outcome === "quarantined";
}
