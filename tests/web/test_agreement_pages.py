"""Two observers on pages: figures, proposals, disagreements with their consensus, and timelines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from observation.core import agreement as core
from observation.core.agreement import Observers, compare_observers, observed_doubly
from observation.core.sessions import Session
from observation.store import Receipt, catalogue
from observation.store.deposit import deposit
from observation.store.tinydb import TinyEvents
from observation.web import agreement as web
from tests.core.cases import CHECK, saw
from tests.samples import BUNDLE, records
from tests.web.tablet import app_at
from tests.web.visitor import Visitor

PATH = "/triangulation/agreement"
FIRST, SECOND, ALONE = (
    records()[label].observation.stream.partition("/")[2] for label in ("D-01", "D-01-W2", "D-02")
)
TIMELINES = f"{PATH}/{FIRST}/{SECOND}"
FEEDBACK = "code=learning.feedback&actor=team"


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    return Visitor(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())


def words(html: str) -> str:
    """The text of a page."""
    text = re.sub(r"<[^>]+>", " ", html.partition("<main")[2])
    return " ".join(text.replace("&lt;", "<").split())


def unmatched(visitor: Visitor) -> str:
    """Take back that D-01 was observed by two, and return the page as it is then."""
    visitor.fill(PATH, "event-retracted", {})
    return visitor.page(PATH)


def counted() -> Counter[tuple[str, str]]:
    """What W1 and W2 said of each behaviour in D-01, read off their records one by one."""
    twice = "facilitating.teachers-set-goals"  # the same behaviour under another style
    one, other = (
        {
            (each.code, each.actor): each.state
            for each in records()[label].observation.judgements
            if each.actor in ("leadership", "team") and each.state != "blank" and each.code != twice
        }
        for label in ("D-01", "D-01-W2")
    )
    return Counter((one[key], other[key]) for key in one.keys() & other.keys())


class TestFigures:
    def test_they_are_those_of_the_judgements_by_hand(self, visitor: Visitor) -> None:
        said = counted()
        a, d = said["seen", "seen"], said["not-seen", "not-seen"]
        b, c = said["seen", "not-seen"], said["not-seen", "seen"]
        n = a + b + c + d
        assert (a, b, c, d, said.total()) == (8, 1, 1, 3, 15)
        same = (a + d) / n
        one, other, both = (a + b) / n, (a + c) / n, (2 * a + b + c) / (2 * n)
        by_kappa = one * other + (1 - one) * (1 - other)
        by_ac1 = 2 * both * (1 - both)
        by_alpha = 1 - by_ac1 * 2 * n / (2 * n - 1)
        text = words(visitor.page(PATH))
        for name, chance in (
            ("AC1 (Gwet): the main figure", by_ac1),
            ("Kappa (Cohen)", by_kappa),
            ("PABAK", 0.5),
            ("Alpha (Krippendorff)", by_alpha),
        ):
            shown = f"{(same - chance) / (1 - chance):.2f} chance {chance:.0%}"
            row = text.partition(name)[2]
            assert re.findall(r"\d\.\d\d chance \d+%", row)[2] == shown, name
        assert f"{same:.0%} {a + d}/{n}" in text
        assert f"{2 * a / (2 * a + b + c):.0%} seen {2 * d / (2 * d + b + c):.0%} not seen" in text

    def test_the_tables_say_how_often_each_pair_was_said(self, visitor: Visitor) -> None:
        text = words(visitor.page(PATH))
        assert (
            "Seen or not seen second seen second not seen first seen 8 1 first not seen 1 3" in text
        )
        assert "first seen 8 1 0 first not seen 1 3 1 first cannot be judged 0 0 1" in text
        assert "first can be judged 13 1 first cannot be judged 0 1" in text

    def test_too_few_sessions_and_units_are_said(self, visitor: Visitor) -> None:
        text = words(visitor.page(PATH))
        assert text.count("too few sessions for an interval") == 3
        behaviours = text.partition("By behaviour")[2].partition("What they disagree on")[0]
        assert behaviours.count("n below 10") == 15
        assert "Do colleagues give one another feedback? 0% 0/1 0% 0/1 n below 10" in behaviours
        assert "Are moments for joint lesson design planned? 100% 1/1 – n below 10" in behaviours

    def test_an_interval_stands_beside_its_figure(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(core, "LEAST_SESSIONS", 1)
        # Drawing one session of one gives it each time.
        assert "0.64 chance 57% · 0.64 … 0.64" in words(visitor.page(PATH))

    @pytest.mark.parametrize(
        "path", [PATH, "/triangulation", "/triangulation/comparison", "/schools"]
    )
    def test_a_page_is_of_one_moment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
    ) -> None:
        visitor = Visitor(app_at(tmp_path, f"tinydb:{tmp_path / 'store'}").test_client())
        visitor.page(path)  # what is folded on the way is asked for again
        asked: list[str] = []
        ask = TinyEvents._versions
        monkeypatch.setattr(
            TinyEvents, "_versions", lambda self, study: asked.append(study) or ask(self, study)
        )
        visitor.page(path)
        assert asked == [BUNDLE.study]

    def test_without_variation_kappa_is_undefined_and_not_one(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def alike(_sessions: object) -> Observers:
            pair = (saw("D-01", {CHECK: "seen"}), saw("D-01-W2", {CHECK: "seen"}, observer="W2"))
            return compare_observers(observed_doubly([Session(pair)]))

        monkeypatch.setattr(catalogue, "compare_observers", alike)
        text = words(visitor.page(PATH))
        undefined = "undefined: no variation"
        for name, shown in (("Kappa (Cohen)", undefined), ("AC1 (Gwet): the main figure", "1.00")):
            rows = text.partition(name)[2].partition("PABAK" if name[0] == "K" else "Kappa")[0]
            assert rows.rstrip().endswith(f"{shown} {shown} {shown}"), name
        assert text.count(undefined) == 6  # kappa and alpha
        assert "100% seen said by nobody: not seen" in text
        assert "On nothing." in text

    def test_only_what_the_choice_holds_is_counted(self, visitor: Visitor) -> None:
        text = words(visitor.page(f"{PATH}?approved=1"))
        assert "No session was observed by two, or none is matched yet." in text
        assert "Kappa" not in text
        assert "D-01-W2" in words(visitor.page(f"{PATH}?period=voorjaar"))

    def test_the_matrix_leads_to_them(self, visitor: Visitor) -> None:
        link = visitor.link("/triangulation", "Two observers of one session: how far they agree")
        assert link == PATH


class TestMatching:
    def test_records_that_seem_of_one_session_are_proposed_and_matched(
        self, visitor: Visitor
    ) -> None:
        assert "Seem to be the same session" not in visitor.page(PATH)
        text = words(unmatched(visitor))
        assert "Seem to be the same session" in text
        assert "D-01 W1 · D-01-W2 W2 School D · onderbouw · 22 Mar 2018" in text
        assert "not matched as one session" in visitor.page(TIMELINES)
        assert visitor.school("D").matched == ()
        visitor.fill(PATH, "sessions-matched", {})
        assert "Seem to be the same session" not in visitor.page(PATH)
        assert "not matched as one session" not in visitor.page(TIMELINES)
        (together,) = visitor.school("D").matched
        assert set(together) == {f"observation/{FIRST}", f"observation/{SECOND}"}

    def test_who_does_not_say_who_matches_is_refused(self, visitor: Visitor) -> None:
        unmatched(visitor)
        response = visitor.send(visitor.form(PATH, "sessions-matched"), _by=None)
        assert response.status_code == 422
        assert "Not recorded." in response.text or "Niet vastgelegd." in response.text
        assert visitor.school("D").matched == ()


class TestDisagreements:
    def test_they_stand_side_by_side_with_links_to_each_place(self, visitor: Visitor) -> None:
        page = visitor.page(PATH)
        text = words(page).partition("What they disagree on")[2]
        assert "W1 seen D-01@12:30 W2 not seen D-01-W2 nothing: left out until they agree" in text
        assert "the team W1 not seen D-01 W2 cannot be judged D-01-W2 not seen one could judge it, the other could not" in text  # fmt: skip
        assert text.count("Say what you say together") == 3
        links = re.findall(r'href="(/[^"#]+)#([^"]+)"', page.partition('id="disagreements"')[2])
        assert len(links) == 11
        for path, place in links:
            html = visitor.page(path.replace("&amp;", "&"))
            assert f'id="{place}"' in html, (path, place)

    def test_what_they_agree_on_is_shown_with_its_reason(self, visitor: Visitor) -> None:
        before = visitor.events(f"observation/{FIRST}"), visitor.events(f"observation/{SECOND}")
        school = visitor.school("D").stream.partition("/")[2]
        cell = f"/triangulation/schools/{school}/cell?{FEEDBACK}"
        for member in ("W1", "W2"):
            visitor.send(
                visitor.form(cell, "consensus-recorded"),
                state="seen", because=f"{member} looked again.", _by=member,
            )  # fmt: skip
        text = words(visitor.page(PATH)).partition("Do colleagues give one another feedback? the")[
            2
        ]
        assert "W2 seen D-01-W2@10:34 seen W1 agrees to: seen W1 looked again. W2 agrees to: seen W2 looked again." in text  # fmt: skip
        # The records stay as they are, and so do the figures of how far they agreed.
        assert before == (
            visitor.events(f"observation/{FIRST}"), visitor.events(f"observation/{SECOND}"),
        )  # fmt: skip
        assert "85% 11/13" in words(visitor.page(PATH))

    def test_a_behaviour_on_which_they_agree_too_little_is_flagged_everywhere(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        school = visitor.school("D").stream.partition("/")[2]
        cell = f"/triangulation/schools/{school}/cell?{FEEDBACK}"
        flag = "observers agree too little on this"
        assert flag not in visitor.page(cell)
        monkeypatch.setattr(core, "LEAST_UNITS", 1)
        assert visitor.page(PATH).count(f'<span class="mark">{flag}') == 2
        # A session counts for the flag of the study, also where it is the only one and disputed.
        visitor.send(visitor.form(cell, "consensus-recorded"), state="seen", because="-", _by="W1")
        visitor.send(visitor.form(cell, "consensus-recorded"), state="seen", because="-", _by="W2")
        assert flag in visitor.page(cell)


class TestTimelines:
    def test_both_are_drawn_on_one_axis_from_the_shared_beginning(self, visitor: Visitor) -> None:
        page = visitor.page(TIMELINES)
        text = words(page)
        assert "The clock of W2 is taken to be 4 s behind that of W1." in text
        phases = re.findall(r"<title[^>]*>(Content [^<]+)", page)
        assert phases == ["Content 04:50–15:05 (10:15)", "Content 04:44–15:05 (10:21)"]
        xs = re.findall(r'<svg x="([\d.]+)%"[^>]*>\s*<title[^>]*>Content', page)
        assert [round(float(x) * 1030 / 100) for x in xs] == [290, 284]
        assert "Content 04:50 04:44 −6 s" in text
        assert "W1 Check-in 04:44 00:06 00:00" in text
        assert "10 s 1.00 1.00 3 0 0" in text
        assert "L5 – 12:01 – T32 – 12:54 –" in text
        assert "By the codes of people; both wrote down the same people as leading." in text

    def test_another_alignment_can_be_chosen(self, visitor: Visitor) -> None:
        page = visitor.page(f"{TIMELINES}?by=clock")
        assert "The clocks of W1 and W2 are taken to be alike." in words(page)
        assert "Content 04:50 04:44 −10 s" in words(page)
        assert '?by=start"' in page
        assert "match by themselves" not in page
        usual = visitor.page(f"{TIMELINES}?by=nonsense")
        assert "4 s behind" in usual
        assert "match by themselves" in usual

    def test_a_moment_that_both_marked_comes_first(self, visitor: Visitor) -> None:
        for uuid, moment in ((FIRST, "15:30:20"), (SECOND, "15:30:17")):
            stream = f"observation/{uuid}"
            last = max(visitor.events(stream), key=lambda each: each.seq)
            data = {"moment": f"2018-03-22T{moment}+01:00"}
            mark = replace(last, id=str(uuid4()), kind="mark-set", seq=900, data=data)
            receipt = Receipt("2018-04-14T16:00:00.000Z", "test")
            store = visitor.context.store
            deposit(store.events, visitor.context.catalogue, BUNDLE.study, [mark], receipt)
        page = visitor.page(TIMELINES)
        assert "The clock of W2 is taken to be 3 s behind that of W1." in words(page)
        assert 'aria-current="true">the moment that both marked</a>' in page

    def test_leads_are_compared_by_role_when_codes_differ(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "Who leads, by role" not in visitor.page(TIMELINES)
        monkeypatch.setattr(web, "names_alike", lambda _one, _other: False)
        text = words(visitor.page(TIMELINES))
        assert "they did not write down the same people as leading" in text
        by_role = text.partition("Who leads, by role")[2]
        assert "teacher 00:00 00:00 0 s school leader 05:20 05:22 2 s" in by_role

    @pytest.mark.parametrize("other", [FIRST, ALONE, "0190a5b0-0000-7000-8000-000000000001"])
    def test_what_is_no_other_record_of_the_session_is_not_found(
        self, visitor: Visitor, other: str
    ) -> None:
        assert visitor.client.get(f"{PATH}/{FIRST}/{other}").status_code == 404
