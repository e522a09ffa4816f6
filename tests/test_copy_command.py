"""`observation copy`: moving to PostgreSQL and back, with the same pages and exports byte by byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.cli import main
from observation.settings import open_context
from observation.web import create_app
from tests.postgres_server import PostgresServer
from tests.samples import BUNDLE
from tests.test_backup_commands import files, pages

Run = tuple[int, str, str]


def run(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> Run:
    code = main(["--data", str(data), *words])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.slow
def test_in_a_database_pages_and_exports_are_the_same_and_so_they_are_back_in_files(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, postgres: PostgresServer
) -> None:
    database, back = postgres.url(), f"tinydb:{tmp_path / 'back'}"
    assert run(capsys, tmp_path, "sample")[0] == 0
    bundle = run(capsys, tmp_path, "export", "bundle")[1].split("\n", 1)[1]  # below its time
    code, printed, _ = run(capsys, tmp_path, "copy", "--to", database)
    assert (code, printed.startswith("11 records, 231 events, ")) == (0, True)
    assert run(capsys, tmp_path, "--store", database, "copy", "--to", back)[0] == 0
    here = create_app(open_context(tmp_path)).test_client()
    for url in (database, back):
        there = create_app(open_context(tmp_path / "other", url)).test_client()
        assert files(there) == files(here)
        assert pages(there) == pages(here)
        exported = run(capsys, tmp_path, "--store", url, "export", "bundle")[1]
        assert exported.split("\n", 1)[1] == bundle
        checked = run(capsys, tmp_path, "--store", url, "verify")
        assert checked == run(capsys, tmp_path, "verify")
    known = here.application.extensions["observation"].catalogue.records(BUNDLE.study)
    assert len(files(here)) == 4 * len(list(known))


def test_a_damaged_record_is_named_and_the_rest_is_copied(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, "sample")
    file = sorted((tmp_path / "store").rglob("observation/*.json"))[0]
    content = file.read_bytes()
    file.write_bytes(content[:-9])
    code, printed, error = run(capsys, tmp_path, "copy", "--to", f"tinydb:{tmp_path / 'there'}")
    assert (code, printed.startswith("10 records")) == (1, True)
    assert f"observation/{file.stem} is damaged (it breaks off)" in error
    file.write_bytes(content)
    assert run(capsys, tmp_path, "copy", "--to", f"tinydb:{tmp_path / 'there'}")[:2] == (
        0, "11 records, 231 events, 2 values of the registry; read back and compared.\n",
    )  # fmt: skip


def test_a_store_is_not_copied_into_itself(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    url = f"tinydb:{tmp_path / 'store'}"
    code, _, error = run(capsys, tmp_path, "copy", "--to", url)
    assert (code, "copied into itself" in error) == (1, True)


def test_a_database_that_does_not_answer_is_said_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(capsys, tmp_path, "sample")
    url = "postgresql://o:s3cret@127.0.0.1:1/x"
    code, printed, error = run(capsys, tmp_path, "copy", "--to", url)
    assert (code, printed, error.count("\n")) == (1, "", 1)
    assert error.startswith("observation: The database does not answer as it should (")
    assert "s3cret" not in error
