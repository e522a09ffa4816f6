/** The page of an interview on the server: what is typed stays, codes by a few letters, and Ctrl+Enter saves. */

import { pickCodes } from "../ui/code-picker.js";
import { saveByKeys } from "../ui/save-by-keys.js";
import { keepForm, putBackDraft } from "../ui/form-draft.js";

const form = document.querySelector("form.claim");
const { stream, field } = form.dataset;
const recorded = (id) => Boolean(document.querySelector(`[data-events~="${CSS.escape(id)}"]`));

document.getElementById("restored").hidden = !(await putBackDraft(form, stream, field, recorded));
keepForm(form, stream, () => field);
pickCodes(document.getElementById("codes"), document.getElementById("code-picker"));
saveByKeys(form);
