/** The guide: a button that prints it, since an app on the home screen has no menu to print from. */

const button = document.querySelector("[data-print]");
button.addEventListener("click", () => print());
button.parentElement.hidden = false;
