/** Whether a record was erased on the server. */

/** Return whether the record of these rows was erased: nothing is left but that its screen was left and come back to. */
export function isErased(rows) {
  const left = rows.filter(({ outcome }) => outcome !== "erased");
  return left.length < rows.length && left.every(({ event }) => event.kind.startsWith("page-"));
}
