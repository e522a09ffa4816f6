/** Why something is not recorded: a sentence, and the field that it is about. */

/** Say the sentence, at the field too if there is one; an empty one takes back what was said before. */
export function refuse(sentence, field) {
  const place = document.getElementById("refused");
  place.textContent = sentence;
  place.hidden = !sentence;
  for (const before of document.querySelectorAll("[aria-invalid]")) {
    before.removeAttribute("aria-invalid");
    before.removeAttribute("aria-describedby");
  }
  if (!sentence || !field) return;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", place.id);
}
