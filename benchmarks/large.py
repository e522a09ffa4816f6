"""What a large study costs: its lists, the first look at all of it, and what tablets notice meanwhile.

Run by `make bench-large` (SESSIONS=1000 for less). The measure is one pass of `json.loads` over the bytes of
all records by one process. The ratios say what the program costs; the times are this machine's.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from http.client import HTTPConnection
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles

from benchmarks.store import machine
from observation.core.events import Event
from observation.settings import Clock, open_context
from observation.store import EventStore, Receipt, open_store
from observation.store.deposit import SERVER
from observation.store.devices import enrol
from observation.store.tinydb import open_scratch
from observation.web import beside
from tests.browser.place import serving
from tests.recorder import Recorder
from tests.samples import BUNDLE
from tests.web.tablet import DEVICE, STUDY, body, stream

LENGTH = 120  # events of a session
PER_SCHOOL = 40  # sessions
WANTED = 5  # times a pass of json.loads
LOOKS = 7
PAUSE = 0.05  # seconds between two batches
RECEIPT = Receipt("2026-03-13T15:10:00.000Z", "tablet-1")
NOTE = next(event for event in BUNDLE.events if event.kind == "note-written")
Also = Callable[[EventStore, str, list[str]], None]


def main() -> None:
    """Print what the program costs beside one pass of json.loads."""
    sessions = int(os.environ.get("SESSIONS") or 20_000)
    print(machine())
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        data = Path(name)
        fill(data, sessions)
        files = list((data / "store").rglob("observation/*.json"))
        size = sum(file.stat().st_size for file in files) / 1e6
        print(f"{sessions:,} observations of {LENGTH} events, {size:.0f} MB", flush=True)
        started = work()
        before = one_pass(files)
        passed, begun = work() - started, work()
        took = cold(data)
        worked = work() - begun
        after = one_pass(files)
        least = (before + after) / 2  # of a machine that may be busy with other things
        print(f"{'one pass of json.loads':42}{before:9.2f} s, after the next {after:.2f} s")
        show("cold: all summaries made", took, least)
        show("  processor time, reading files included", worked, passed)
        with serving(data, Clock()) as (url, context):
            show("study page, first of a new process", page(url), least)
            show("study page, warm", median(page(url) for _ in range(LOOKS)), least)
            show("study page, narrowed by a text", page(url, "/?text=W2&sort=date"), least)
            found = seconds(lambda: context.catalogue.find("S-001-07"))
            show("found by its label", found, least)
            print(f"{'size of the page':42}{len(fetched(url)) / 1000:9.0f} kB")
        disturbed(data)


def fill(data: Path, sessions: int, also: Also | None = None) -> None:
    """Make a study of so many observations like those of the sample, forty a school.

    `also` adds to the store what else there is of a school, given its code and its observations.
    """
    (data / "store").mkdir()
    make = partial(fill_school, data / "store", also)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as processes:
        every = range(0, sessions, PER_SCHOOL)
        list(processes.map(make, every, (min(PER_SCHOOL, sessions - first) for first in every)))
    open_context(data)


def fill_school(folder: Path, also: Also | None, first: int, sessions: int) -> None:
    """Make the observations of one school; `first` is the number of its first one in the study."""
    whole, school = open_scratch(folder).events, f"S-{first // PER_SCHOOL:03d}"
    samples = [log for name, log in sample_logs().items() if name.startswith("observation/")]
    names = [f"observation/{uuid.uuid4()}" for _ in range(sessions)]
    for number, name in enumerate(names):
        log = longer(samples[number % len(samples)], name, school, number)
        keep(whole, weeks_later(log, number // len(samples)))
    if also:
        also(whole, school, names)


def keep(whole: EventStore, events: list[Event]) -> None:
    """Put the events of one stream into a scratch store."""
    apart = open_store("memory:").events
    apart.append(STUDY, events[0].stream, events, RECEIPT)
    whole.merge(STUDY, apart.read(STUDY, events[0].stream))


def sample_logs() -> dict[str, list[Event]]:
    """Return the events of the sample study by stream."""
    logs: dict[str, list[Event]] = defaultdict(list)
    for event in BUNDLE.events:
        logs[event.stream].append(event)
    return logs


def renamed(sample: list[Event], stream: str) -> list[Event]:
    """Return the events of a stream of the sample in another stream."""
    text = json.dumps([event.as_dict() for event in sample])
    for event in sample:
        text = text.replace(event.id, str(uuid.uuid4()))
    return [replace(Event(**value), stream=stream) for value in json.loads(text)]


def weeks_later(log: list[Event], weeks: int) -> list[Event]:
    """Return the events so many weeks later: a unit has no two sessions at one time."""

    def later(moment: str) -> str:
        return (datetime.fromisoformat(moment) + timedelta(weeks=weeks)).isoformat()

    moved = []
    for event in log:
        data = {
            name: later(value) if name == "moment" and value else value
            for name, value in event.data.items()
        }
        moved.append(replace(event, at=later(event.at), data=data))
    return moved


def longer(sample: list[Event], stream: str, school: str, session: int) -> list[Event]:
    """Return the events of a sample's observation under another name, with notes up to LENGTH."""
    events = renamed(sample, stream)
    said = {"school": school, "label": f"{school}-{session + 1:02d}"}
    for place, event in enumerate(events):
        if event.kind in ("observation-begun", "label-assigned"):
            own = {name: said[name] for name in said.keys() & event.data.keys()}
            events[place] = replace(event, data={**event.data, **own})
    last = max((e for e in events if e.device != SERVER), key=lambda event: event.seq)
    while len(events) < LENGTH:
        last = replace(last, id=str(uuid.uuid4()), seq=last.seq + 1, kind=NOTE.kind, data=NOTE.data)
        events.append(last)
    return events


def one_pass(files: list[Path]) -> float:
    """Return the seconds of `json.loads` over the bytes of these files, without reading them."""
    took = 0.0
    for file in files:
        content = file.read_bytes()
        took += seconds(lambda: json.loads(content))  # noqa: B023
    return took


def work() -> float:
    """Return the seconds that processors have worked for this program and its ended children."""
    return sum(os.times()[:4])


def cold(data: Path) -> float:
    """Return the seconds of making all summaries, from the start of the command to its end."""
    return seconds(lambda: subprocess.run(summarising(data), stdout=subprocess.DEVNULL, check=True))


def summarising(data: Path) -> list[str]:
    """Return the words of the command that makes all summaries."""
    return [sys.executable, "-m", "observation", "--data", str(data), "summarise"]


def page(url: str, path: str = "/") -> float:
    """Return the seconds of fetching a page."""
    return seconds(lambda: fetched(url, path))


def fetched(url: str, path: str = "/") -> bytes:
    connection = HTTPConnection(url.removeprefix("http://"), timeout=600)
    connection.request("GET", path)
    answer = connection.getresponse()
    assert answer.status == 200
    return answer.read()


def disturbed(data: Path) -> None:
    """Print what a tablet's batches take while all summaries are made, and while that is halted.

    It is halted every other second, so that a machine that is busy with other things is so for both.
    """
    with serving(data, Clock()) as (url, context):
        token = enrol(context.store.registry, STUDY, DEVICE, "iPad", context.clock.now())
        fetched(url)
        for file in context.cache.iterdir():
            file.unlink()
        making = subprocess.Popen(
            summarising(data), stdout=subprocess.DEVNULL, start_new_session=True
        )
        beside.give_way(making.pid)
        rest, busy = deposits(url, token, making)
    for words, times in (("while that is halted", rest), ("while all summaries are made", busy)):
        tail = quantiles(times, n=20)[18]
        print(
            f"{f'a batch {words}':42}{median(times):8.1f} ms, 19 of 20 within {tail:.1f} ms ({len(times)})"
        )
    print(f"{'ratio of the medians':42}{median(busy) / median(rest):9.2f}")


def deposits(
    url: str, token: str, making: subprocess.Popen[bytes]
) -> tuple[list[float], list[float]]:
    """Send batches of one event; return the milliseconds of those while it is halted, and of the others."""
    connection = HTTPConnection(url.removeprefix("http://"))
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    recorder = Recorder(device=DEVICE, stream=stream(1_000_000))
    recorder.begin(label="B-1")
    times: tuple[list[float], list[float]] = [], []
    while making.poll() is None:
        running = int(time.monotonic()) % 2
        with suppress(ProcessLookupError):
            os.killpg(making.pid, signal.SIGCONT if running else signal.SIGSTOP)
        sent = body([recorder.events[-1].as_dict()])
        took = 1000 * seconds(lambda: kept(connection, sent, headers))  # noqa: B023
        times[running].append(took)
        recorder.add(len(recorder.events), "note-written", text="x", kind="seen", tags=[])
        time.sleep(PAUSE)
    return times


def kept(connection: HTTPConnection, sent: bytes, headers: dict[str, str]) -> None:
    """Send a batch and see that it was kept."""
    connection.request("POST", "/api/v1/events", sent, headers)
    answer = json.loads(connection.getresponse().read())
    assert answer["results"][0]["outcome"] == "kept", answer


def seconds(call: Callable[[], object]) -> float:
    """Return how many seconds the call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def show(what: str, took: float, least: float) -> None:
    """Print what was measured, beside the least that it could be."""
    print(f"{what:42}{took:9.2f} s {took / least:7.2f} times  (wanted: {WANTED})", flush=True)


if __name__ == "__main__":
    main()
