/** From when on something is said of the room on a tablet and of what it has not sent. */

const [LOW, OUT] = [200_000_000, 50_000_000]; // bytes free
const DAY = 86_400_000; // ms
const [LATE, TOO_LATE] = [2 * DAY, 5 * DAY]; // age of the oldest that is unsent

/** Return "low", "out" or "" of so many bytes free, undefined where nobody says. */
export function roomLook(bytes = Infinity) {
  return bytes < OUT ? "out" : bytes < LOW ? "low" : "";
}

/** Return "late", "too-late" or "" of what is unsent since so many ms. */
export function ageLook(age) {
  return age >= TOO_LATE ? "too-late" : age >= LATE ? "late" : "";
}
