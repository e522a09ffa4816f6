"""Which sessions several observers recorded: read by name, and counted again when one of them changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.core.cells import USUAL, Settings
from observation.settings import Context, open_context
from observation.store import Receipt, catalogue
from observation.store.deposit import deposit
from observation.web.serving import read_ahead
from tests.samples import BUNDLE, records

ONE = records()["D-01-W2"].observation.stream


@pytest.fixture
def context(tmp_path: Path) -> Context:
    found = open_context(tmp_path)
    receipt = Receipt("2018-04-06T08:00:00.000Z", "test")
    deposit(found.store.events, found.catalogue, BUNDLE.study, BUNDLE.events, receipt)
    return found


def test_only_sessions_of_several_records_that_count_are_found(context: Context) -> None:
    (doubly,) = context.catalogue.doubly(BUNDLE.study, USUAL)
    assert [each.label for each in doubly.session.observed] == ["D-01", "D-01-W2"]
    assert context.catalogue.doubly(BUNDLE.study, Settings(approved_only=True)) == []


def test_what_was_counted_stays_until_a_record_changes(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []
    count = catalogue.judged_by_several
    monkeypatch.setattr(
        catalogue, "judged_by_several", lambda found: counted.append(len(found)) or count(found)
    )
    for _ in range(2):
        context.catalogue.heeding_observers(BUNDLE.study, USUAL)
    assert counted == [0, 1]  # a school without, and one with a session of two
    last = max((e for e in BUNDLE.events if e.stream == ONE), key=lambda e: (e.device, e.seq))
    note = last.as_dict() | {
        "id": "0190a5b0-0000-7000-8000-0000000000d1", "kind": "note-written", "seq": 900,
        "data": {"text": "…", "kind": "seen", "tags": []},
    }  # fmt: skip
    context.store.events.append(BUNDLE.study, ONE, [type(last)(**note)], Receipt("", ""))
    context.catalogue.heeding_observers(BUNDLE.study, USUAL)
    assert counted == [0, 1, 1]


def test_reading_ahead_of_a_damaged_study_goes_on(context: Context) -> None:
    place = next((context.data / "store").rglob(f"{ONE.partition('/')[2]}.json"))
    place.write_bytes(b"rubbish")
    read_ahead(open_context(context.data))
