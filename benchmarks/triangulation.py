"""What triangulation costs in a study of the whole country: all verdicts, one school's, and its pages.

Run by `make bench-triangulation` (SESSIONS=1000 for less) and by `make bench`. 500 schools with their
registers, 20,000 observations (ten in forty are of a session that was observed twice) and 35,000 claims,
all like those of the sample. The measure is one pass of `json.loads` over the bytes of all records by one
process. Each figure is of a process of its own, with the most memory that it had. The ratios say what the
program costs; the times are this machine's.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median

from benchmarks.large import (
    LENGTH,
    LOOKS,
    PER_SCHOOL,
    RECEIPT,
    STUDY,
    fetched,
    fill,
    keep,
    one_pass,
    renamed,
    sample_logs,
    seconds,
    summarising,
)
from benchmarks.store import machine
from observation.cli import main as command
from observation.core.codebook import Codebook, open_codebook
from observation.core.events import Event
from observation.core.instrument import Instrument
from observation.core.kinds import MODES, SCOPES, STANCES
from observation.core.records import TEAM
from observation.core.registers import School, fold_school, fold_study
from observation.core.triangulation import triangulate
from observation.instruments import Instruments
from observation.instruments.codebooks import codebook_file
from observation.settings import Clock, Context, open_context
from observation.store import EventStore
from observation.web.serving import read_ahead
from tests.browser.place import serving

CLAIMS = 70  # of a school
OBSERVED_TWICE = (1, 2)  # which of the sample's four observations are of one session
PATIENCE = 1.0  # seconds that a page may take without saying how far it is
PAUSE = 0.2  # seconds between two looks at a page while records are read
PAGES = ("/triangulation", "/triangulation/comparison", "/triangulation/agreement", "/exports/triangulation.pdf", "/triangulation/schools/{id}", "/triangulation/schools/{id}/cell?code={code}&actor=team")  # fmt: skip
SERVE = "serve"
READ = re.compile(rb"(\d+) van \d+ verslagen zijn gelezen")  # how far it is


@dataclass(frozen=True, slots=True)
class Figure:
    """What one process took for one thing, in seconds, and the most memory that it had, in MB."""

    what: str
    took: float
    memory: int = 0


def main() -> None:
    """Print what triangulation costs beside one pass of json.loads."""
    if sys.argv[1:]:
        name, data = sys.argv[1], Path(sys.argv[2])
        return serve(data) if name == SERVE else measured_here(name, data)
    sessions = int(os.environ.get("SESSIONS") or 20_000)
    print(machine())
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        data = Path(name)
        filled = seconds(lambda: national(data, sessions))
        files = list((data / "store").rglob("*/*/*.json"))
        size = sum(file.stat().st_size for file in files) / 1e6
        schools = -(-sessions // PER_SCHOOL)
        print(f"{schools:,} schools, {sessions:,} observations of {LENGTH} events, {schools * CLAIMS:,} claims, {size:.0f} MB (made in {filled:.0f} s)")  # fmt: skip
        before = one_pass(files)
        figures = list(measured(data))
        after = one_pass(files)
    least = (before + after) / 2  # of a machine that may be busy with other things
    print(f"{'one pass of json.loads':62}{before:9.2f} s, after the next {after:.2f} s")
    for figure in figures:
        memory = f"{figure.memory:6} MB" if figure.memory else ""
        print(f"{figure.what:62}{figure.took:9.3f} s {figure.took / least:8.4f} times{memory}")
    return None


def national(data: Path, sessions: int) -> None:
    """Make a study of so many observations, with a register and claims for each forty of them."""
    fill(data, sessions, talked)
    logs = sample_logs()
    (sample,) = (log for stream, log in logs.items() if stream.startswith("study/"))
    open_context(data).store.events.append(
        STUDY, f"study/{STUDY}", renamed(sample, f"study/{STUDY}"), RECEIPT
    )


def talked(store: EventStore, school: str, observations: list[str]) -> None:
    """Add to a school its register, its interviews and what was claimed in them."""
    logs = sample_logs().items()
    keep(store, register(school, [log for s, log in logs if s.startswith("school/")], observations))
    interviews = [log for stream, log in logs if stream.startswith("interview/")]
    chance = random.Random(school)
    numbers = iter(range(1, CLAIMS + 1))
    for place, sample in enumerate(interviews):
        own = islice(numbers, len(range(place, CLAIMS, len(interviews))))
        keep(store, interview(school, sample, list(own), chance))


def register(school: str, samples: list[list[Event]], observations: list[str]) -> list[Event]:
    """Return a register with the people of the sample's schools, and which observations belong together."""
    stream = f"school/{uuid.uuid4()}"
    made: list[Event] = []
    for event in (event for sample in samples for event in renamed(sample, stream)):
        if event.kind == "school-recorded":
            event = replace(event, data={**event.data, "school": school})
            if made:
                continue
        if event.kind == "sessions-matched":
            for one, other in zip(
                *(observations[place::4] for place in OBSERVED_TWICE), strict=False
            ):
                data = {"observations": [one, other]}
                made.append(replace(event, id=str(uuid.uuid4()), data=data))
            continue
        made.append(event)
    return [replace(event, seq=seq) for seq, event in enumerate(made, 1)]


def interview(
    school: str, sample: list[Event], numbers: list[int], chance: random.Random
) -> list[Event]:
    """Return an interview like the sample's with claims of these numbers."""
    stream = f"interview/{uuid.uuid4()}"
    begun, *said = (
        event
        for event in renamed(sample, stream)
        if event.kind in ("interview-recorded", "claim-recorded")
    )
    codes = [indicator.code for indicator in Instruments().newest().indicators]
    participants = begun.data["participants"]
    made = [replace(begun, data={**begun.data, "school": school})]
    for number, event in zip(numbers, cycle(said)):
        data = {name: value for name, value in event.data.items() if name != "frequency"}
        data |= {
            "number": number,
            "codes": [codes[(number * 5) % len(codes)], *chance.sample(["own.workload"], chance.random() < 0.1)],
            "respondents": [chance.choice(participants)],
            "stance": chance.choice(("affirms",) * 5 + STANCES),
            "mode": chance.choice(("descriptive",) * 10 + MODES),
            "scope": chance.choice(("board-session",) * 3 + SCOPES),
        }  # fmt: skip
        if chance.random() < 0.2:
            data["frequency"] = chance.choice(("mostly", "sometimes"))
        made.append(replace(event, id=str(uuid.uuid4()), seq=number + 1, data=data))
    return made


def measured(data: Path) -> Iterator[Figure]:
    """Yield all figures, the cold ones first."""
    yield from while_made(data)
    yield from apart("cold", data)
    for name in ("look", "cells", "folded", "sheet", "export"):
        yield from apart(name, data)
    yield from of_pages(data)


def apart(name: str, data: Path) -> Iterator[Figure]:
    """Yield the figures that a process of its own takes."""
    words = [sys.executable, "-m", "benchmarks.triangulation", name, str(data)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True)
    for told in json.loads(done.stdout.splitlines()[-1]):
        yield Figure(*told)


def measured_here(name: str, data: Path) -> None:
    """Print the figures of one thing as JSON, each with the most memory that was had until then."""
    told = []
    for what, took in HERE[name](data):
        told.append((what, took, getrusage(RUSAGE_SELF).ru_maxrss // 1024))
    print(json.dumps(told))


def cold(data: Path) -> Iterator[tuple[str, float]]:
    for file in (data / "cache").iterdir():
        file.unlink()
    made = seconds(lambda: subprocess.run(summarising(data), stdout=subprocess.DEVNULL, check=True))
    yield "cold: all that is derived from records made, by all processors", made


def look(data: Path) -> Iterator[tuple[str, float]]:
    evidence = open_context(data).catalogue.evidence
    yield "look of a new process, from the kept file", seconds(lambda: evidence.look(STUDY))
    yield "look again", median(seconds(lambda: evidence.look(STUDY)) for _ in range(LOOKS))


def cells(data: Path) -> Iterator[tuple[str, float]]:
    context = open_context(data)
    yield (
        "all cells of all schools, new process, from the kept file",
        seconds(lambda: all_cells(context)),
    )
    yield "all cells of all schools, warm", seconds(lambda: all_cells(context))


def folded(data: Path) -> Iterator[tuple[str, float]]:
    context = open_context(data)
    school = all_cells(context)[0]
    case = context.catalogue.evidence.cases(STUDY, [school])[school.code]
    stream = case.observed[0].stream

    def fold() -> None:
        last = context.store.events.read(STUDY, stream).events[-1]
        more = replace(last, id=str(uuid.uuid4()), seq=last.seq + 1)
        context.store.events.append(STUDY, stream, [more], RECEIPT)

    fold()
    yield (
        "one event folded in: all cells of its school",
        seconds(lambda: cells_of(context, [school])),
    )
    fold()
    yield (
        "one event folded in: the look alone",
        seconds(lambda: context.catalogue.evidence.look(STUDY)),
    )
    fold()
    yield "one event folded in: all cells of all schools", seconds(lambda: all_cells(context))


def sheet(data: Path) -> Iterator[tuple[str, float]]:
    words = ["export", "triangulation", "--school", "S-001", "--format", "pdf"]
    yield "one school's sheet as PDF, by the command", exported(data, *words)


def export(data: Path) -> Iterator[tuple[str, float]]:
    yield "all cells as JSON, by the command", exported(data, "export", "triangulation")


def exported(data: Path, *words: str) -> float:
    output = data / "exported"
    took = seconds(lambda: command([f"--data={data}", *words, f"--output={output}"]))
    assert output.stat().st_size
    return took


HERE: dict[str, Callable[[Path], Iterator[tuple[str, float]]]] = {
    each.__name__: each for each in (cold, look, cells, folded, sheet, export)
}


def all_cells(context: Context) -> list[School]:
    """Work out all cells of all schools; return these."""
    schools, damaged = context.catalogue.evidence.schools(STUDY)
    assert not damaged
    cells_of(context, schools)
    return schools


def cells_of(context: Context, schools: list[School]) -> None:
    """Work out the cells of these schools."""
    instrument, codebook = study_of(context)
    for case in context.catalogue.evidence.cases(STUDY, schools).values():
        assert triangulate(case, instrument, codebook).cells


def study_of(context: Context) -> tuple[Instrument, Codebook]:
    instrument = context.instruments.newest()
    recorded = fold_study(context.store.events.read(STUDY, f"study/{STUDY}").events)
    return instrument, open_codebook(codebook_file(instrument.id), instrument, recorded.versions)


def of_pages(data: Path) -> Iterator[Figure]:
    """Yield what pages take: each as the first of a new server that has read ahead, and warm."""
    for page in PAGES:
        address, times = addressed(data, page), list[float]()
        with server(data) as (url, memory):
            for _ in range(1 + LOOKS):
                times.append(seconds(partial(fetched, url, address)))
        name = page.replace("{id}", "…").partition("?")[0]
        yield Figure(f"{name}, first of a new server", times[0], *memory)
        yield Figure(f"{name}, warm", median(times[1:]), *memory)


def while_made(data: Path) -> Iterator[Figure]:
    """Yield the slowest look at a page while records are read beside the server; it must say how far that is."""
    address, times, told = addressed(data, PAGES[-2]), list[float](), list[bytes]()
    with server(data) as (url, memory):
        begun = time.monotonic()
        while True:
            started = time.perf_counter()
            content = fetched(url, address)
            times.append(time.perf_counter() - started)
            if not (found := READ.search(content)):
                break
            told.append(found.group(1))
            time.sleep(PAUSE)
        took = time.monotonic() - begun
    assert told or max(times) < PATIENCE, "a page that lacks records does not say so"
    yield Figure(f"slowest of {len(times)} pages that said {len(set(told))} times how far it is", max(times), *memory)  # fmt: skip
    yield Figure("until such a page is of all records", took, *memory)


def addressed(data: Path, page: str) -> str:
    """Return the address of a page of one school."""
    store = open_context(data).store.events
    schools = [stream for stream in store.versions(STUDY) if stream.startswith("school/")]
    (one,) = (s for s in schools if fold_school(store.read(STUDY, s).events).code == "S-001")
    code = next(each.code for each in Instruments().newest().behaviours() if each.actor == TEAM)
    return page.format(id=one.partition("/")[2], code=code)


@contextmanager
def server(data: Path) -> Iterator[tuple[str, list[int]]]:
    """Serve the data in another process; yield its address, and a list that then has its memory in MB."""
    words = [sys.executable, "-m", "benchmarks.triangulation", SERVE, str(data)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    memory: list[int] = []
    with subprocess.Popen(words, **pipes) as process:
        yield process.stdout.readline().strip(), memory
        told, _ = process.communicate()
        memory.append(int(told))


def serve(data: Path) -> None:
    """Serve the data until nothing can come in any more, then print the most memory that it took, in MB."""
    with serving(data, Clock()) as (url, context):
        read_ahead(context)
        print(url, flush=True)
        sys.stdin.read()
    print(getrusage(RUSAGE_SELF).ru_maxrss // 1024)


if __name__ == "__main__":
    main()
