/** The schedule that an observation pinned, as data. */

/** Return a promise of the instrument with this SHA-256; its file never changes. */
export async function instrumentOf(digest) {
  const answer = await fetch(`/instruments/${digest}.json`);
  if (!answer.ok) throw new Error(`The schedule ${digest} is not here.`);
  return answer.json();
}
