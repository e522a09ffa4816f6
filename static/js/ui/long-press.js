/** A long press on a tile opens its card, as its info mark does, and is then no tap. */

const LONG = 500; // ms

export function openCardsOnLongPress(page) {
  let timer;
  let opened = false;
  const rest = () => clearTimeout(timer);
  page.addEventListener("pointerdown", ({ target }) => {
    rest();
    opened = false;
    const card = target.closest?.(".tile-tap")?.closest(".tile").querySelector(".card");
    if (!card) return;
    timer = setTimeout(() => {
      opened = card.open = true;
    }, LONG);
  });
  for (const end of ["pointerup", "pointercancel", "pointerleave"]) page.addEventListener(end, rest);
  page.addEventListener("contextmenu", (event) => opened && event.preventDefault());
  page.addEventListener("click", (event) => opened && event.preventDefault(), { capture: true });
}
