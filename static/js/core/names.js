/** Which words of a text may be names of people: fitting.py. */

const WORD = /[\p{L}\p{Nl}\p{No}][\p{L}\p{N}_’'-]*/gu;
const CODE = /^[A-Z]{1,2}\d{1,4}$/; // of a person: S1, R23, L5

/**
 * Return the words with a capital that may be names: not first in a sentence, a code, or `known`.
 *
 * It misses names at the beginning of a sentence and those written small.
 */
export function namesPerhaps(text, known) {
  const found = [...text.matchAll(WORD)].filter(({ 0: word, index }) => {
    const before = text.slice(0, index).trimEnd();
    const first = !before || ".!?:;…\n“”‘’\"'(–-".includes(before.at(-1)) || text.slice(before.length, index).includes("\n");
    const short = word === word.toUpperCase() && [...word].length > 1; // an abbreviation
    return /^\p{Lu}/u.test(word) && !first && !short && !known.includes(word) && !CODE.test(word);
  });
  return [...new Set(found.map(([word]) => word))];
}
