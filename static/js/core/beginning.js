/** How a session is called where several of them are listed. */

/** Return what the beginning of a story says, with the last label that the server gave; undefined without one. */
export function beginningOf({ begun, log }) {
  const assigned = log.filter(({ event }) => event.kind === "label-assigned").at(-1)?.event.data.label;
  return begun && { ...begun.data, ...(assigned && { label: assigned }) };
}
