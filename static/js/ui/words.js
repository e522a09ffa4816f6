/** The page's own words, in its language. */

const sentences = new Map(
  Array.from(document.getElementById("words").content.children, (element) => [
    element.dataset.word,
    element.textContent,
  ]),
);

/** Return the sentence of this name with its values, written `%(name)s`, filled in. */
export function word(name, values = {}) {
  return sentences.get(name).replace(/%\((\w+)\)s/g, (_, key) => values[key]);
}

/** Return a text of the instrument in the page's language, or in the first that it has. */
export function inWords(text) {
  return text[document.documentElement.lang] ?? Object.values(text)[0];
}
