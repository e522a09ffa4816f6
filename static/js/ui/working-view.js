/** What the screens share on which a record is worked out, under the names of items/working.html. */

import { word } from "./words.js";

/** Return the items of the head of the screen and of the links to the other screens. */
export function workingItems({ header, review }, uuid) {
  const { label, school, unit, observer } = header;
  const parts = [
    school && word("school", { school: school.value }),
    unit?.value,
    observer && word("observer", { observer: observer.value }),
  ];
  const { lang } = document.documentElement;
  const screen = (name) => `/${name}?language=${lang}#${uuid}`;
  return {
    head: {
      label: label?.value,
      about: parts.filter(Boolean).join(" · "),
      state: word(`review-${review.state}`),
      look: `state state-${review.state}`,
    },
    screens: {
      name: word("observation", { label: label?.value }),
      "capture.show": screen("capture"),
      "finish.show": screen("finish"),
      "answers.show": screen("schedule"),
      "observations.show": `/observations/${uuid}?language=${lang}`,
    },
  };
}

/** Return which field for a reason is hidden: none is asked before the first finishing. */
export function reasons({ review }, stood = false) {
  return { noReason: !review.finished || stood, noChange: !review.finished || !stood };
}

/** Return texts as the items of a list. */
export function keys(texts) {
  return texts.map((key) => ({ key }));
}
