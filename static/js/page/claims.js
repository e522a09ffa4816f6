/** The page of an interview: what is typed stays, codes by a few letters, and Ctrl+Enter saves a claim. */

import { pickCodes } from "../ui/code-picker.js";
import { keepForm } from "../ui/form-draft.js";

const form = document.querySelector("form.claim");
const { stream, field } = form.dataset;
const recorded = (id) => Boolean(document.querySelector(`[data-events~="${CSS.escape(id)}"]`));

document.getElementById("restored").hidden = !(await keepForm(form, stream, field, recorded));
pickCodes(document.getElementById("codes"), document.getElementById("code-picker"));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
