/** Answers each JSON line of standard input, `{ digest }`, `{ tally }` or another, with a JSON line. */

import "./setup.mjs";

import { createInterface } from "node:readline";

import { digest } from "../../static/js/core/canonical.js";
import { clock, length, percent, share } from "../../static/js/core/format.js";
import { plainInterview, plainTally } from "./plain.mjs";
import { plainRecord } from "./record.mjs";

const ANSWERS = {
  digest,
  tally: plainTally,
  record: plainRecord,
  interview: plainInterview,
  percent: ([part, whole]) => percent(part, whole),
  format: ([start, end, whole]) => [clock(start), length({ start, end }), share(end - start, whole)],
};

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const [[question, given]] = Object.entries(JSON.parse(line));
  process.stdout.write(`${JSON.stringify(await ANSWERS[question](given))}\n`);
}
