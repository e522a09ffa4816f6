"""`observation erase`: looking changes nothing, confirming does it, and what is left is named."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from observation.cli import main
from observation.commands import take_in
from observation.export.bundle import bundle_lines
from observation.settings import Context, open_context
from observation.store import Receipt
from observation.store.backup import make_nightly
from observation.store.backup_file import Backup
from observation.store.deposit import deposit
from observation.store.erasure import DONE, ERASED, Erasure, erasures, resume
from observation.store.pending import delete_older, erased_streams, heard, older_backups, pending
from observation.store.telling import tell
from observation.web import recording
from tests.postgres_server import PostgresServer
from tests.samples import BUNDLE

TABLET = "01900000-0000-7000-8000-0000000000f1"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with the sample study."""
    assert main(["--data", str(tmp_path / "data"), "sample"]) == 0
    return tmp_path / "data"


def erase(data: Path, *words: str) -> int:
    """Run the command."""
    return main(["--data", str(data), "erase", *words])


def opened(data: Path) -> Context:
    """Return what the program works on."""
    return open_context(data)


def last(data: Path) -> Erasure:
    """Return the last erasure."""
    return erasures(opened(data).store.registry)[0]


def test_looking_says_what_would_go_and_changes_nothing(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = opened(data).store.events.versions(BUNDLE.study)
    assert erase(data, "school", "D", "--by", "Jo") == 0
    told = capsys.readouterr()
    assert "1 record of the school" in told.out
    assert "observations" in told.out
    assert "--confirm" in told.err
    assert opened(data).store.events.versions(BUNDLE.study) == before
    assert erasures(opened(data).store.registry) == []


def test_a_school_is_erased_and_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    assert "school, by Jo" in capsys.readouterr().out
    assert [each.code for each in opened(data).catalogue.evidence.schools(BUNDLE.study)[0]] == ["A"]
    assert erase(data, "list") == 0
    assert last(data).id in capsys.readouterr().out
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 1
    assert "nothing of “D”" in capsys.readouterr().err


def test_a_respondent_is_erased(data: Path) -> None:
    assert erase(data, "respondent", "S5", "--school", "D", "--by", "Jo", "--confirm") == 0
    schools = opened(data).catalogue.schools(BUNDLE.study)
    (school,) = [each for each in schools if each.school == "D"]
    assert "S5" not in school.respondents
    assert last(data).what == "respondent"


def test_a_bundle_of_an_erased_school_waits_for_a_lead(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    event = next(
        e for e in BUNDLE.events if e.kind == "school-recorded" and e.data["school"] == "D"
    )
    new = event.as_dict() | {
        "id": "01900000-0000-7000-8000-0000000000a7",
        "stream": "school/01900000-0000-7000-8000-0000000000a8",
    }
    lines = [{"bundle": 1, "study": BUNDLE.study, "events": 1}, new]
    file = tmp_path / "late.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    assert main(["--data", str(data), "import", str(file)]) == 0
    assert "1 event is of a school or a respondent that was erased" in capsys.readouterr().err
    (aside,) = opened(data).store.registry.list("quarantine").values()
    assert aside["study"] == BUNDLE.study
    assert [each.school for each in opened(data).catalogue.schools(BUNDLE.study)] == ["A"]


def test_tablets_are_pending_until_they_have_asked(data: Path) -> None:
    found = opened(data)
    registry = found.store.registry
    stream = next(e.stream for e in BUNDLE.events if e.data.get("school") == "D")
    log = found.store.events.read(BUNDLE.study, stream)
    for device, name in ((log.kept[0].event.device, "recorded"), (TABLET, "unsent"), ("x", "none")):
        registry.put("device", device, {"sha256": name, "study": BUNDLE.study, "name": name,
                     "enrolled": "2018-01-01T00:00:00Z", "revoked": ""}, None)  # fmt: skip
    tell(registry, TABLET, "2018-06-01T12:00:00.000Z", None, 3)
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    made = last(data)
    names = {each.device.name: each.unsent for each in pending(registry, made)}
    assert names == {"recorded": 0, "unsent": 3}
    assert stream in erased_streams(registry, BUNDLE.study, log.kept[0].event.device)
    heard(registry, BUNDLE.study, TABLET, made.finished)
    assert [each.device.name for each in pending(registry, made)] == ["recorded"]
    version = registry.get("asked", TABLET)
    heard(registry, BUNDLE.study, TABLET, "2199-01-01T00:00:00.000Z")
    assert registry.get("asked", TABLET) == version, "it is no news"


def test_older_backups_are_named_and_deleted_once_there_is_a_newer_one(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = opened(data)
    given = found.store, found.schedules, found.backups
    make_nightly(*given, lambda: datetime.now(UTC) - timedelta(days=1))
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    made = last(data)
    older = found.store.registry, found.backups, made, datetime.now(UTC)
    (old,) = older_backups(*older)
    with pytest.raises(ValueError, match="make one first"):
        delete_older(*older)
    make_nightly(*given, lambda: datetime.now(UTC) + timedelta(minutes=1))
    assert erase(data, "backups", made.id) == 0
    assert old.file.exists()
    assert erase(data, "backups", made.id, "--confirm") == 0
    assert not old.file.exists()
    assert "deleted" in capsys.readouterr().out
    assert older_backups(*older) == []
    assert len(list(found.backups.iterdir())) == 1


def test_a_backup_of_before_anything_of_it_was_there_is_not_named(data: Path) -> None:
    found = opened(data)
    make_nightly(found.store, found.schedules, found.backups, found.clock.now)
    (made,) = (Backup(each).made for each in found.backups.iterdir())
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    erasure = last(data)
    assert erasure.since == "1970-01-01T00:00:00.000Z"  # as what is imported says
    here = found.store.registry, found.backups
    for since, named in (("", 1), (made, 1), ("2198-01-01T00:00:00Z", 0)):
        assert len(older_backups(*here, replace(erasure, since=since), found.clock.now())) == named


def test_of_a_school_that_is_younger_than_the_backup_none_is_named(data: Path) -> None:
    found = opened(data)
    make_nightly(found.store, found.schedules, found.backups, found.clock.now)
    later = (found.clock.now() + timedelta(minutes=1)).isoformat(timespec="milliseconds")
    known = next(
        e for e in BUNDLE.events if e.kind == "school-recorded" and e.data["school"] == "D"
    )
    id = str(uuid.uuid4())
    young = replace(known, id=id, stream=f"school/{id}", device=id, seq=1, at=later,
                    data=known.data | {"school": "Z"})  # fmt: skip
    receipt = Receipt(later, "test")
    deposit(found.store.events, found.catalogue, BUNDLE.study, [young], receipt)
    assert erase(data, "school", "Z", "--by", "Jo", "--confirm") == 0
    erasure = last(data)
    assert older_backups(found.store.registry, found.backups, erasure, found.clock.now()) == []


def test_one_that_is_finished_is_not_done_again(data: Path) -> None:
    assert erase(data, "school", "D", "--by", "Jo", "--confirm") == 0
    found, made = opened(data), last(data)
    assert made.state == DONE
    again = resume(found.store, found.catalogue, made.id, "2199-01-01T00:00:00.000Z", found.beside)
    assert again == made


def test_a_table_of_claims_brings_no_respondent_back(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "claims.csv"
    words = ["--data", str(data), "export", "claims", "--format", "csv-raw"]
    assert main([*words, "--output", str(table)]) == 0
    assert erase(data, "respondent", "S5", "--school", "D", "--by", "Jo", "--confirm") == 0
    store = opened(data).store.events
    before = {s: store.read(BUNDLE.study, s).kept for s in store.versions(BUNDLE.study)}
    capsys.readouterr()
    assert main(["--data", str(data), "import", str(table)]) == 1
    assert "S5: a school or a respondent of this code was erased" in capsys.readouterr().err
    store = opened(data).store.events
    after = {s: store.read(BUNDLE.study, s).kept for s in store.versions(BUNDLE.study)}
    assert after == before


def test_a_backup_of_another_name_stays_named_when_a_newer_one_is_made(
    data: Path, tmp_path: Path
) -> None:
    before, after = (tmp_path / f"{name}.gz" for name in ("before", "after"))
    assert main(["--data", str(data), "backup", str(before)]) == 0
    assert erase(data, "respondent", "S5", "--school", "D", "--by", "Jo", "--confirm") == 0
    assert main(["--data", str(data), "backup", str(after)]) == 0
    found = opened(data)
    older = older_backups(found.store.registry, found.backups, last(data), found.clock.now())
    assert [each.file for each in older] == [before]


def test_verify_says_nothing_of_what_was_said_anew_without_a_respondent(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = tmp_path / "before.gz"
    main(["--data", str(data), "backup", str(before)])
    assert erase(data, "respondent", "R6", "--school", "A", "--by", "Jo", "--confirm") == 0
    capsys.readouterr()
    assert main(["--data", str(data), "verify", "--against", str(before)]) == 0
    assert ", 0 findings." in capsys.readouterr().out


def test_what_comes_in_while_another_process_erases_does_not_stay(
    tmp_path: Path, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form and a bundle that looked at the marks before, and write after the erasure's last look."""
    url = postgres.url()
    monkeypatch.setenv("OBSERVATION_STORE", url)
    data = tmp_path / "data"
    context = opened(data)
    assert main(["--data", str(data), "sample"]) == 0
    sent = [e for e in BUNDLE.events if e.stream.startswith("observation/")]
    begun = next(e for e in sent if e.kind == "observation-begun" and e.data["school"] == "D")
    new = f"observation/{uuid.uuid4()}"
    file = tmp_path / "late.jsonl"
    late = replace(begun, id=str(uuid.uuid4()), stream=new)
    file.write_bytes(b"".join(bundle_lines(BUNDLE.study, begun.at, [late])))
    erasing = iter([("school", "D"), ("school", "A")])

    def erased_after(look: Callable[..., Any]) -> Callable[..., Any]:
        def looks(*args: Any) -> Any:
            found = look(*args)
            for words in itertools.islice(erasing, 1):
                erase(data, *words, "--by", "Jo", "--confirm")
                # Within a form's transaction the database cannot forget its bytes yet.
                assert last(data).state in (ERASED, DONE)
            return found

        return looks

    monkeypatch.setattr(take_in, "told_apart", erased_after(take_in.told_apart))
    assert main(["--data", str(data), "import", str(file)]) == 0
    assert not context.store.events.read(BUNDLE.study, new).kept
    monkeypatch.setattr(recording, "refuse_erased", erased_after(recording.refuse_erased))
    act = recording.Act(str(uuid.uuid4()), begun.kind, {**begun.data, "school": "A"})
    new = f"observation/{uuid.uuid4()}"
    assert recording.record(context, BUNDLE.study, new, "W1", [act])
    assert not context.store.events.read(BUNDLE.study, new).kept
    assert context.catalogue.evidence.schools(BUNDLE.study)[0] == []
