"""When a tablet tries to send: never in a hurry, and soon after the server is there again.

Hours pass in seconds: the page's clock and timers are the test's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from observation.settings import Clock
from tests.browser.place import AnyDriver, chromium, serving
from tests.soak import seeded

pytestmark = pytest.mark.slow

STREAM = "observation/0190a5b0-0000-7000-8000-000000000001"

# Timers fire in order when the clock reaches them, and the clock goes on only when nothing is being sent.
# `answers` are what the network does: a status with the seconds of Retry-After, or 0 for no connection;
# when there are no more, the server is there. Returns when each try was made, in seconds.
PASSING = """
const [stream, answers, until, done] = arguments;
(async () => {
  const fetched = window.fetch;
  const timers = [];
  const tries = [];
  let now = performance.now();
  let id = 0;
  performance.now = () => now;
  window.setTimeout = (work, wait = 0, ...given) => (timers.push({ id: ++id, at: now + wait, work, given }), id);
  window.setInterval = (work, every) => {
    const again = () => (setTimeout(again, every), work());
    return setTimeout(again, every);
  };
  window.clearTimeout = (gone) => {
    const index = timers.findIndex(({ id }) => id === gone);
    if (index >= 0) timers.splice(index, 1);
  };
  window.fetch = (address, asked) => {
    if (!String(address).endsWith("/events")) return fetched(address, asked);
    if (JSON.parse(asked.body).events.length) tries.push(now / 1000);
    const [status, after] = answers.shift() ?? [200];
    if (status === 200) return fetched(address, asked);
    if (!status) return Promise.reject(new TypeError("Failed to fetch"));
    const headers = { "Content-Type": "text/html", ...(after && { "Retry-After": String(after) }) };
    return Promise.resolve(new Response("<p>Busy</p>", { status, headers }));
  };
  const [log, { keepInSync }, { unsentEvents }] = await Promise.all(
    ["log", "sync", "outbox"].map((name) => import(`/static/js/device/${name}.js`)));
  log.record(await log.deviceId(), stream, "W1", [{ kind: "mark-set" }]);
  const begun = now;
  keepInSync(() => {});
  const quiet = async () => {
    // What the page does with the disk takes real time.
    for (let turn = 0; turn < 3; turn++) {
      await navigator.locks.request("sync", () => {});
      await new Promise((go) => { const { port1, port2 } = new MessageChannel(); port1.onmessage = go; port2.postMessage(0); });
    }
  };
  await quiet();
  let sent = (await unsentEvents(1)).length === 0;
  while (!sent && now - begun < 1000 * until) {
    timers.sort((one, other) => one.at - other.at || one.id - other.id);
    const next = timers.shift();
    now = Math.max(now, next.at);
    next.work(...next.given);
    await quiet();
    sent = (await unsentEvents(1)).length === 0;
  }
  return { tries: tries.map((time) => time - begun / 1000), sent, end: (now - begun) / 1000 };
})().then(done, (error) => done(String(error.stack)));
"""


@pytest.fixture
def page(tmp_path: Path) -> Iterator[AnyDriver]:
    with (
        serving(tmp_path / "data", Clock()) as (url, _context),
        chromium(tmp_path / "profile") as opened,
    ):
        opened.set_script_timeout(120)
        opened.get(f"{url}/static/icon.svg")  # nothing of the app runs there
        opened.get(f"{url}/tablets?language=nl")
        yield opened


def passing(page: AnyDriver, answers: list[tuple[int, int]], until: float) -> Any:
    found = page.execute_async_script(PASSING, STREAM, answers, until)
    assert isinstance(found, dict), found
    return found


def test_two_hundred_failures_are_met_with_pauses_that_the_server_may_lengthen(
    page: AnyDriver,
) -> None:
    chance = seeded("pauses")
    answers = [
        chance.choice([(0, 0), (500, 0), (502, 0), (503, 0), (503, 7), (429, 30), (429, 600)])
        for _ in range(200)
    ]
    found = passing(page, list(answers), 400 * 3600)
    assert found["sent"]
    tries = found["tries"]
    assert len(tries) == 201
    for number, ((status, after), before, then) in enumerate(
        zip(answers, tries, tries[1:], strict=False)
    ):
        gap = then - before
        assert gap >= max(1, after), (number, status, after, gap)
        assert gap <= 15 * 60 + 60, (number, gap)  # and the look that is made every minute


@pytest.mark.parametrize("down", [600, 4 * 3600])
def test_when_the_server_is_there_again_all_is_sent_within_a_minute(
    page: AnyDriver, down: float
) -> None:
    # Nobody touches the tablet: it finds out by itself. So many failures take longer than that.
    found = passing(page, [(0, 0)] * int(down / 20), down)
    tries = [time for time in found["tries"] if time < down]
    assert len(tries) >= down / 90, "it seldom looks"
    assert len(tries) <= down / 18, "it looks in a hurry"
    longest = max(then - before for before, then in pairwise(tries))
    assert longest <= 61
