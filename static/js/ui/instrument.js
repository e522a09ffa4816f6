/** The schedule that an observation pinned, as data. */

/** Return a promise of the instrument with this SHA-256; its file never changes. */
export async function instrumentOf(digest) {
  const answer = await fetch(`/instruments/${digest}.json`);
  if (!answer.ok) throw new Error(`The schedule ${digest} is not here.`);
  return answer.json();
}

/** Go to the page of the schedule that these events pin, if that is another one than is shown. */
export async function keepTo(shown, events) {
  const isOther = ({ kind, data }) => kind === "observation-begun" && data.instrument?.digest !== shown;
  if (events.some(isOther)) await import("/static/js/ui/other-schedule.js").then(({ turn }) => turn(events)).catch(console.warn);
}
