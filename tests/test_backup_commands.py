"""`observation backup` and `observation restore`, up to a machine that had nothing."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable
from copy import copy
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from observation.called import command
from observation.cli import main
from observation.settings import open_context
from observation.store import open_store
from observation.store.backup_state import Work, state
from observation.store.quarantine import quarantined
from observation.web import create_app
from tests.samples import BUNDLE
from tests.web.tablet import Tablet, outcomes

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command on a data folder, `data` unless said otherwise; return code, output, errors."""

    def run(*words: str, data: str = "data") -> tuple[int, str, str]:
        code = main(["--data", str(tmp_path / data), *words])
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


def test_a_backup_is_restored_on_another_machine(run: Run, tmp_path: Path) -> None:
    run("sample")
    file = str(tmp_path / "file.gz")
    assert run("backup", file) == (
        0,
        f"{file}: 11 records, 231 events; restored on trial and compared.\n",
        "",
    )
    code, printed, error = run("restore", file, data="other")
    assert (code, error) == (0, "")
    assert "11 records, 231 events. Tablets offer again what they keep." in printed
    assert run("verify", data="other")[1] == "11 records checked, 0 findings.\n"
    assert run("sample", data="other")[1] == "the sample study: 231 events (231 already-kept).\n"


def test_a_backup_that_is_imported_is_led_to_the_command_that_restores_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sample")
    file = str(tmp_path / "file.gz")
    run("backup", file)
    # What is printed can be pasted: it is called as it was called, with the same data folder.
    monkeypatch.setattr(sys, "argv", [".venv/bin/observation"])
    code, _, error = run("import", file, data="other")
    told = f".venv/bin/observation --data {tmp_path / 'other'} restore {file}"
    assert (code, told in error) == (1, True)
    assert run("restore", file, data="other")[0] == 0


def test_a_command_is_printed_as_this_program_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def called_as(name: str, path: str = "") -> str:
        monkeypatch.setattr(sys, "argv", [name])
        monkeypatch.setenv("PATH", path)
        return command(Path("data"), "sample")

    script = tmp_path / "observation"
    script.touch(0o755)
    assert called_as(str(script), str(tmp_path)) == "observation sample"
    assert called_as(str(script)) == f"{script} sample"
    assert called_as(".venv/bin/observation") == ".venv/bin/observation sample"
    assert called_as("/x/gunicorn") == "observation sample"
    assert called_as("/x/observation/__main__.py") == f"{sys.executable} -m observation sample"
    assert command(Path("other data"), "backup").endswith("--data 'other data' backup")


def test_without_a_file_it_goes_to_the_folder_of_the_nightly_ones(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("sample")
    assert run("backup")[0] == 0
    (made,) = (tmp_path / "data" / "backups").iterdir()
    assert re.fullmatch(r"backup-[0-9-]{10}T[0-9-]{8}\.\d{3}Z\.jsonl\.gz", made.name)
    monkeypatch.setenv("OBSERVATION_BACKUP", str(tmp_path / "by environment"))
    assert run("backup")[0] == run("--backup", str(tmp_path / "by option"), "backup")[0] == 0
    for name in ("by environment", "by option"):
        assert len(list((tmp_path / name).iterdir())) == 1


def test_the_program_can_be_run_as_a_module(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "observation", "--data", str(tmp_path), "backup"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 records, 0 events; restored on trial and compared." in done.stdout


def test_a_damaged_record_is_named_and_the_rest_is_in_the_backup(run: Run, tmp_path: Path) -> None:
    run("sample")
    file = sorted((tmp_path / "data" / "store").rglob("observation/*.json"))[0]
    file.write_bytes(file.read_bytes()[:-9])
    code, printed, error = run("backup", str(tmp_path / "file.gz"))
    assert (code, "10 records" in printed) == (1, True)
    stream = f"observation/{file.stem}"
    assert error == f"observation: {stream} cannot be read and is not in the backup.\n"
    code, printed, error = run("restore", str(tmp_path / "file.gz"), data="other")
    assert (code, "10 records" in printed) == (1, True)
    assert error == f"observation: {stream} could not be read when the backup was made.\n"


def test_a_damaged_record_comes_back_from_the_backup(run: Run, tmp_path: Path) -> None:
    run("sample")
    run("backup", str(tmp_path / "file.gz"))
    for file in (tmp_path / "data" / "store").rglob("observation/*.json"):
        file.write_bytes(b"x")
    assert run("verify")[0] == 1
    assert run("restore", str(tmp_path / "file.gz"))[0] == 0
    assert run("verify")[1] == "11 records checked, 0 findings.\n"


@pytest.mark.parametrize("part", [0, 0.5, 0.999])
def test_half_a_backup_changes_nothing(run: Run, tmp_path: Path, part: float) -> None:
    run("sample")
    file = tmp_path / "file.gz"
    run("backup", str(file))
    file.write_bytes(file.read_bytes()[: int(part * file.stat().st_size)])
    before = run("export", "bundle")[1].split("\n", 1)[1]
    code, printed, error = run("restore", str(file))
    assert (code, printed) == (1, "")
    assert error.startswith("observation: ")
    assert error.endswith(" Nothing was changed.\n")
    assert error.count("\n") == 1
    assert run("export", "bundle")[1].split("\n", 1)[1] == before


def test_what_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    assert run("restore", "nowhere.gz")[2] == "observation: No such file or directory: nowhere.gz\n"
    code, _, error = run("backup", str(tmp_path / "no" / "such" / "file.gz"))
    assert (code, "No such file or directory" in error) == (1, True)


def test_a_folder_that_is_not_there_is_named_by_what_was_typed(run: Run, tmp_path: Path) -> None:
    run("sample")
    code, _, error = run("backup", str(tmp_path / "nothing" / "file.gz"))
    assert (code, str(tmp_path / "nothing" / "file.gz") in error, "draft" in error) == (
        1,
        True,
        False,
    )


def test_while_one_is_made_the_other_says_so(run: Run, tmp_path: Path) -> None:
    Work(open_store(f"tinydb:{tmp_path / 'data' / 'store'}").registry, lambda: datetime.now(UTC))
    code, _, error = run("backup", str(tmp_path / "file.gz"))
    assert (code, "A backup is being made already" in error) == (1, True)


@pytest.mark.slow
def test_a_server_makes_one_by_itself_and_says_where(run: Run, tmp_path: Path) -> None:
    run("sample")
    code = (
        "import sys; from observation.web import serving; serving.LOOK = 0.1;"
        "from observation.cli import main; sys.exit(main())"
    )
    words = [sys.executable, "-c", code, "--data", str(tmp_path / "data"), "serve", "--port", "0"]
    folder = tmp_path / "data" / "backups"
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as server:
        until = time.monotonic() + 60
        while not list(folder.glob("backup-*")) and time.monotonic() < until:
            time.sleep(0.05)
        server.terminate()
        lines = server.communicate()[0].splitlines()
    assert lines[2] == (
        f"A backup is made every night in {folder}, on the same disk as the records; "
        "name another with --backup DIR."
    )
    [made] = folder.glob("backup-*")
    assert run("restore", str(made), data="other")[0] == 0
    assert run("verify", data="other")[1] == "11 records checked, 0 findings.\n"
    assert server.returncode == 0


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_full_disk_is_said_in_a_sentence_and_changes_nothing(
    run: Run, tmp_path: Path, command: str
) -> None:
    """A limit on the size of a file stands for a disk that is full."""
    run("sample")
    file = tmp_path / "file.gz"
    run("backup", str(file))
    old, data = file.read_bytes(), "data" if command == "backup" else "other"
    observation = f"{sys.executable} -m observation --data {tmp_path / data}"
    done = subprocess.run(
        ["bash", "-c", f"ulimit -f 8; {observation} {command} {file}"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert (
        "File too large" if command == "backup" else "The disk is full. Nothing was"
    ) in done.stderr
    assert file.read_bytes() == old
    assert {path.name for path in tmp_path.iterdir()} <= {"data", "other", "file.gz"}
    if command == "restore":
        assert run("verify", data="other")[1] == "0 records checked, 0 findings.\n"


PASSING = re.compile(r'name="(?:csrf_token|_id|stream)" value="[^"]*"|"backup-age">[^<]*')


def pages(client: FlaskClient) -> dict[str, str]:
    """Every page about the study, without what is new each time."""
    context = client.application.extensions["observation"]
    uuids = [
        record.observation.stream.partition("/")[2]
        for record in context.catalogue.records(BUNDLE.study)
    ]
    screens = [
        f"/observations/{uuid}{each}" for uuid in uuids for each in ("", "/finish", "/schedule")
    ]
    found = {}
    for path in ("/", "/tablets", "/observations/new", *screens):
        answer = client.get(f"{path}?language=nl")
        assert answer.status_code == 200, path
        found[path] = PASSING.sub("", answer.get_data(as_text=True))
    return found


def files(client: FlaskClient) -> dict[str, bytes]:
    """Every export of every observation."""
    context = client.application.extensions["observation"]
    found = {}
    for record in context.catalogue.records(BUNDLE.study):
        uuid = record.observation.stream.partition("/")[2]
        for format in ("pdf", "csv", "csv-raw", "json"):
            path = f"/observations/{uuid}/export/{format}"
            found[path] = client.get(path).get_data()
    return found


@pytest.mark.slow
def test_on_an_empty_machine_all_is_as_before(run: Run, tmp_path: Path) -> None:
    """Pages, exports byte by byte, tablets by their tokens, what was set aside and what was erased."""
    run("sample")
    own = tmp_path / "data" / "instruments" / "own.toml"
    own.parent.mkdir()
    shipped = Path(__file__).parents[1] / "observation" / "instruments" / "appendix-4.toml"
    own.write_text(shipped.read_text().replace('version = "1.0"', 'version = "1.1"', 1))
    before = create_app(open_context(tmp_path / "data")).test_client()
    tablet = Tablet(before, study=BUNDLE.study)
    events = tablet.recorded(4, label="Z-01", school="Z")
    strange = events[3] | {"stream": "school/0190a5b0-0000-7000-8000-000000000001"}
    assert outcomes(tablet.send([*events[:3], strange])) == [*["kept"] * 3, "quarantined"]
    tablet.context.store.events.erase(
        BUNDLE.study, events[0]["stream"], [events[2]["id"]], "2026-03-13T15:00:00Z"
    )
    assert run("backup", str(tmp_path / "file.gz"))[0] == 0
    code, printed, _ = run("restore", str(tmp_path / "file.gz"), data="new/machine")
    assert (code, "own.toml: added" in printed) == (0, True)

    context = open_context(tmp_path / "new" / "machine")
    assert state(context.store.registry, datetime.now(UTC)).last is None  # none of this machine
    run("backup", data="new/machine")
    after = create_app(context).test_client()
    assert pages(after) == pages(before)
    assert files(after) == files(before)
    moved = copy(tablet)  # with the token that it has
    moved.client, moved.context = after, after.application.extensions["observation"]
    kit, known = moved.get("kit").get_json(), tablet.get("kit").get_json()
    assert kit["server"]["log"] == known["server"]["log"]
    assert kit["server"]["epoch"] > known["server"]["epoch"]
    assert {**kit, "server": 0, "streams": 0} == {**known, "server": 0, "streams": 0}
    assert outcomes(moved.send(events[:3])) == ["already-kept", "already-kept", "erased"]
    assert [each.event for each in quarantined(moved.context.store.registry)] == [strange]
    assert run("verify", data="new/machine") == run("verify")
    assert moved.context.instruments.newest().version == "1.1"


def test_verify_compares_with_a_backup_and_with_a_bundle(run: Run, tmp_path: Path) -> None:
    run("sample")
    backup, bundle = str(tmp_path / "file.gz"), str(tmp_path / "study.jsonl")
    run("backup", backup)
    run("export", "bundle", "--output", bundle)
    for file in (backup, bundle):
        assert run("verify", "--against", file) == (0, "11 records checked, 0 findings.\n", "")
    stream = min((tmp_path / "data" / "store" / BUNDLE.study / "interview").glob("*.json"))
    events = stream.read_bytes().count(b'":{"event":')
    stream.unlink()
    for file in (backup, bundle):
        code, printed, _ = run("verify", "--against", file)
        assert code == 1
        assert printed.count("is in the copy and not here") == events
    code, _, error = run("verify", "--against", str(stream.parent))
    assert (code, "Is a directory" in error) == (1, True)
