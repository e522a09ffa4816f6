// A page of work that goes on says how far that is: the page itself is asked again, and what it says of it is
// taken over. When the work is done the page is loaded as it is then.
const SOON = 1000; // ms between two looks, at first
const SLOW = 5000; // and after a while, of long work
const SAID = 15000; // ms between two sentences for who listens
const PARTS = ["text", "bar"];

const at = (page, name) => page.querySelector(`[data-work-${name}]`);

const address = document.querySelector("[data-work]").dataset.work; // of this page
let said = Date.now();
let pause = SOON;
let left = false; // a form was sent: its answer is the next page, and nothing here may open another one

async function look() {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (left) return;
    if (!answer.ok || answer.redirected || !page.querySelector("[data-work]")) {
      location.replace(answer.redirected ? answer.url : address);
      return;
    }
    for (const name of PARTS) take(at(document, name), at(page, name));
    change(at(document, "cancel"), at(page, "cancel"));
    if (Date.now() > said + SAID) {
      said = Date.now();
      at(document, "said").textContent = at(page, "text").textContent;
    }
  } catch {
    // The server does not answer now: it is asked again.
  }
  pause = Math.min(pause * 1.2, SLOW);
  if (!left) setTimeout(look, pause);
}

function take(here, there) {
  if (here.textContent !== there.textContent) here.textContent = there.textContent;
  for (const name of ["value", "max"]) {
    if (there.hasAttribute(name)) here.setAttribute(name, there.getAttribute(name));
  }
}

// Cancelling is offered once somebody can hear it, and no more when it is too late.
function change(here, there) {
  if (here && here.textContent !== there.textContent) here.replaceWith(there);
}

document.addEventListener("submit", () => {
  left = true;
});
setTimeout(look, pause);
