/** A schedule as data, the JSON of instrument.py's dataclasses, and what is looked up in it. */

/** Return a text in a language; one that it lacks reads as its first. */
export function inLanguage(text, language) {
  return text[language] || Object.values(text)[0];
}

/** Return one indicator for each behaviour, that of its first code, in order. */
export function behaviours(instrument) {
  return instrument.indicators.filter(({ same_as: same }) => !same);
}

/** Return the code that stands for an indicator's behaviour: the first that shares it. */
export function behaviour({ code, same_as: same }) {
  return same ?? code;
}

/** Return the id of what no log can show of an indicator, such as points handed over, or "". */
export function partOf(indicator) {
  return indicator.log?.part?.id ?? "";
}
