/** The service worker answers for the shell and for nothing else: what is sent passes by it. */

import "./setup.mjs";

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

const ORIGIN = "https://observation.example";
const SHELL = {
  version: "1",
  files: { "/capture?language=nl": "a", "/static/js/page/capture.js": "b" },
  pages: ["/capture"],
  recording: ["/capture"],
  languages: ["nl"],
};

const source = await readFile(new URL("../../static/service-worker.js", import.meta.url), "utf8");
const listeners = {};
new Function("SHELL", "addEventListener", "location", "clients", "caches", "fetch", source)(
  SHELL,
  (name, listener) => (listeners[name] = listener),
  { origin: ORIGIN },
  { get: async () => undefined },
  { open: async () => ({ match: async () => undefined, put: async () => {} }), match: async () => new Response("held") },
  async () => new Response("from the network"),
);

/** Whether the worker answers a request itself. */
function answers(method, url, mode = "cors") {
  let answered = false;
  listeners.fetch({ request: { method, url: ORIGIN + url, mode }, clientId: "", respondWith: () => (answered = true) });
  return answered;
}

test("the worker answers for what it holds", () => {
  assert.ok(answers("GET", "/capture", "navigate"));
  assert.ok(answers("GET", "/static/js/page/capture.js"));
});

test("whatever is sent passes by the worker, also to an address that it holds", () => {
  for (let number = 0; number < 100; number += 1) {
    const method = ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"][number % 5];
    for (const url of ["/api/v1/events", "/api/v1/devices", "/capture?language=nl", "/static/js/page/capture.js"])
      assert.ok(!answers(method, url), `${method} ${url}`);
  }
});

test("nothing of the data is the worker's, and no page with a token", () => {
  const elsewhere = ["/api/v1/kit", "/api/v1/events", "/observations/1/capture", "/", "/capture?language=nl&x=1", "/static/other.js"];
  for (const url of elsewhere) for (const mode of ["cors", "navigate"]) assert.ok(!answers("GET", url, mode), url);
});
