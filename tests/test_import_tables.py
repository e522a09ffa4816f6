"""A table is taken in by one command, all of it or nothing, also when it is killed."""

from __future__ import annotations

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from observation.cli import main
from observation.core.interviews import fold_interview
from observation.store import Receipt, open_store
from tests.importing.study import MAXQDA, SEGMENTS, TAGUETTE
from tests.recorder import Recorder

Run = Callable[..., tuple[int, str, str]]
MAP = str(SEGMENTS / "mapping.toml")
CODES = ("learning.feedback", "intervening.informs", "community.seek-each-other")
KILLS = 50 if os.environ.get("SOAK") else 10


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a data folder of its own; return its code, output and errors."""

    def command(*words: str) -> tuple[int, str, str]:
        code = main(["--data", str(tmp_path / "data"), *words])
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return command


def files(folder: Path) -> dict[str, bytes]:
    """All that is kept but the audit log, which has every command."""
    kept = [p for p in sorted(folder.rglob("*.json")) if not p.name.startswith("audit-")]
    return {str(p): p.read_bytes() for p in kept if p.is_file()}


def claims_in(folder: Path) -> int:
    """How many claims the store in a data folder holds."""
    events = open_store(f"tinydb:{folder / 'store'}").events
    return sum(
        len(fold_interview(events.read(study, stream).events).claims)
        for study in events.studies()
        for stream in events.versions(study)
        if stream.startswith("interview/")
    )


def big_table(path: Path, claims: int, interviews: int) -> Path:
    """Write a table of so many claims of teachers of one school, as Taguette does."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "document", "tag", "content"))
        for number in range(claims):
            name = f"R6-R9 focusgroep school A nr {number % interviews}"
            for tag in (f"R{6 + number % 4}", CODES[number % 3], "bevestigt", "beschrijvend"):
                writer.writerow((number, name, tag, f"Dat zeg ik {number} keer, en nog wat erbij."))
    return path


def test_the_sample_holds_both_tables_and_they_bring_nothing_new(run: Run, tmp_path: Path) -> None:
    run("sample")
    before = files(tmp_path / "data")
    for table in (TAGUETTE, MAXQDA):
        code, said, _ = run("import", str(table), "--map", MAP)
        assert (code, " new," in said) == (0, False)
    assert files(tmp_path / "data") == before
    assert claims_in(tmp_path / "data") == 13


def test_a_dry_run_says_what_would_come_in_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    run("sample")
    before = files(tmp_path / "data")
    code, said, _ = run("import", str(big_table(tmp_path / "t.csv", 30, 3)), "--dry-run")
    assert (code, "30 new" in said, "3 new interviews. (nothing was taken in)" in said) == (
        0,
        True,
        True,
    )
    assert files(tmp_path / "data") == before


def test_what_is_unknown_is_listed_as_the_mapping_to_fill_in(run: Run, tmp_path: Path) -> None:
    run("sample")
    before = files(tmp_path / "data")
    code, said, error = run("import", str(MAXQDA))
    assert code == 1
    assert '[respondents]  # to be said in a file for --map\n"Focusgroep 3" = ""\n' in said
    assert "Row 3, column “Document name”" in error
    assert error.endswith("put right what is wrong.\n")
    assert files(tmp_path / "data") == before


def test_a_dry_run_of_what_would_be_refused_exits_as_the_import_would(run: Run) -> None:
    run("sample")
    dry, real = run("import", str(MAXQDA), "--dry-run"), run("import", str(MAXQDA))
    assert dry == real
    assert (dry[0], dry[2].endswith("put right what is wrong.\n")) == (1, True)


def test_claims_and_codes_go_to_a_new_study_and_come_back_equal(run: Run, tmp_path: Path) -> None:
    run("sample")
    first = [tmp_path / "claims.csv", tmp_path / "codes.csv"]
    again = [tmp_path / "claims2.csv", tmp_path / "codes2.csv"]
    for what, path in zip(("claims", "codebook"), first, strict=True):
        assert run("export", what, "--output", str(path))[0] == 0
    elsewhere = ["--data", str(tmp_path / "elsewhere")]
    assert main([*elsewhere, "import", str(first[1]), "--new-study"]) == 0
    assert main([*elsewhere, "import", str(first[0])]) == 0
    for what, path in zip(("claims", "codebook"), again, strict=True):
        assert main([*elsewhere, "export", what, "--output", str(path)]) == 0
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_what_is_for_tables_is_refused_for_a_bundle(run: Run, tmp_path: Path) -> None:
    code, _, error = run("import", str(tmp_path / "x.jsonl"), "--dry-run")
    assert (code, "--dry-run is for tables" in error) == (1, True)


def test_how_many_claims_left_with_a_consent_is_said(run: Run, tmp_path: Path) -> None:
    run("sample")
    store = open_store(f"tinydb:{tmp_path / 'data' / 'store'}").events
    (study,) = store.studies()
    stream = next(
        name for name in store.versions(study)
        if any(e.data.get("respondent") == "R7" for e in store.read(study, name).events)
        and name.startswith("school/")
    )  # fmt: skip
    recorder = Recorder("laptop", stream=stream)
    recorder.add(0, "consent-withdrawn", respondent="R7", date="2018-05-01")
    store.append(study, stream, recorder.events, Receipt("2018-05-01T00:00:00.000Z", "test"))
    _, table, error = run("export", "claims")
    assert error.startswith("School A: 2 claims left with a consent that was withdrawn.\n")
    assert ("\nR7" in table or "R7-c" in table) is False


@pytest.mark.slow
def test_an_import_that_is_killed_is_not_there_and_the_next_one_is_whole(tmp_path: Path) -> None:
    claims, interviews = 600, 40
    table = big_table(tmp_path / "t.csv", claims, interviews)
    data = tmp_path / "data"
    main(["--data", str(data), "sample"])
    command = [sys.executable, "-m", "observation", "--data", str(data), "import", str(table)]
    began = time.monotonic()
    subprocess.run([*command, "--dry-run"], check=True, capture_output=True)
    lasts = time.monotonic() - began
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    chance = random.Random(seed)
    seen: set[int] = set()
    for _ in range(KILLS):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(0.2, 1.3) * lasts)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = claims_in(data) - 13
        assert found in (0, claims), f"seed {seed}"
        seen.add(found)
    assert main(["--data", str(data), "import", str(table)]) == 0
    assert claims_in(data) == 13 + claims
    assert main(["--data", str(data), "verify"]) == 0
    print(f"seed {seed}: after {KILLS} kills there were {sorted(seen)} claims")
