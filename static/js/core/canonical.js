/** The one text that stands for a value, so that the server finds the same hash: canonical.py. */

const DEPTH_LIMIT = 16;

/**
 * Return the canonical text of a JSON value (RFC 8785, whole numbers only); throw for one without.
 *
 * Throws where `JSON.stringify` would leave out or change: undefined, a Date, half a character.
 */
export function canonical(value, depth = 0) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") {
    if (Number.isSafeInteger(value)) return String(value);
    throw new Error(`The number ${value} is not whole, or too large to be kept exactly.`);
  }
  const list = Array.isArray(value);
  if (!list && !isPlain(value)) {
    throw new Error(`A value of the kind ${typeof value} cannot be kept; use text.`);
  }
  if (depth >= DEPTH_LIMIT) throw new Error(`This value is nested more than ${DEPTH_LIMIT} deep.`);
  const inside = (item) => canonical(item, depth + 1);
  if (list) return `[${Array.from(value, inside)}]`; // unlike map, it does not skip holes
  // Written by hand, since an object keeps names such as "10" and "9" in an order of its own.
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${quoted(name)}:${inside(value[name])}`)}}`;
}

/** Return a promise of the SHA-256 of the canonical bytes, as 64 hexadecimal digits. */
export async function digest(value) {
  const bytes = new TextEncoder().encode(canonical(value));
  return hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
}

/** Return bytes as hexadecimal digits in lower case. */
export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function quoted(text) {
  if (/\p{Surrogate}/u.test(text)) {
    throw new Error("A text holds half of a character; type it again.");
  }
  return JSON.stringify(text);
}

function isPlain(value) {
  return typeof value === "object" && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
