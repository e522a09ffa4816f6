/** Ctrl+Enter, or Command+Enter, saves a form from wherever the keyboard is in it. */

export function saveByKeys(form) {
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
}
