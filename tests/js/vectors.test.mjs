/** The vectors that Python and JavaScript share: `node --test tests/js/vectors.test.mjs`. */

import "./setup.mjs";

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { canonical, digest } from "../../static/js/core/canonical.js";
import { uuid7 } from "../../static/js/core/events.js";
import { namesPerhaps } from "../../static/js/core/names.js";
import { plainClock, plainInterview, plainTally } from "./plain.mjs";
import { plainRecord } from "./record.mjs";

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), "utf8"));

const FOLDS = {
  "canonical.json": async (source) => {
    const value = JSON.parse(source);
    return { text: canonical(value), sha256: await digest(value) };
  },
  "uuid7.json": ({ milliseconds, random }) => uuid7(milliseconds, random),
  "clock.json": plainClock,
  "story.json": plainTally,
  "tally.json": plainTally,
  "record.json": plainRecord,
  "interview.json": plainInterview,
  "names.json": ({ text, known }) => ({ names: namesPerhaps(text, known) }),
};

for (const [name, fold] of Object.entries(FOLDS)) {
  for (const { says, in: given, out, refused } of read(name)) {
    test(`${name}: ${says}`, async () => {
      if (refused) return assert.rejects(async () => fold(given), /^Error: .{20,}[.]$/);
      const found = await fold(given);
      // A case names only what it is about.
      const named = typeof out === "string" ? found : pick(found, out);
      return assert.deepEqual(named, out);
    });
  }
}

function pick(found, out) {
  return Object.fromEntries(Object.keys(out).map((name) => [name, found[name]]));
}
