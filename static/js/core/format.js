/** How numbers are written for people. */

/** Return ms as minutes and seconds, `07:42`; beyond the hour `61:05`, before the start `-00:05`. */
export function clock(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${seconds < 0 ? "-" : ""}${two(Math.abs(seconds) / 60)}:${two(Math.abs(seconds) % 60)}`;
}
