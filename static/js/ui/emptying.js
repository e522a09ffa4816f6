/** The part of this tablet's page that empties it: not while the server lacks something of which no copy was saved. */

import { emptyTablet, lacking } from "../device/emptying.js";
import { word } from "./words.js";

const [press, save, said] = ["empty-now", "empty-save", "empty-said"].map((id) => document.getElementById(id));
let saved; // how many events there were when a copy was saved
let sure = false;

/** Follow the buttons. */
export function offerEmptying() {
  save.addEventListener("click", async () => {
    const { events } = await lacking();
    const { problems } = await saveEverything();
    if (problems.length) return say(problems.join(" · "));
    saved = events;
    return say(word("empty-saved"));
  });
  press.addEventListener("click", empty);
  document.getElementById("empty").addEventListener("toggle", () => ask(false));
}

async function empty() {
  const { number, events } = await lacking();
  if (number && saved !== events) {
    save.hidden = false;
    ask(false);
    return say(word("empty-lacking", { number }));
  }
  if (!sure) return ask(true);
  try {
    await emptyTablet(`/rescue?language=${document.documentElement.lang}#emptied`);
  } catch {
    ask(false);
    return say(word("empty-held"));
  }
}

/** The first press asks, the second does it. */
function ask(now) {
  sure = now;
  press.textContent = word(now ? "empty-sure" : "empty-now");
}

function say(sentence) {
  said.textContent = sentence;
}
