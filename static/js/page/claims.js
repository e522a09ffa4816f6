/** The page of an interview: codes by a few letters, and Ctrl+Enter saves a claim from anywhere in its form. */

import { pickCodes } from "../ui/code-picker.js";

const form = document.querySelector("form.claim");

pickCodes(document.getElementById("codes"), document.getElementById("code-picker"));
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit();
});
