/** Two things that every fold does with a list. */

/** Return a comparison for `sort` by a list of keys, the first that differs. */
export function by(keys) {
  return (one, other) => {
    const [left, right] = [keys(one), keys(other)];
    const at = left.findIndex((key, index) => key !== right[index]);
    return at < 0 ? 0 : left[at] < right[at] ? -1 : 1;
  };
}

/** Return `[key, value]` pairs as a Map from each key to its values, in order. */
export function grouped(pairs) {
  const groups = new Map();
  for (const [key, value] of pairs) {
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(value);
  }
  return groups;
}
