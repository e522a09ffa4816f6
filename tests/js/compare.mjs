/** Answers each JSON line of standard input, `{ digest }` or `{ tally }`, with a JSON line. */

import "./setup.mjs";

import { createInterface } from "node:readline";

import { digest } from "../../static/js/core/canonical.js";
import { plainTally } from "./plain.mjs";

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const asked = JSON.parse(line);
  const answer = "digest" in asked ? await digest(asked.digest) : plainTally(asked.tally);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
