"""Ctrl-C and SIGTERM at any moment of a command: a clear sentence, exit 130, and nothing half."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from observation.cli import main
from observation.commands.working import TOO_LATE
from observation.store import open_store
from observation.store.erasure import erasures
from tests.samples import BUNDLE
from tests.soak import seeded, turns

if TYPE_CHECKING:
    from tests.postgres_server import PostgresServer

MOMENTS = 2, 100  # of each command, in every run and in a soak
SESSIONS = 80  # copies of the four of the sample, so that a command takes a second or two
CAUGHT = 1 << (signal.SIGTERM - 1)
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TAGUETTE = "id,document,tag,content\r\n"

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="reads /proc")


@dataclass(frozen=True)
class Place:
    """A large study in a store and as files, and another store that is empty."""

    folder: Path
    full: str
    empty: Callable[[], str]

    def run(self, store: str, *words: str, **more: Any) -> subprocess.Popen[str]:
        environment = os.environ | {"OBSERVATION_STORE": store, "OBSERVATION_DATA": str(self.data)}
        return subprocess.Popen(
            [sys.executable, "-m", "observation", *words],
            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more,
        )  # fmt: skip

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def files(self) -> set[str]:
        """Every file but what belongs to the store, its derived things, and what it had before."""
        every = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder))
            for path in every
            if not {"cache", "stores"} & set(path.relative_to(self.folder).parts)
        }


def ids(url: str) -> Mapping[str, frozenset[str]]:
    """The ids of all events by stream, and of shells as such."""
    events = open_store(url).events
    found = {}
    for study in events.studies():
        for stream in events.versions(study):
            log = events.read(study, stream)
            shells = {f"erased {shell.id}" for shell in log.shells}
            found[stream] = frozenset({event.id for event in log.events} | shells)
    return found


def bundle(path: Path) -> None:
    """Write the sample with many more sessions: copies of its own, each under other ids."""
    lines = [json.dumps(event.as_dict()) for event in BUNDLE.events]
    sessions = [line for line in lines if '"stream": "observation/' in line]
    for number in range(SESSIONS // 4):

        def other(match: re.Match[str], number: int = number) -> str:
            made = uuid.uuid5(uuid.NAMESPACE_OID, f"{number} {match[0]}").hex
            return match[0][:24] + made[:12]

        copies = (UUID.sub(other, line) for line in sessions)
        lines += (re.sub(r'"label": "', f'"label": "{number}-', line) for line in copies)
    head = {"bundle": 1, "study": BUNDLE.study, "events": len(lines)}
    path.write_text("\n".join([json.dumps(head), *lines]) + "\n")


@pytest.fixture(scope="module", params=["tinydb", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    folder = tmp_path_factory.mktemp("place")

    def empty() -> str:
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            return server.url()
        return f"tinydb:{folder / 'stores' / uuid.uuid4().hex}"

    bundle(folder / "study.jsonl")
    found = Place(folder, empty(), empty)
    given = ["--data", str(found.data), "--store", found.full]
    assert main([*given, "import", str(folder / "study.jsonl")]) == 0
    assert main([*given, "backup", str(folder / "known.gz")]) == 0
    rows = (f"{n},Gesprek {n // 20},learning.feedback,Zin {n}\r\n" for n in range(4_000))
    (folder / "table.csv").write_text(TAGUETTE + "".join(rows))
    documents = {
        f"Gesprek {n}": {"school": "A", "kind": "interview", "date": "2018-03-01"}
        for n in range(200)
    }
    (folder / "map.json").write_text(
        json.dumps({"documents": documents, "respondents": dict.fromkeys(documents, "group")})
    )
    return found


@dataclass(frozen=True)
class Command:
    """What is typed, which store it changes, and what it says when it was stopped in time.

    `between` is for what may stop between two records, and says which of them stay.
    """

    words: tuple[str, ...]
    said: str
    into: str = "full"
    made: str = ""
    between: bool = False
    more: tuple[str, ...] = field(default=())


COMMANDS = {
    "import a bundle": Command(("import", "{folder}/study.jsonl"), "nothing was taken in", "empty"),
    "import a table": Command(
        ("import", "{folder}/table.csv", "--map", "{folder}/map.json"), "nothing was taken in", "own"
    ),
    "restore": Command(("restore", "{folder}/known.gz"), "nothing was changed", "empty"),
    "backup": Command(("backup", "{folder}/made.gz"), "no backup was made", made="made.gz"),
    "nightly": Command(("backup",), "no backup was made", made="data/backups/"),
    "copy": Command(("copy", "--to", "{to}"), "records are there|nothing was copied", "to", between=True),
    "verify": Command(("verify",), "records checked, 0 findings so far"),
    "summarise": Command(("summarise",), "what was summarised by then stays"),
    "bundle": Command(
        ("export", "bundle", "--output", "{folder}/made.jsonl"), "no file was written", made="made.jsonl"
    ),
    "workbook": Command(
        ("export", "triangulation", "--format", "xlsx", "--output", "{folder}/made.xlsx"),
        "no file was written", made="made.xlsx",
    ),
    "claims": Command(
        ("export", "claims", "--format", "xlsx", "--output", "{folder}/claims.xlsx"),
        "no file was written", made="claims.xlsx",
    ),
    "erase": Command(
        ("erase", "school", "A", "--by", "Jo", "--confirm"), "nothing was erased|Stopped", "own"
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", COMMANDS)
def test_stopped_at_random_moments(place: Place, name: str) -> None:
    command, chance = COMMANDS[name], seeded(f"stopping {name}")
    known = ids(place.full)
    complete, took, _ = stopped(place, command, None)
    for number in turns(*MOMENTS, share=1 / 24):
        moment = chance.uniform(0, took * 1.05)
        after, _, code = stopped(
            place, command, moment, (signal.SIGINT, signal.SIGTERM)[number % 2]
        )
        if code == 0:
            assert after == complete, moment
        elif command.between:
            assert after.items() <= known.items(), moment  # each record whole
        elif command.into == "own":
            assert after in (known, complete), moment
        else:
            assert after == ({} if command.into == "empty" else known), moment


def until_caught(process: subprocess.Popen[str]) -> None:
    """Wait until the program hears signals; before that it is Python's own start."""
    status = Path(f"/proc/{process.pid}/status")
    while not int(re.findall(r"SigCgt:\s*(\w+)", status.read_text())[0], 16) & CAUGHT:
        time.sleep(0.005)


def stopped(
    place: Place, command: Command, moment: float | None, number: int = signal.SIGINT
) -> tuple[Mapping[str, frozenset[str]], float, int]:
    """Run the command, perhaps with a signal at a moment; return what is then in the store, how long it
    took, and its exit code. What it says and which files there are is looked at here."""
    shutil.rmtree(place.data / "cache", ignore_errors=True)
    to = place.empty()
    match command.into:
        case "empty":
            store = place.empty()
        case "own":
            store = place.empty()
            assert main(["--data", str(place.data), "--store", store, "restore", str(place.folder / "known.gz")]) == 0  # fmt: skip
        case _:
            store = place.full
    before = place.files()
    words = [word.format(folder=place.folder, to=to) for word in command.words]
    process = place.run(store, *words)
    until_caught(process)
    begun = time.monotonic()
    if moment is not None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment)
        with suppress(ProcessLookupError):
            process.send_signal(number)
    output, error = process.communicate(timeout=120)
    took = time.monotonic() - begun
    assert "Traceback" not in error, error
    made = place.files() - before
    if process.returncode == 130:
        assert re.search(command.said, error) or "observation: Stopped." in error, error
        assert not made
    else:
        assert process.returncode == 0, output + error
        assert bool(command.made) == bool(made)
        assert all(each.startswith(command.made) for each in made)
        for each in made:
            (place.folder / each).unlink()
    return ids(to if command.into == "to" else store), took, process.returncode


def test_an_erasure_that_was_begun_says_that_it_goes_on_to_its_end(place: Place) -> None:
    complete, _, _ = stopped(place, COMMANDS["erase"], None)
    store = place.empty()
    restored = ["restore", str(place.folder / "known.gz")]
    assert main(["--data", str(place.data), "--store", store, *restored]) == 0
    process = place.run(store, *COMMANDS["erase"].words)
    registry = open_store(store).registry
    while not erasures(registry):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    _, error = process.communicate(timeout=120)
    assert (process.returncode, TOO_LATE.decode().strip() in error) == (0, True), error
    assert ids(store) == complete


def test_a_second_signal_does_not_keep_it_from_leaving_all_as_it_was(place: Place) -> None:
    before, files = ids(place.full), place.files()
    process = place.run(place.full, "backup", str(place.folder / "made.gz"))
    until_caught(process)
    time.sleep(0.2)
    for _ in range(20):
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130, error
    assert (ids(place.full), place.files()) == (before, files)


def test_one_that_waits_for_a_lock_is_stopped_too(tmp_path: Path) -> None:
    from observation.store.lock import hold

    assert main(["--data", str(tmp_path / "data"), "sample"]) == 0
    assert main(["--data", str(tmp_path / "data"), "backup", str(tmp_path / "a.gz")]) == 0
    place = Place(tmp_path, f"tinydb:{tmp_path / 'data' / 'store'}", lambda: "")
    before, held = ids(place.full), hold(tmp_path / "data" / "store" / ".lock")
    process = place.run(place.full, "restore", str(tmp_path / "a.gz"))
    waits = re.compile(rf"-> FLOCK .* {process.pid} ")
    while not waits.search(Path("/proc/locks").read_text()):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    while process.poll() is None and time.monotonic() < begun + 8:
        time.sleep(0.1)
    os.close(held)  # the audit log waits for it too
    _, error = process.communicate(timeout=30)
    assert (process.returncode, "Stopped; nothing was changed." in error) == (130, True), error
    assert ids(place.full) == before


AT_ONCE = """
import sys
from observation.__main__ import main
from observation.commands import working
working.SOON = working.ON_A_TERMINAL = 0
sys.exit(main())
"""


def terminal(place: Place, store: str, *words: str, at_once: bool = False) -> bytes:
    """Run a command whose stderr is a terminal and return what that was shown."""
    program = ["-c", AT_ONCE] if at_once else ["-m", "observation"]
    shown, end = os.openpty()
    environment = os.environ | {"OBSERVATION_STORE": store, "OBSERVATION_DATA": str(place.data)}
    subprocess.run([sys.executable, *program, *words], env=environment, stderr=end,
                   stdout=subprocess.DEVNULL, check=True)  # fmt: skip
    os.close(end)
    told = b""
    with suppress(OSError):  # what the end of a terminal is
        while part := os.read(shown, 4096):
            told += part
    os.close(shown)
    return told


def test_a_terminal_sees_one_line_that_grows_and_is_taken_away(place: Place) -> None:
    seen = str(place.folder / "seen.gz")
    told = terminal(place, place.full, "backup", seen, at_once=True)
    (place.folder / "seen.gz").unlink()
    assert b"\n" not in told
    numbers = [
        int(n.replace(",", "")) for n in re.findall(r"compared: ([\d,]+) of ", told.decode())
    ]
    assert numbers == sorted(numbers) != []
    assert told.endswith(b"\r")
    assert terminal(place, place.full, "backup", seen, "--quiet", at_once=True) == b""
    (place.folder / "seen.gz").unlink()


def test_short_work_shows_nothing(tmp_path: Path) -> None:
    place = Place(tmp_path, f"tinydb:{tmp_path / 'store'}", lambda: "")
    assert terminal(place, place.full, "sample") == b""
    assert terminal(place, place.full, "verify") == b""


def test_an_interrupt_in_a_lazy_import_ends_with_the_same_code(tmp_path: Path) -> None:
    (tmp_path / "interrupted.py").write_text(INTERRUPTED)
    process = subprocess.run(
        [sys.executable, "-m", "interrupted"], env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert process.returncode == 130, process


@pytest.mark.parametrize("works", [False, True])
def test_an_interrupt_that_meets_the_end_of_an_object_comes_once_more(works: bool) -> None:
    process = subprocess.run(
        [sys.executable, "-c", LOST, "works" if works else ""],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stderr) == (130, "")
    assert process.stdout == ("Cancelled\n" if works else "KeyboardInterrupt\n")


# What is raised in a callback of an object that ends is told as a traceback by Python, and lost.
LOST = """
import argparse, signal, sys, time, weakref
from observation.commands.working import stoppable, working
from observation.core.work import Cancelled, Step

class Thing: pass

def interrupt(_):
    signal.raise_signal(signal.SIGALRM if sys.argv[1] else signal.SIGINT)

with stoppable():
    try:
        step = working(argparse.Namespace(quiet=True)) if sys.argv[1] else time.sleep
        if sys.argv[1]:
            signal.raise_signal(signal.SIGINT)  # at the next step; that it waits is told by the timer
        thing = Thing()
        gone = weakref.ref(thing, interrupt)
        del thing
        for number in range(100):
            time.sleep(0.05)
            if sys.argv[1] and number > 2:
                step(Step("a step", number, 100))
    except (Cancelled, KeyboardInterrupt) as stopped:
        print(type(stopped).__name__)
        sys.exit(130)
"""


# A dataclass is made by exec of a string; an interrupt there is a moment that is too short to be met by chance.
INTERRUPTED = """
import sys
import observation.cli, observation.__main__

def stopped_where_a_dataclass_is_made():
    try:
        exec("raise KeyboardInterrupt")
    except KeyboardInterrupt:
        return 130

observation.cli.main = stopped_where_a_dataclass_is_made
sys.exit(observation.__main__.main())
"""
