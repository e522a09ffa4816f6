/** The schedule's questions as the *Schedule* screen shows them: answers.py of web and of export. */

import { draft } from "./prefill.js";
import { distinct } from "./slots.js";

/**
 * Return every question of the schedule as it stands: `{ question, texts, text, draft, replaces,
 * issues }`.
 *
 * `texts` holds one text, or several that contradict each other; `draft` says that it is a
 * suggestion from the log that no observer took over. `replaces` are the events that an answer
 * replaces; `issues` what a reviewer asked of this answer.
 */
export function scheduleRows(observation, instrument, language, translate) {
  return instrument.questions.map((question) => {
    const given = observation.answers.get(question.id);
    const texts = given
      ? distinct(given.values.map(({ text }) => text))
      : [draft(question, observation, instrument, language, translate)];
    return {
      question,
      texts,
      text: texts[0],
      draft: !given,
      replaces: given?.events ?? [],
      issues: observation.review.issues.filter((issue) => issue.question === question.id),
    };
  });
}

/** Return how many of these rows are only a draft from the log. */
export function drafts(rows) {
  return rows.filter(({ draft, text }) => draft && text).length;
}
