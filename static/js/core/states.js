/**
 * The states of a judgement, kept apart since confusing them ruins a triangulation: judgements.py.
 *
 * Seen, looked for and not seen, could not be judged, and nothing said (blank); conflict is where the
 * observer's own values contradict each other.
 */

export const SEEN = "seen";
export const NOT_SEEN = "not-seen";
export const NOT_JUDGEABLE = "not-judgeable";
export const BLANK = "blank";
export const CONFLICT = "conflict";

export const LEADERSHIP = "leadership";
export const TEAM = "team";

/** Return the judgement of an indicator by an actor of which nothing is said. */
export function blankOf({ code }, actor) {
  return { code, actor, state: BLANK, source: "", judged: "", sightings: [], suggested: "" };
}

/** Return the codes of people. */
export function codesOf(people) {
  return people.map(({ person }) => person);
}
