"""Triangulation on pages: what is suggested, what it rests on, and what researchers rule."""

from __future__ import annotations

import html
import re
from io import BytesIO
from pathlib import Path

import openpyxl
import pypdf
import pytest

from observation.core import verdicts
from observation.core.claims import Positions
from observation.core.records import TEAM
from observation.core.registers import School, fold_school
from observation.export.verdict_words import MEANINGS, VERDICTS
from observation.language import translator
from observation.web.triangulation import said_by, team_stands
from tests.core.cases import CHECK, saw, says, triangulated
from tests.samples import BUNDLE
from tests.web.tablet import app_at
from tests.web.visitor import Visitor

GOALS = "code=stimulating.teachers-set-goals&actor=team&line=session"
FEEDBACK = "code=learning.feedback&actor=team&line=general"
SCHOOL_A, SCHOOL = (
    e.stream.partition("/")[2]
    for code in "AD"
    for e in BUNDLE.events
    if e.kind == "school-recorded" and e.data["school"] == code
)
PATH = f"/triangulation/schools/{SCHOOL}/cell"


@pytest.fixture
def visitor(tmp_path: Path) -> Visitor:
    return Visitor(app_at(tmp_path, f"tinydb:{tmp_path}/store").test_client())


def words(html: str) -> str:
    """The text of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html.partition("<main")[2]).split())


def rule(visitor: Visitor, cell: str, **filled: str) -> str:
    """Rule on a cell and return the page that answers."""
    path = f"{PATH}?{cell}"
    answer = visitor.send(visitor.form(path, "ruling-recorded"), **filled)
    return answer.text if answer.status_code == 422 else visitor.page(path)


def sides(visitor: Visitor, school: str, behaviour: str) -> tuple[str, str]:
    """What leaders and what the team say of a behaviour on the page of a school, as text."""
    page = visitor.page(f"/triangulation/schools/{school}", "nl")
    row = next(each for each in page.split("<tr>") if behaviour in html.unescape(each))
    told = [
        re.search(rf'data-of="{who}">(.*?)</td>', row, re.S)
        for who in ("Uitspraak schoolleider", "Uitspraken team")
    ]
    leader, team = (words(f"<main<br>{each[1]}") if each else "" for each in told)
    return leader, team


class TestLooking:
    def test_the_team_is_counted_without_its_leader(self, visitor: Visitor) -> None:
        leader, team = sides(visitor, SCHOOL_A, "Worden lesbezoeken ingepland?")
        assert leader.endswith("S2-c4")
        assert team == "geen uitspraak"

    def test_words_read_well_with_one_session_and_with_what_is_provisional(
        self, visitor: Visitor
    ) -> None:
        text = words(visitor.page(f"/triangulation/schools/{SCHOOL_A}", "nl"))
        assert "wens, voorlopig niet gezien" in text
        assert "0 van 1 gezien" in text
        assert "1 sessies" not in text

    def test_the_legend_names_verdicts_as_they_are_called(self) -> None:
        for language in ("nl", "en"):
            say = translator(language)
            for part, whole in (
                (verdicts.PARTLY_CORROBORATED, verdicts.CORROBORATED),
                (verdicts.PARTLY_CONTRADICTED, verdicts.CONTRADICTED),
            ):
                said = re.search("[“‘](.*)[”’]", say(MEANINGS[part]))
                assert said is not None
                assert said[1] == say(VERDICTS[whole])

    def test_what_a_leader_and_a_teacher_say_together_is_of_both(self) -> None:
        claims = says("S1 R1", "affirms"), says("R2", "affirms", frequency="sometimes")
        (found,) = triangulated(saw("A-01", {CHECK: "seen"}), *claims).row(CHECK, TEAM)
        of_leader, of_team = (
            [each.statement.said.respondents for each in said_by(found, leaders)]
            for leaders in (True, False)
        )
        assert (of_leader, sorted(of_team)) == ([("S1", "R1")], [("R2",), ("S1", "R1")])
        assert team_stands(found) == Positions(("R1",), (), ("R2",))

    def test_a_claim_has_the_sign_that_its_print_has(self, visitor: Visitor) -> None:
        page = visitor.page(f"/triangulation/schools/{SCHOOL_A}")
        (sign,) = set(
            re.findall(
                r'stance-sign" aria-hidden="true">(.)</span>[^/]*/strong>(?:(?!</p>).)*R7-c2', page
            )
        )
        assert sign == "±"

    def test_the_matrix_has_a_verdict_for_each_indicator_and_school(self, visitor: Visitor) -> None:
        text = words(visitor.page("/triangulation"))
        assert "School A sessions: 1 interviewed: 6 School D sessions: 2 interviewed: 7" in text
        assert "bedenken de acties en doelen van het bord" in visitor.page("/triangulation", "nl")
        assert "◑ partly corroborated 1/2 seen · 2/7 said" in text
        assert "□ provisionally contradicted 0/1 seen · 1/6 said" in text
        assert "□ wish, provisionally not seen" in text
        assert text.count("same behaviour as above, counted once") == 1

    def test_it_is_narrowed_by_style_period_and_approval(self, visitor: Visitor) -> None:
        one = words(visitor.page("/triangulation?group=learning"))
        assert "Stimulerend" not in one
        assert "not tested" in one
        approved = words(visitor.page("/triangulation?approved=1"))
        assert "not approved: 3" in approved
        assert "corroborated 1" not in approved
        assert "whole study" in words(visitor.page("/triangulation?period=nothing&page=x"))

    def test_a_school_shows_leader_team_and_what_was_seen_side_by_side(
        self, visitor: Visitor
    ) -> None:
        text = words(visitor.page(f"/triangulation/schools/{SCHOOL}"))
        goals = text.partition("Teachers think up the")[2] or text
        assert "+ S5 Ik laat het bord echt aan het team; zij bedenken de doelen. S5-c5" in goals
        assert "0 + 0 − 1 ± of 1 · by a few, a leader among them ± R23" in text
        assert "○ D-01: looked for, not seen ● D-02: seen 1 of 2 seen" in text
        assert "own.workload" not in text
        assert "=SUM(1;1) het is gewoon druk" in text.replace("&#61;", "=")

    def test_a_cell_links_every_claim_and_every_moment_to_its_place(self, visitor: Visitor) -> None:
        page = visitor.page(f"{PATH}?{GOALS}")
        text = words(page)
        assert "Some affirm it and others say sometimes; it was seen in 1 of the sessions" in text
        assert "D+~/O±" in text
        assert "Counter-evidence R23-c8 ○ D-01 × D-01@08:40 × D-01-W2@08:40" in text
        for link in re.findall(r'href="(/interviews/[^"#]+|/observations/[^"#]+)#([^"]+)"', page):
            assert f'id="{link[1]}"' in visitor.page(link[0]), link

    def test_what_if_says_which_verdict_flips(self, visitor: Visitor) -> None:
        text = words(visitor.page(f"{PATH}?{GOALS}")).partition("What if I leave out…")[2]
        assert text.startswith(" S5 ● corroborated D-02 ◫ provisionally partly contradicted W1 ◌ not tested")  # fmt: skip

    @pytest.mark.parametrize(
        "cell", ["", "code=nothing", "code=learning.feedback&actor=L5", "line=x"]
    )
    def test_a_cell_that_is_not_there_is_not_found(self, visitor: Visitor, cell: str) -> None:
        assert visitor.client.get(f"{PATH}?{cell}").status_code == 404

    def test_without_a_school_it_says_where_to_begin(self, tmp_path: Path) -> None:
        page = app_at(tmp_path).test_client().get("/triangulation?language=en").text
        assert "There is no school in the register yet." in page


class TestWorkbook:
    """What is looked at can be taken along, counted as it is looked at."""

    def links(self, visitor: Visitor, path: str) -> list[str]:
        found = re.findall(r'href="(/exports/triangulation\.xlsx[^"]*)"', visitor.page(path))
        return [html.unescape(each) for each in found]

    @pytest.mark.parametrize("path", ["/triangulation", f"/triangulation/schools/{SCHOOL}"])
    def test_a_page_offers_it_for_researchers_and_for_the_school(
        self, visitor: Visitor, path: str
    ) -> None:
        links = self.links(visitor, f"{path}?period=voorjaar&approved=1&strict=1")
        assert [link.partition("audience=")[2].partition("&")[0] for link in links] == [
            "internal", "report"
        ]  # fmt: skip
        for link in links:
            answer = visitor.client.get(link)
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"] == (
                'attachment; filename="triangulation.xlsx"'
            )
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            book = openpyxl.load_workbook(BytesIO(answer.data))
            guide = {row[3].value: row[1].value for row in book.worksheets[0].iter_rows()}
            assert (guide["period"], guide["approved"], guide["strict"]) == (
                "Voorjaar 2018", "yes", "yes"
            )  # fmt: skip
            schools = [name for name in book.sheetnames if name.startswith("School ")]
            assert schools == (["School D"] if "school=D" in link else ["School A", "School D"])
            assert ("Claims" in book.sheetnames) == ("audience=internal" in link)

    @pytest.mark.parametrize("form", ["xlsx", "pdf"])
    @pytest.mark.parametrize("asked", ["audience=everybody", "school=X", "study=x"])
    def test_what_is_not_there_is_not_found(self, visitor: Visitor, asked: str, form: str) -> None:
        assert visitor.client.get(f"/exports/triangulation.{form}?{asked}").status_code == 404

    def test_a_sheet_and_a_comparison_can_be_printed(self, visitor: Visitor) -> None:
        one = printed(visitor, f"/triangulation/schools/{SCHOOL}", "triangulation")
        assert "Triangulation sheet · School D" in one[0]
        assert "internal copy" in one[0]
        assert "copy for the school" in one[1]
        stamp = re.search(
            r"Data ([0-9a-f]{8})\.", words(visitor.page(f"/triangulation/schools/{SCHOOL}"))
        )
        assert stamp is not None
        assert f"data {stamp[1]}" in one[0]
        rule(visitor, GOALS, text="Theirs.")
        assert f"Data {stamp[1]}" not in words(visitor.page(f"/triangulation/schools/{SCHOOL}"))
        both = printed(visitor, "/triangulation/comparison?period=voorjaar", "comparison")
        assert "School A School D" in both[0]
        assert "period: voorjaar" in both[0]
        assert "Who spoke of what" not in both[1]

    def test_words_by_which_somebody_might_be_known_stay_out_of_reports(
        self, visitor: Visitor
    ) -> None:
        place = f"/triangulation/schools/{SCHOOL}"
        assert "Soms bedenken we zelf" in printed(visitor, place, "triangulation")[1]
        claim = next(
            e.id for e in BUNDLE.events if "Soms bedenken we zelf" in str(e.data.get("text"))
        )
        visitor.fill(f"{PATH}?{GOALS}", "quotation-withheld", {"claim": claim})
        assert "not quoted in reports" in words(visitor.page(f"{PATH}?{GOALS}"))
        inside, report = printed(visitor, place, "triangulation")
        assert "Soms bedenken we zelf" in inside
        assert "Soms bedenken we zelf" not in report
        visitor.fill(f"{PATH}?{GOALS}", "event-retracted", {})
        assert "Soms bedenken we zelf" in printed(visitor, place, "triangulation")[1]

    def test_nothing_is_printed_of_what_cannot_be_read(
        self, visitor: Visitor, tmp_path: Path
    ) -> None:
        stream = next(e.stream for e in BUNDLE.events if e.kind == "interview-recorded")
        place = next((tmp_path / "store").rglob(f"{stream.partition('/')[2]}.json"))
        place.write_bytes(b"rubbish")
        answer = visitor.client.get("/exports/triangulation.pdf?school=D")
        assert answer.status_code == 503
        assert "beschadigd" in answer.text


def printed(visitor: Visitor, path: str, name: str) -> list[str]:
    """The words of the internal and of the report copy that a page offers as PDF."""
    links = re.findall(r'href="(/exports/triangulation\.pdf[^"]*)"', visitor.page(path))
    found = []
    for link in links:
        answer = visitor.client.get(link.replace("&amp;", "&"))
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}.pdf"'
        pages = pypdf.PdfReader(BytesIO(answer.data)).pages
        found.append(" ".join(" ".join(page.extract_text() for page in pages).split()))
    return found


class TestRuling:
    def test_how_far_researchers_agree_stands_beside_how_far_observers_do(
        self, visitor: Visitor
    ) -> None:
        page = "/triangulation/agreement"
        rule(visitor, GOALS, _by="W1", text="Theirs.")
        assert "No cell was ruled by more than one researcher yet." in words(visitor.page(page))
        rule(visitor, GOALS, _by="W2", text="Theirs too.")
        text = words(visitor.page(page))
        assert "Cells ruled by several: 1. The same verdict: 100% (1/1)." in text
        assert "A coefficient comes from 10 units on." in text

    def test_who_accepts_needs_no_reason(self, visitor: Visitor) -> None:
        text = words(rule(visitor, GOALS, text="Partly theirs."))
        assert "W1 partly corroborated" in text
        assert "Partly theirs." in text
        (ruling,) = school(visitor).rulings
        assert (ruling.verdict, ruling.suggestion) == ("partly-corroborated",) * 2

    def test_who_rules_otherwise_says_why(self, visitor: Visitor) -> None:
        refused = words(rule(visitor, GOALS, verdict="corroborated", text="Kept."))
        assert "Say why you rule otherwise than what is suggested." in refused
        assert "Kept." in refused
        assert school(visitor).rulings == ()
        text = words(rule(visitor, GOALS, verdict="corroborated", because="D-01 was special."))
        assert "W1 corroborated" in text
        assert "suggested: partly corroborated" in text
        assert "Reason : D-01 was special." in text.replace("Reason:", "Reason :")

    def test_a_second_ruling_of_the_same_researcher_replaces_the_first(
        self, visitor: Visitor
    ) -> None:
        rule(visitor, GOALS)
        rule(visitor, GOALS, verdict="untested", because="Too few.")
        assert [each.verdict for each in school(visitor).rulings] == ["untested"]

    def test_another_researcher_rules_blind_and_then_both_are_shown(self, visitor: Visitor) -> None:
        rule(visitor, GOALS, verdict="corroborated", because="Because.")
        rule(visitor, FEEDBACK, _by="W2")  # who acts from now on
        text = words(visitor.page(f"{PATH}?{GOALS}"))
        assert "Ruled by W1. Rule first, and both rulings are shown." in text
        assert "Because." not in text
        assert "Because." in words(visitor.page(f"{PATH}?{GOALS}&rulings=1"))
        text = words(rule(visitor, GOALS))
        assert "Because." in text
        assert "without seeing other rulings" in text
        assert {(r.by, r.blind) for r in school(visitor).rulings if r.line == "session"} == {
            ("W1", False),
            ("W2", True),
        }


class TestConsensus:
    def test_it_counts_once_both_observers_have_agreed(self, visitor: Visitor) -> None:
        path = f"{PATH}?{FEEDBACK}"
        for member in ("W1", "W2"):
            assert "Observers disagree about D-01" in words(visitor.page(path))
            form = visitor.form(path, "consensus-recorded")
            visitor.send(form, state="seen", because="Seen by W2 from the side.", _by=member)
        text = words(visitor.page(path))
        assert "Observers disagree about" not in text
        assert "● corroborated" in text
        log = visitor.context.store.events.read(BUNDLE.study, f"school/{SCHOOL}").events
        assert [e.by for e in log if e.kind == "consensus-recorded"] == ["W1", "W2"]

    def test_whoever_thinks_again_replaces_what_he_agreed_to(self, visitor: Visitor) -> None:
        path = f"{PATH}?{FEEDBACK}"
        for state in ("seen", "not-seen"):
            form = visitor.form(path, "consensus-recorded")
            visitor.send(form, state=state, because="So.", _by="W1")
        assert "W1 agrees to: looked for, not seen" in words(visitor.page(path))


def test_feedback_of_respondents_is_recorded_and_shown(visitor: Visitor) -> None:
    path = f"{PATH}?{GOALS}"
    form = visitor.form(path, "feedback-recorded")
    visitor.send(form, text="Dat herkennen we.", respondent="R23")
    assert "R23 Dat herkennen we. W1" in words(visitor.page(path))


def school(visitor: Visitor) -> School:
    """School D as the server has it."""
    events = visitor.context.store.events.read(BUNDLE.study, f"school/{SCHOOL}").events
    return fold_school(events)


class TestComparing:
    def test_schools_stand_beside_each_other_part_by_part(self, visitor: Visitor) -> None:
        text = words(visitor.page("/triangulation/comparison"))
        assert "◑ partly corroborated 1/2 seen · 2/7 said" in text
        assert "D-01 04:50 10:15 02:05 – D-02 04:40 07:20 02:30 –" in text
        assert "All phases leader 04:10 31:40 (13%) teacher 27:30 31:40 (87%)" in text
        assert "Intervening (top-down, task focused): 4 of 4 seen" in text
        assert "There are too few interviews to tell: 4." in text
        assert "leaders +1 team ±1 seen 1/2" in text
        assert "sessions in that time: 2 of 2" in text

    def test_every_chart_has_its_title_and_its_table(self, visitor: Visitor) -> None:
        html = visitor.page("/triangulation/comparison")
        charts = re.findall(r'<svg class="chart"[^>]* aria-label="([^"]+)"', html)
        assert len(charts) == 7
        assert html.count("As a table") == 7
        assert charts[:2] == [f"Length of phases in minutes, School {code}" for code in "AD"]

    def test_the_matrix_narrows_to_what_was_seen_in_a_phase(self, visitor: Visitor) -> None:
        text = words(visitor.page("/triangulation?phase=planning"))
        rows = text.partition("Only behaviour that was seen in this phase.")[2]
        assert "sessions in this phase: 1 of 2" in rows
        assert "Are lesson visits planned?" in rows
        assert "Is knowledge shared?" not in rows

    def test_verdicts_of_what_one_role_said(self, visitor: Visitor) -> None:
        text = words(visitor.page("/triangulation?role=teacher"))
        assert "Verdicts here are of what respondents of one role said" in text
        assert "seen · 2/7 said" not in text  # the leader, who affirmed it outright, is left out
        assert "● corroborated 1/2 seen · 1/6 said" in text
        assert "interviewed: 6" in text


def test_a_print_of_schools_compared_is_of_one_page_of_them(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many the study has, whoever asks waits for a page of them only."""
    monkeypatch.setattr("observation.web.triangulation.BESIDE", 1)
    for page, school in ((1, "A"), (2, "D")):
        answer = visitor.client.get(f"/exports/triangulation.pdf?language=en&page={page}")
        outline = [str(each["/Title"]) for each in pypdf.PdfReader(BytesIO(answer.data)).outline]
        compared = [title for title in outline if title.startswith("Compare schools")]
        assert compared == [f"Compare schools {school}"]
