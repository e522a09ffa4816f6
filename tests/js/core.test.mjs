/** What only JavaScript has to get right: values that JSON has no word for, and what the page writes. */

import "./setup.mjs";

import assert from "node:assert/strict";
import { test } from "node:test";

import { canonical, digest } from "../../static/js/core/canonical.js";
import { recordedNow } from "../../static/js/core/clock.js";
import { instant, localISO, makeEvent, uuid7 } from "../../static/js/core/events.js";
import { clock } from "../../static/js/core/format.js";
import { inLanguage } from "../../static/js/core/instrument.js";
import { momentAt } from "../../static/js/core/moments.js";
import { foldObservation } from "../../static/js/core/observation.js";
import { WORDS } from "../../static/js/core/prefill.js";
import { scheduleRows } from "../../static/js/core/schedule.js";
import { readStory } from "../../static/js/core/story.js";
import { tally } from "../../static/js/core/tally.js";
import { unsettled } from "../../static/js/core/unsettled.js";
import { whereabouts } from "../../static/js/core/whereabouts.js";
import { whole } from "./plain.mjs";
import { instrument, words } from "./record.mjs";

const REFUSED = {
  undefined: undefined,
  "undefined in an object": { a: undefined },
  "a hole in a list": [1, , 2],
  "not a number": NaN,
  infinity: Infinity,
  "a big integer": 1n,
  "a function": () => 1,
  "a date": new Date(0),
  "a map": new Map(),
  bytes: new Uint8Array(2),
};

for (const [says, value] of Object.entries(REFUSED)) {
  test(`canonical refuses ${says} with a sentence`, async () => {
    assert.throws(() => canonical(value), /^Error: .{20,}[.]$/);
    await assert.rejects(digest(value), /^Error: .{20,}[.]$/);
  });
}

test("an event has exactly the fields that the server takes", () => {
  const parts = { id: "i", stream: "s", kind: "k", at: "a", elapsed: 12.9, device: "d", boot: "b", seq: 1, by: "W1" };
  assert.deepEqual(makeEvent({ ...parts, more: 1 }), { ...parts, elapsed: 12, data: {}, format: 1 });
  canonical(makeEvent(parts));
});

test("a local time has the offset of its place and reads back as the same instant", () => {
  const cases = [
    [1520950200000, 60, "2018-03-13T15:10:00.000+01:00"],
    [1520950200007, 0, "2018-03-13T14:10:00.007+00:00"],
    [1520950200000, -210, "2018-03-13T10:40:00.000-03:30"],
    [1520950200000, 765, "2018-03-14T02:55:00.000+12:45"],
    [-1, 60, "1970-01-01T00:59:59.999+01:00"],
  ];
  for (const [milliseconds, offset, text] of cases) {
    assert.equal(localISO(milliseconds, offset), text);
    assert.equal(instant(text), milliseconds);
  }
});

test("a clock beyond the years that the server reads is written as the nearest one", () => {
  assert.equal(localISO(Date.UTC(2525, 0), 60), "2199-12-30T01:00:00.000+01:00");
  assert.equal(localISO(Date.UTC(1601, 0), 0), "1900-01-02T00:00:00.000+00:00");
});

test("what is not a time with offset has no instant", () => {
  const wrong = [
    "2018-03-13T15:10:00",
    "2018-02-30T15:10:00Z",
    "2018-13-13T15:10:00Z",
    "2018-03-13T24:00:00Z",
    "2018-03-13 15:10:00Z",
    "2018-03-13T15:10:00.1234Z",
    "1899-03-13T15:10:00Z",
    "2018-03-13T15:10:00+0100",
    ["2018-03-13T15:10:00Z"],
    null,
    7,
  ];
  for (const value of wrong) assert.ok(Number.isNaN(instant(value)), String(value));
});

test("ten thousand ids are in order and different, whether the clock stands still or goes back", () => {
  const TEN_YEARS = 10 * 365 * 86_400_000;
  let previous = "";
  for (let count = 0; count < 10_000; count += 1) {
    const now = count < 5_000 ? 1_645_557_742_000 : 1_645_557_742_000 - TEN_YEARS;
    const next = uuid7(now, crypto.randomUUID(), previous);
    assert.ok(next > previous);
    assert.match(next, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    previous = next;
  }
});

test("minutes and seconds", () => {
  const cases = { 0: "00:00", 999: "00:00", 462_000: "07:42", 3_665_000: "61:05", 36_000_000: "600:00" };
  for (const [milliseconds, text] of Object.entries(cases)) assert.equal(clock(Number(milliseconds)), text);
  assert.equal(clock(-5000), "-00:05");
  assert.equal(clock(-65_500), "-01:06");
});

test("what an act recorded now would get, also after a sleep", () => {
  const at = "2018-03-13T15:10:00+01:00";
  const hidden = { id: "1", seq: 1, kind: "page-hidden", at, elapsed: 0, boot: "b1" };
  const reading = { at: "2018-03-13T15:40:00+01:00", elapsed: 1000, boot: "b1" };
  assert.equal(recordedNow([hidden], reading), instant(reading.at));
  assert.equal(recordedNow([{ ...hidden, kind: "mark-set" }], reading), instant(at) + 1000);
  assert.equal(recordedNow([], reading), instant(reading.at));
});

test("whatever stands in an event, the tally does not throw", () => {
  const odd = [undefined, null, 0, "", "x", [], {}, [null], { people: [null] }, { event: {} }, { text: 1, replaces: 3 }];
  const kinds = ["observation-begun", "lead-taken", "event-retracted", "moment-corrected", "note-written", "x", "toString"];
  const events = kinds.flatMap((kind, one) =>
    odd.map((data, two) =>
      whole({ id: `${one}.${two}`, seq: one * 20 + two + 1, kind, data, at: two ? "never" : "2018-03-13T15:10:00Z", elapsed: 0, device: "d", boot: "b" }),
    ),
  );
  assert.equal(tally(readStory(events)).log.length, events.length);
});

test("whatever stands in an event, neither do the folds of Finish and Schedule", () => {
  const odd = [undefined, null, 0, "", "x", [], {}, [null], { people: [null] }, { instrument: null }, { text: 1, tags: [1], replaces: 3 }];
  const kinds = ["observation-begun", "note-written", "note-corrected", "answer-given", "header-corrected", "issue-raised", "observation-finished", "__proto__"];
  const events = kinds.flatMap((kind, one) =>
    odd.map((data, two) =>
      whole({ id: `${one}.${two}`, seq: one * 20 + two + 1, kind, data, at: "2018-03-13T15:10:00Z", elapsed: 0, device: "d", boot: "b" }),
    ),
  );
  const observation = foldObservation(events, instrument);
  assert.equal(observation.log.length, events.length);
  assert.equal(unsettled(observation, instrument, "nl").asked.length, instrument.afterwards.length);
  assert.equal(scheduleRows(observation, instrument, "nl", String).length, 11);
  assert.equal(scheduleRows(foldObservation([], instrument), instrument, "nl", String).length, 11);
});

test("a page is told the same sentences that a draft asks for as Python is", () => {
  assert.deepEqual(WORDS, Object.keys(words.nl));
});

test("a text without a language reads as its first", () => {
  assert.equal(inLanguage({ nl: "ja", en: "yes" }, "en"), "yes");
  assert.equal(inLanguage({ nl: "ja", en: "" }, "en"), "ja");
  assert.equal(inLanguage({ nl: "ja" }, "fy"), "ja");
});

test("a time of day is a moment on the day of the session, and anything else is none", () => {
  const at = "2018-03-13T15:10:00.000+01:00";
  const observation = { begun: { at, data: {} }, start: Date.parse(at) };
  assert.equal(momentAt(observation, "15:25"), "2018-03-13T15:25:00+01:00");
  assert.equal(momentAt(observation, "09:05:07"), "2018-03-13T09:05:07+01:00");
  for (const text of ["", "24:00", "9:05", "15:60", "kwart over"]) assert.equal(momentAt(observation, text), "");
});

const WHERE = [
  ["nothing at all", [], [0, 0, "on-the-server"]],
  ["what was never answered for", [{ unsent: 1 }], [1, 0, "on-this-tablet"]],
  ["what was not taken when sent alone", [{ unsent: 2 }], [1, 0, "on-this-tablet"]],
  ...["kept", "already-kept", "kept-conflict"].map((outcome) => [outcome, [{ outcome }], [0, 0, "on-the-server"]]),
  ["set aside", [{ outcome: "quarantined" }, { outcome: "kept" }], [0, 1, "on-this-tablet"]],
  ["set aside and offered again", [{ outcome: "quarantined", unsent: 1 }], [1, 0, "on-this-tablet"]],
  ["kept and offered again", [{ outcome: "kept", unsent: 1 }], [1, 0, "on-this-tablet"]],
  ["erased beside kept", [{ outcome: "erased" }, { outcome: "kept" }], [0, 0, "on-the-server"]],
  ["an outcome of a server to come", [{ outcome: "postponed" }], [1, 0, "on-this-tablet"]],
];
for (const [says, rows, expected] of WHERE) {
  test(`where events are: ${says}`, () => {
    const { unsent, aside, word } = whereabouts(rows);
    assert.deepEqual([unsent, aside, word], expected);
  });
}
