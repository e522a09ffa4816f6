"""What a backup costs: its time and memory at two sizes, and what tablets notice while one is made.

Run by `make bench-backup` (`SESSIONS=20000` for the size of a national study). The ratios say how much
it grows and how much it disturbs; the times are this machine's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

from observation.settings import Clock
from observation.store import Receipt, open_store
from observation.store.devices import enrol
from observation.web.nightly import run_backup
from tests.browser.place import serving
from tests.recorder import Recorder
from tests.web.tablet import DEVICE, STUDY, body, stream

SMALLER = 10  # times
NOTES = 60  # events of a session
PAUSE = 0.05  # seconds between two batches
AT_REST = 200  # batches
RECEIPT = Receipt("2026-03-13T15:10:00.000Z", DEVICE)

# Runs a command and says how much memory it took at most; `ru_maxrss` would be that of its parent.
PEAK = """
import re, sys
from pathlib import Path
from observation.cli import main
code = main(sys.argv[1:])
kilobytes = re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]
print(int(kilobytes) / 1000, file=sys.stderr)
sys.exit(code)
"""


def fill(folder: Path, sessions: int) -> None:
    """Make a data folder with so many sessions."""
    store = open_store(f"tinydb:{folder / 'store'}")
    with store.restoring() as whole:
        for number in range(1, sessions + 1):
            recorder = Recorder(device=DEVICE, stream=stream(number))
            recorder.begin(label=f"A-{number}")
            for second in range(1, NOTES):
                text = f"De schoolleider vraagt {number} en het team antwoordt {second} keer."
                recorder.add(second, "note-written", text=text, kind="seen", tags=[])
            apart = open_store("memory:").events
            apart.append(STUDY, recorder.stream, recorder.events, RECEIPT)
            whole.events.merge(STUDY, apart.read(STUDY, recorder.stream))


def run(*words: str) -> tuple[float, float]:
    """Run a command and return its seconds and its peak memory in MB."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - begun, float(done.stderr)


def deposits(url: str, token: str, begun: int, goes_on: Callable[[], bool]) -> list[float]:
    """Send batches of one event while `goes_on` says so; return the milliseconds of each."""
    connection, times = HTTPConnection(url.removeprefix("http://")), []
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    recorder = Recorder(device=DEVICE, stream=stream(1_000_000 + begun))
    recorder.begin(label=f"B-{begun}")
    while goes_on():
        recorder.add(len(recorder.events), "note-written", text="x", kind="seen", tags=[])
        sent = body([recorder.events[-1].as_dict()])
        start = time.perf_counter()
        connection.request("POST", "/api/v1/events", sent, headers)
        answer = connection.getresponse()
        assert json.loads(answer.read())["results"][0]["outcome"] == "kept"
        times.append(1000 * (time.perf_counter() - start))
        time.sleep(PAUSE)
    return times


def while_one_is_made(folder: Path) -> tuple[list[float], list[float]]:
    """Return the times of deposits at rest, and of those while a backup is made."""
    with serving(folder, Clock()) as (url, context):
        token = enrol(context.store.registry, STUDY, DEVICE, "iPad", context.clock.now())
        left = iter(range(AT_REST))
        rest = deposits(url, token, 1, lambda: next(left, None) is not None)
        made = threading.Thread(target=run_backup, args=[context])
        made.start()
        return rest, deposits(url, token, 2, made.is_alive)


def main() -> None:
    sessions = int(os.environ.get("SESSIONS") or 2_000)
    with tempfile.TemporaryDirectory() as name:
        peaks = []
        for number in (sessions // SMALLER, sessions):
            data = Path(name) / str(number)
            fill(data, number)
            size = sum(f.stat().st_size for f in data.rglob("*.json")) / 1e6
            seconds, peak = run("--data", str(data), "backup", f"{data}.gz")
            packed = Path(f"{data}.gz").stat().st_size / 1e6
            restored, memory = run("--data", f"{data}-new", "restore", f"{data}.gz")
            peaks.append((peak, memory))
            print(
                f"{number} sessions, {size:.0f} MB: backup {seconds:.1f} s, {packed:.0f} MB, {peak:.0f} MB of"
                f" memory; restore {restored:.1f} s, {memory:.0f} MB of memory"
            )
        (small, large), (less, more) = zip(*peaks, strict=True)
        print(
            f"{SMALLER} times as much: {large / small:.2f} times the memory, restore {more / less:.2f}"
        )
        rest, busy = while_one_is_made(Path(name) / str(sessions))
        for words, times in (("at rest", rest), ("while one is made", busy)):
            print(
                f"a deposit {words}: median {median(times):.1f} ms, 99th of 100 {quantiles(times, n=100)[98]:.1f} ms ({len(times)})"
            )
        print(f"ratio of the medians {median(busy) / median(rest):.2f}")
    print(f"on {os.cpu_count()} processors")


if __name__ == "__main__":
    main()
