"""Who withdraws is gone from every page and every export at once; a school from all but its own pages."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from werkzeug.routing import Rule

from observation.cli import main
from observation.export import FORMATS
from observation.export.claims import TABLE_FORMATS
from observation.settings import open_context
from observation.store import Receipt
from observation.store.deposit import deposit
from observation.store.devices import enrol
from observation.web import create_app
from tests.recorder import Recorder
from tests.samples import BUNDLE
from tests.web.visitor import Visitor

MARK = re.compile(r"zq[a-z]+\d{3}")
DEVICE = "0190a5b0-0000-7000-8000-0000000000d1"
RECEIPT = Receipt("2018-06-01T10:00:00.000Z", DEVICE)
CODES = ("learning.feedback", "professionalism.board-goals", "own.workload")
UUID = "0190a5b0-0000-7000-8000-{:012x}"

# What may still show what is marked once its school has withdrawn, and why.
OWN = "its own page, which leads read until it is erased"
SCHOOL_EXCEPTIONS = {
    "observations.show": OWN,
    "capture.show": OWN,
    "paper.show": OWN,
    "finish.show": OWN,
    "answers.show": OWN,
    "schools.show": OWN,
    "interviews.show": OWN,
    "triangulation.show": OWN,
    "triangulation.cell": OWN,
    "triangulation.agreement.show": OWN,
    "kit.stream": "to the tablet that recorded it, which has it already",
    "studies.index": "the list by which leads find it, with the word that it withdrew",
    "command export bundle": "it moves the whole study, with its consents and withdrawals",
}
RESPONDENT_EXCEPTIONS = {
    "kit.stream": SCHOOL_EXCEPTIONS["kit.stream"],
    "command export bundle": SCHOOL_EXCEPTIONS["command export bundle"],
}
BANNER = "nothing of this goes along in comparisons or exports"


class Place:
    """The sample study in files, with 200 marks: of respondent ZR at school A, and of school D."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app = create_app(open_context(folder))
        self.app.testing = True
        self.visitor = Visitor(self.app.test_client())
        self.context = self.visitor.context
        self.token = enrol(
            self.context.store.registry, BUNDLE.study, DEVICE, "iPad", self.context.clock.now()
        )
        self.marks: dict[str, int] = {}
        self.a, self.d = (self.visitor.school(code).stream for code in "AD")
        self._of_respondent()
        self._of_school()

    def mark(self, kind: str) -> str:
        """Return another mark of a kind, as a sentence."""
        self.marks[kind] = self.marks.get(kind, 0) + 1
        return f"zq{kind}{self.marks[kind]:03} zegt iets over rust"

    def add(self, *recorders: Recorder) -> None:
        for each in recorders:
            deposit(
                self.context.store.events,
                self.context.catalogue,
                BUNDLE.study,
                each.events,
                RECEIPT,
            )

    def _claims(self, number: int, school: str, speaker: str, kind: str, count: int) -> list[str]:
        talk = Recorder("laptop", stream=f"interview/{UUID.format(number)}")
        talk.add(
            0, "interview-recorded", interview=f"Z{number}", kind="interview", school=school,
            participants=[speaker], date="2018-04-01",
        )  # fmt: skip
        texts = [self.mark(kind) for _ in range(count)]
        for place, text in enumerate(texts):
            claim = talk.add(
                place + 1, "claim-recorded", respondents=[speaker], form="quotation", text=text,
                codes=[CODES[place % 3]], codebook="2018-03", mode="normative" if place % 7 == 3 else "descriptive",
                stance="affirms", scope="board-session", place=self.mark(kind) if place < 5 else "",
            )  # fmt: skip
            if place < 5:
                talk.add(place + 300, "memo-written", text=self.mark(kind), claim=claim)
        talk.add(900, "memo-written", text=f"“{texts[0].upper()}”, zei iemand")
        self.add(talk)
        return texts

    def _of_respondent(self) -> None:
        register = Recorder("laptop", stream=self.a)
        register.add(0, "respondent-recorded", respondent="ZR", role="teacher")
        self.add(register)
        texts = self._claims(0xA1, "A", "ZR", "resp", 60)
        said = Recorder("laptop2", stream=self.a)
        said.add(
            0, "ruling-recorded", indicator=CODES[0], actor="team", line="session",
            verdict="corroborated", suggestion="untested", text=f"Een leraar: “{texts[0]}”.",
            because=f"want {texts[3]}",
        )  # fmt: skip
        said.add(
            1, "feedback-recorded", indicator=CODES[0], text=self.mark("resp"), respondent="ZR"
        )
        said.add(2, "feedback-recorded", indicator=CODES[0], text=f"Eens met: {texts[6]}")
        said.add(3, "memo-written", text=f"Let op: {texts[1]}")
        study = Recorder("laptop2", stream=f"study/{BUNDLE.study}")
        study.add(0, "memo-written", text=f"Bij deze code: {texts[2]}", code=CODES[2])
        self.add(said, study)

    def _of_school(self) -> None:
        seen = Recorder(DEVICE, stream=f"observation/{UUID.format(0xD1)}")
        seen.begin(
            {"person": "ZT", "role": "teacher", "present": True},
            label="D-77", school="D", unit="zqschool900", place=self.mark("school"),
        )  # fmt: skip
        for place in range(65):
            seen.add(
                place + 1,
                "note-written",
                text=self.mark("school"),
                kind="event",
                tags=[],
                person="ZT",
            )
        seen.judge(70, CODES[0])
        seen.add(80, "answer-given", question="experiences-solo", text=self.mark("school"))
        seen.add(90, "observation-ended")
        register = Recorder("laptop2", stream=self.d)
        register.add(0, "respondent-recorded", respondent="ZS", role="teacher")
        register.add(1, "memo-written", text=self.mark("school"))
        register.add(2, "circumstance-recorded", circumstance="merger", text=self.mark("school"))
        register.add(
            3, "ruling-recorded", indicator=CODES[0], actor="team", line="session",
            verdict="corroborated", suggestion="untested", text=self.mark("school"), because=self.mark("school"),
        )  # fmt: skip
        register.add(4, "feedback-recorded", indicator=CODES[0], text=self.mark("school"))
        self.add(seen, register)
        self._claims(0xD2, "D", "ZS", "school", 50)

    def withdraw(self, stream: str, respondent: str = "") -> None:
        gone = Recorder(f"laptop of {stream[-4:]} {respondent}".replace(" ", "-"), stream=stream)
        who = {"respondent": respondent} if respondent else {}
        gone.add(0, "consent-withdrawn", date="2018-05-01", **who)
        self.add(gone)

    def shown(self, capfd: pytest.CaptureFixture[str]) -> dict[str, set[str]]:
        """Return by endpoint or command all marks that it shows: every GET route, every format."""
        found: dict[str, set[str]] = {}
        for rule in self.app.url_map.iter_rules():
            if "GET" in (rule.methods or ()):
                for path in self._paths(rule):
                    headers = {"Authorization": f"Bearer {self.token}"} if "/api/" in path else {}
                    answer = self.visitor.client.get(path, headers=headers)
                    assert answer.status_code < 500, path
                    found.setdefault(rule.endpoint, set()).update(marks_in(answer.data))
        for words in self._commands():
            target = self.folder / "out"
            target.unlink(missing_ok=True)
            main(["--data", str(self.folder), *words, "--output", str(target)])
            printed = capfd.readouterr()
            content = target.read_bytes() if target.exists() else b""
            marks = marks_in(content) | marks_in((printed.out + printed.err).encode())
            found.setdefault(f"command {words[0]} {words[1]}", set()).update(marks)
        return found

    def _paths(self, rule: Rule) -> Iterator[str]:
        streams = self.context.store.events.versions(BUNDLE.study)
        uuids: dict[str, list[str]] = {}
        for stream in streams:
            kind, _, uuid = stream.partition("/")
            uuids.setdefault(kind, []).append(uuid)
        path = str(rule.rule).replace("<any(observation, interview):kind>/<uuid:uuid>", "<stream>")
        values: dict[str, list[str]] = {
            "<uuid:observation>": uuids["observation"],
            "<uuid:interview>": uuids["interview"],
            "<uuid:school>": uuids["school"],
            "<uuid:one>": uuids["observation"],
            "<uuid:other>": uuids["observation"],
            "<stream>": [s for s in streams if s.startswith(("observation/", "interview/"))],
            "<path:code>": list(CODES),
            "<format>": sorted({*FORMATS, *TABLE_FORMATS}),
        }
        made = [path]
        for place, own in values.items():
            made = [p.replace(place, v, 1) for p in made for v in (own if place in p else [""])]
        for each in made:
            if "<" in each:  # a key or a name, of what is no record
                continue
            for query in self._queries(rule.endpoint):
                yield f"{each}?{query}language=en"

    def _queries(self, endpoint: str) -> list[str]:
        if endpoint == "triangulation.cell":
            return [f"code={c}&actor=team&rulings=1&" for c in CODES[:2]]
        if endpoint in ("exports.sheet", "exports.triangulation"):
            audiences = ("audience=internal&", "audience=report&")
            return [f"{a}{s}" for a in audiences for s in ("", "school=A&", "school=D&")]
        if endpoint == "studies.index":
            return ["", "text=zq&", "sort=date&"]
        if endpoint in ("triangulation.index", "triangulation.comparison"):
            return ["", "role=teacher&"]
        if endpoint == "interviews.show":
            claims = [c.id for s in (0xA1, 0xD2) for c in self._claims_of(s)[:3]]
            return ["", *(f"revise={id}&" for id in claims)]
        return [""]

    def _claims_of(self, number: int) -> list[object]:
        return list(self.visitor.interview(f"Z{number}").claims)

    def _commands(self) -> Iterator[list[str]]:
        yield ["export", "bundle"]
        for format in FORMATS:
            yield ["export", "observation", "D-77", "--format", format]
        for format in TABLE_FORMATS:
            yield ["export", "claims", "--format", format]
            yield ["export", "codebook", "--format", format]
        for format in ("json", "csv", "csv-raw", "pdf", "xlsx"):
            for audience in ("internal", "report"):
                yield ["export", "triangulation", "--format", format, "--audience", audience]
                for school in "AD":
                    yield ["export", "triangulation", "--format", format, "--audience", audience, "--school", school]  # fmt: skip


def marks_in(content: bytes) -> set[str]:
    """Return the marks in a page, a text, a PDF or a workbook."""
    if content.startswith(b"%PDF"):
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            text = " ".join(book.read(name).decode() for name in book.namelist())
    else:
        text = content.decode(errors="replace")
    return set(MARK.findall(text.casefold()))


Shown = dict[str, set[str]]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def of_kind(shown: Shown, kind: str) -> Shown:
    found = {name: {m for m in marks if m.startswith(f"zq{kind}")} for name, marks in shown.items()}
    return {name: marks for name, marks in found.items() if marks}


@pytest.mark.slow
def test_nothing_that_a_respondent_said_is_shown_or_leaves_after_the_withdrawal(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    before = of_kind(place.shown(capfd), "resp")
    every = {f"zqresp{number:03}" for number in range(1, place.marks["resp"] + 1)}
    assert set().union(*before.values()) == every
    assert {"interviews.show", "triangulation.show", "triangulation.cell", "codebook.show",
            "schools.show", "exports.claims", "exports.triangulation", "exports.sheet",
            "command export claims", "command export triangulation"} <= set(before)  # fmt: skip
    place.withdraw(place.a, "ZR")
    after = of_kind(place.shown(capfd), "resp")
    assert {n: sorted(m)[:5] for n, m in after.items() if n not in RESPONDENT_EXCEPTIONS} == {}


@pytest.mark.slow
def test_a_school_that_withdrew_is_on_its_own_pages_only_and_they_say_so(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    before = of_kind(place.shown(capfd), "school")
    every = {f"zqschool{number:03}" for number in range(1, place.marks["school"] + 1)}
    assert set().union(*before.values()) >= every
    assert sum(place.marks.values()) >= 200
    assert {"observations.export", "triangulation.show", "exports.claims", "exports.triangulation",
            "exports.sheet", "kit.show", "command export observation"} <= set(before)  # fmt: skip
    place.withdraw(place.d)
    after = of_kind(place.shown(capfd), "school")
    assert {n: sorted(m)[:5] for n, m in after.items() if n not in SCHOOL_EXCEPTIONS} == {}


def test_the_pages_of_a_school_that_withdrew_carry_the_day_and_no_download(place: Place) -> None:
    place.withdraw(place.d)
    uuid, page = place.d.partition("/")[2], place.visitor.page
    pages = [
        f"/schools/{uuid}",
        f"/triangulation/schools/{uuid}",
        f"/triangulation/schools/{uuid}/cell?code={CODES[0]}&actor=team",
        f"/observations/{UUID.format(0xD1)}",
        f"/interviews/{UUID.format(0xD2)}",
    ]
    for path in pages:
        text = page(path)
        assert "Withdrawn on 1 May 2018" in text, path
        assert BANNER in text, path
        assert "/export" not in text, path
        assert "Teruggetrokken op 1 mei 2018" in page(path, "nl")
    assert BANNER not in page(f"/schools/{place.a.partition('/')[2]}")
    listed = page("/")
    assert listed.count("withdrawn") == 4
    assert "D-77" in listed


def test_agreeing_again_brings_everything_back(
    place: Place, capfd: pytest.CaptureFixture[str]
) -> None:
    place.withdraw(place.d)
    again = Recorder("laptop9", stream=place.d)
    (gone,) = place.visitor.school("D").consents[""].events
    again.add(0, "consent-given", date="2018-06-01", replaces=[gone])
    place.add(again)
    assert (
        place.visitor.client.get(f"/observations/{UUID.format(0xD1)}/export/csv").status_code == 200
    )
    assert "School D" in place.visitor.page("/triangulation")


@pytest.mark.parametrize("words", [["observation", "D-77"], ["triangulation", "--school", "D"]])
def test_the_command_says_why_it_writes_nothing(
    place: Place, capfd: pytest.CaptureFixture[str], words: list[str]
) -> None:
    place.withdraw(place.d)
    assert main(["--data", str(place.folder), "export", *words]) == 1
    printed = capfd.readouterr()
    assert printed.out == ""
    assert "School D withdrew, so nothing of it leaves" in printed.err
