"""Decisions that were cut short, that meet damaged files, or of which an older copy came back."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from observation.store.quarantine import decide, quarantined
from tests.web.lead import Lead, a_moment_later, revoked
from tests.web.tablet import Tablet, app_at


class TestInterrupted:
    def test_an_acceptance_that_was_cut_short_is_finished_by_accepting_again(
        self, tablet: Tablet, lead: Lead, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        events = revoked(tablet).recorded(3)
        for event in events:
            a_moment_later(tablet, tablet.send([event])["received"])
        (path,) = lead.groups()
        store = tablet.context.store.events
        append, calls = type(store).append, list[int]()

        def failing(self: Any, *given: Any) -> Any:
            calls.append(1)
            if len(calls) > 1:
                raise OSError(errno.ENOSPC, "No space left on device")
            return append(self, *given)

        with monkeypatch.context() as patch:
            patch.setattr(type(store), "append", failing)
            status, html = lead.press(path, "accept")
        assert status == 507
        assert "The server could not write all of it down" in html
        assert lead.numbers(path) == {"open": 2, "taken-in": 1}
        assert lead.decides(path, "accept") == ["Taken in: 2."]
        assert tablet.kept() == events

    def test_a_decision_that_was_noted_and_then_not_carried_out_leaves_it_open(
        self, tablet: Tablet, lead: Lead
    ) -> None:
        revoked(tablet).send(tablet.recorded(2))
        registry = tablet.context.store.registry
        digests = [item.digest for item in quarantined(registry)]
        decide(registry, digests, True, "2026-03-14T00:00:00.000Z")
        (path,) = lead.groups()
        assert lead.numbers(path) == {"open": 2}
        assert lead.decides(path, "accept") == ["Taken in: 2."]

    def test_after_an_older_copy_of_the_stream_came_back_it_is_open_again(
        self, tmp_path: Path
    ) -> None:
        tablet = Tablet(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())
        lead, events = Lead(tablet.client), tablet.recorded(3)
        tablet.send(events[:1])
        (file,) = (tmp_path / "store").rglob("observation/*.json")
        older = file.read_bytes()
        revoked(tablet).send(events[1:])
        (path,) = lead.groups()
        lead.decides(path, "accept")
        assert lead.numbers(path) == {"taken-in": 2}
        file.write_bytes(older)
        assert lead.numbers(path) == {"open": 2}
        assert lead.decides(path, "accept") == ["Taken in: 2."]
        assert tablet.kept() == events

    @pytest.mark.parametrize("kind", ["quarantine", "decision", "device"])
    def test_where_what_is_needed_is_damaged_nothing_is_taken_in_and_the_page_says_so(
        self, tmp_path: Path, kind: str
    ) -> None:
        tablet = Tablet(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())
        lead = Lead(tablet.client)
        revoked(tablet).send(tablet.recorded(2))
        tablet.send([{"odd": 1}])
        (odd,) = [p for p in lead.groups() if "Of no observation" in lead.page(p)]
        lead.decides(odd, "refuse")
        (path,) = [p for p in lead.groups() if "A-01" in lead.page(p)]
        form = lead.form(path)
        file = tmp_path / "store" / "registry" / f"{kind}.json"
        file.write_bytes(b"{")
        status, html = lead.press(path, "accept", form)
        if kind == "quarantine":
            assert (status, lead.client.get(path).status_code) == (303, 303)
        else:
            assert status == (503 if kind == "decision" else 200)
            assert f"registry/{kind} is damaged" in html
        assert f"registry/{kind} is damaged" in lead.page()
        assert tablet.kept() == []
        assert file.read_bytes() == b"{"
