/** Which codes a few letters may mean: codebook.py. */

/** Return a text for comparing: small letters and digits without accents, words apart. */
export function plain(text) {
  const letters = text.normalize("NFKD").toLowerCase().replaceAll("ß", "ss").replace(/\p{M}/gu, "");
  return (letters.match(/[\p{L}\p{N}]+/gu) ?? []).join(" ");
}

/** Return the codes `{ id, name, aliases, path }` in a form that `search` can answer from at once. */
export function searchable(codes) {
  return codes.map((code) => {
    const own = words(`${code.id} ${code.name}`);
    return { code, own, all: [...own, ...words(`${code.aliases} ${code.path}`)] };
  });
}

/**
 * Return at most so many of them, the likeliest first.
 *
 * Every word typed must begin a word of the code's id, name, aliases or place in the tree.
 */
export function search(codes, letters, most = 12) {
  const typed = words(letters);
  if (!typed.length) return [];
  const begins = (some, word) => some.some((each) => each.startsWith(word));
  return codes
    .filter(({ all }) => typed.every((word) => begins(all, word)))
    .map(({ code, own }) => ({ code, near: typed.filter((word) => begins(own, word)).length }))
    .sort((one, other) => other.near - one.near) // which keeps the order of the tree
    .slice(0, most)
    .map(({ code }) => code);
}

const words = (text) => plain(text).split(" ").filter(Boolean);
