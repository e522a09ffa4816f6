"""Coded segments come in through the browser: looked at first, then all of them or none."""

from __future__ import annotations

import csv
import fcntl
import io
import json
import os
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from observation.core.work import Step
from observation.settings import open_context
from observation.web import create_app
from observation.web.uploads import forget_old
from tests.importing.study import MAPPING, MAXQDA, TAGUETTE
from tests.web.desk import Form, read
from tests.web.visitor import Visitor

pytestmark = pytest.mark.slow
HEADER = "id,document,tag,content\r\n"


@pytest.fixture
def importer(tmp_path: Path) -> Importer:
    """Somebody who imports into the sample study, kept in files as a server does."""
    app = create_app(open_context(tmp_path / "data"))
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    return Importer(Visitor(app.test_client()))


class Importer:
    """Brings files and looks at what becomes of them."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self.client = visitor, visitor.client

    def bring(self, content: bytes, name: str, by: str = "W1") -> str:
        """Upload a file, wait until it was looked at, and return its address."""
        answer = self.upload(content, name, by)
        assert answer.status_code == 303, re.findall(r'class="alert".*', answer.text)
        self.page(answer.location)
        return str(answer.location)

    def upload(self, content: bytes, name: str, by: str = "W1") -> TestResponse:
        head = f'--x\r\nContent-Disposition: form-data; name="_by"\r\n\r\n{by}\r\n'
        head += f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        return self.client.post(
            "/import?language=en",
            data=head.encode() + content + b"\r\n--x--\r\n",
            content_type="multipart/form-data; boundary=x",
        )

    def page(self, path: str) -> str:
        """Return the page once the work is done."""
        for _ in range(2400):
            answer = self.client.get(f"{path}?language=en")
            assert answer.status_code == 200
            if "data-work" not in answer.text:
                return answer.text
            time.sleep(0.05)
        raise AssertionError("it goes on for ever")

    def form(self, path: str, end: str) -> Form:
        """Return the form of the page that goes to this end of its address."""
        return next(f for f in read(self.page(path)).forms if f.action.endswith(end))

    def say(self, path: str, **said: str) -> str:
        """Say what is unknown, and return the page that comes of it."""
        form = self.form(path, "/mapping")
        fields = dict(form.fields) | {name.replace("_", "-"): text for name, text in said.items()}
        answer = self.client.post(form.action, data=fields)
        assert answer.status_code == 303, re.findall(r'class="alert".*', answer.text)
        return self.page(path)

    def take(self, path: str) -> str:
        """Take it in, and return the page that comes of it."""
        form = self.form(path, "/taking")
        assert self.client.post(form.action, data=form.fields).status_code == 303
        return self.page(path)

    def unknown(self, path: str) -> dict[str, int]:
        """What is to be said: the place of each name on the page."""
        names = re.findall(r'<span class="row-name">([^<]*) <small>', self.page(path))
        return {name: place for place, name in enumerate(names)}

    def claims(self) -> list[dict[str, str]]:
        """The claims of the study, as its table."""
        text = self.client.get("/exports/claims/csv-raw").text
        return list(csv.DictReader(io.StringIO(text)))


def taguette(*rows: tuple[Any, ...]) -> bytes:
    """A table of highlights: id, document, tag, content."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return (HEADER + target.getvalue()).encode()


NEW = (
    (901, "R6-R9 focusgroep school A", "R7", "Wij plannen de lesbezoeken samen."),
    (901, "R6-R9 focusgroep school A", "learning.visits-planned", "Wij plannen de lesbezoeken samen."),
    (901, "R6-R9 focusgroep school A", "bevestigt", "Wij plannen de lesbezoeken samen."),
)  # fmt: skip


def test_what_would_come_in_is_shown_and_nothing_recorded_until_it_is_taken_in(
    importer: Importer,
) -> None:
    before = importer.claims()
    path = importer.bring(taguette(*NEW), "highlights.csv")
    page = importer.page(path)
    assert "taguette · utf-8 · comma · header in row 1" in page
    assert "<dt>New claims</dt><dd>1</dd>" in page
    assert importer.claims() == before
    assert "Taken in." in importer.take(path)
    (new,) = [row for row in importer.claims() if row not in before]
    assert (new["text"], new["stance"]) == ("Wij plannen de lesbezoeken samen.", "affirms")
    again = importer.bring(taguette(*NEW), "highlights.csv")
    assert "<dt>Here already, the same</dt><dd>1</dd>" in importer.page(again)


def test_one_more_highlight_adds_one_claim_and_a_changed_one_is_offered_as_a_revision(
    importer: Importer,
) -> None:
    importer.take(importer.bring(taguette(*NEW), "h.csv"))
    more = [(902, NEW[0][1], tag, "Nog een.") for tag in ("R8", "learning.feedback")]
    path = importer.bring(taguette(*NEW, *more), "h.csv")
    assert "<dt>New claims</dt><dd>1</dd>" in importer.page(path)
    importer.take(path)
    changed = [(*row[:3], "Wij plannen ze altijd samen.") for row in NEW]
    path = importer.bring(taguette(*changed, *more), "h.csv")
    assert "Row 2, “R6-R9 focusgroep school A”: changed text." in importer.page(path)
    importer.say(path, revise="1")
    importer.take(path)
    texts = [row["text"] for row in importer.claims()]
    assert texts.count("Wij plannen ze altijd samen.") == 1
    assert "Wij plannen de lesbezoeken samen." not in texts


def test_what_is_unknown_is_said_once_and_remembered(importer: Importer) -> None:
    rows = [
        (1, "R6-R9 focusgroep school A", tag, "Hij zei iets.")
        for tag in ("R7", "lesbezoek (oud)", "te checken", "X7")
    ]
    path = importer.bring(taguette(*rows), "h.csv")
    unknown = importer.unknown(path)
    assert set(unknown) == {"lesbezoek (oud)", "te checken", "X7"}
    assert "It can be taken in when nothing is unknown" in importer.page(path)
    codes = {"lesbezoek (oud)": "learning.visits-planned", "te checken": "-", "X7": "wisselend"}
    importer.say(path, **{f"code_{unknown[name]}": code for name, code in codes.items()})
    importer.take(path)
    (claim,) = [row for row in importer.claims() if row["text"] == "Hij zei iets."]
    assert (claim["codes"], claim["stance"]) == ("learning.visits-planned", "mixed")
    again = importer.bring(taguette(*rows), "h.csv")
    assert importer.unknown(again) == {}
    told = json.loads(importer.client.get(f"{again}/mapping.json").text)
    assert told["codes"] == codes


def test_what_was_said_wrongly_is_said_anew(importer: Importer) -> None:
    rows = [(1, NEW[0][1], tag, "Zij zei iets.") for tag in ("R7", "lesbezoek", "te checken")]
    path = importer.bring(taguette(*rows), "h.csv")
    unknown = importer.unknown(path)
    said = {
        f"code_{unknown['te checken']}": "-",
        f"code_{unknown['lesbezoek']}": "learning.feedback",
    }
    importer.say(path, **said)
    page = importer.page(path)
    (place,) = re.findall(
        r'name="unsaid-(\d+)"[^>]*> say it anew<span class="hidden">: lesbezoek<', page
    )
    importer.say(path, **{f"unsaid_{place}": "1"})
    assert importer.unknown(path) == {"lesbezoek": 0}
    importer.say(path, code_0="learning.visits-planned")
    importer.take(path)
    (claim,) = [row for row in importer.claims() if row["text"] == "Zij zei iets."]
    assert claim["codes"] == "learning.visits-planned"


def test_one_that_is_ended_before_it_wrote_brings_nothing(importer: Importer) -> None:
    before = importer.claims()
    rows = [
        (n, f"{NEW[0][1]} nr {n // 100}", tag, f"Voor de {n}e keer.")
        for n in range(2_000)
        for tag in ("R7", "learning.feedback")
    ]
    path = importer.bring(taguette(*rows), "h.csv")
    form = importer.form(path, "/taking")
    assert importer.client.post(form.action, data=form.fields).status_code == 303
    (held,) = importer.visitor.context.data.glob("imports/*/held")
    process = os.open(held, os.O_RDWR)
    assert importer.client.post(f"{path}/end").status_code == 303
    assert not held.parent.exists()
    fcntl.flock(process, fcntl.LOCK_EX)  # once the process has ended
    os.close(process)
    assert importer.claims() == before


def test_what_is_taken_in_is_not_taken_in_again_and_a_codebook_without_news_says_so(
    importer: Importer,
) -> None:
    path = importer.bring(taguette(*NEW), "h.csv")
    form = importer.form(path, "/taking")
    assert "Taken in." in importer.take(path)
    report = next(importer.visitor.context.data.glob("imports/*/report.json"))
    told = report.stat().st_mtime_ns
    importer.client.post(form.action, data=form.fields)
    assert report.stat().st_mtime_ns == told
    codes = importer.client.get("/exports/codebook/csv").data
    page = importer.page(importer.bring(codes, "codes.csv"))
    assert "Every code of the table is here already" in page


def test_a_respondent_who_is_new_comes_into_the_register(importer: Importer) -> None:
    rows = [(1, "Gesprek met S9", tag, "Ik leid het zelf.") for tag in ("S9", "intervening.leads")]
    path = importer.bring(taguette(*rows), "h.csv")
    unknown = importer.unknown(path)
    importer.say(
        path,
        **{f"school_{place}": "A" for place in unknown.values()},
        **{f"role_{unknown['S9']}": "school-leader"},
    )
    for name, place in importer.unknown(path).items():
        importer.say(path, **{f"school_{place}": "A", f"kind_{place}": "interview"})
        assert name == "Gesprek met S9"
    assert "Taken in." in importer.take(path)
    assert importer.visitor.school("A").respondents["S9"].role == "school-leader"


def test_a_table_that_no_known_tool_wrote_is_read_by_what_its_columns_hold(
    importer: Importer,
) -> None:
    table = b"wie;wat;waar;thema\r\nR7;Zo gaat dat.;R6-R9 focusgroep school A;feedback\r\n"
    path = importer.bring(table, "eigen.csv")
    assert "No header of a known table" in importer.page(path)
    page = importer.say(
        path, column_0="respondents", column_1="text", column_2="document", column_3="codes"
    )
    assert "mapped · utf-8 · semicolon" in page
    unknown = importer.unknown(path)
    if "feedback" in unknown:
        importer.say(path, **{f"code_{unknown['feedback']}": "learning.feedback"})
    importer.take(path)
    assert "Zo gaat dat." in [row["text"] for row in importer.claims()]
    again = importer.page(importer.bring(table, "eigen.csv"))  # its columns are remembered
    assert "<dt>Here already, the same</dt><dd>1</dd>" in again


def test_an_export_of_the_real_files_is_equal_in_an_empty_study(
    importer: Importer, tmp_path: Path
) -> None:
    before = importer.claims()
    for file in (TAGUETTE, MAXQDA):
        path = importer.bring(file.read_bytes(), file.name)
        while unknown := importer.unknown(path):
            said = MAPPING.codes | MAPPING.respondents
            field = dict.fromkeys(MAPPING.codes, "code")
            told = {
                f"{field.get(name, 'respondent')}_{place}": said[name]
                for name, place in unknown.items()
            }
            names = re.findall(r'<label>([^<]*) <select name="same-', importer.page(path))
            told |= {f"same_{n}": MAPPING.documents[name].interview for n, name in enumerate(names)}
            importer.say(path, **told)
        assert "<dt>New claims" not in importer.page(path)  # the sample study holds them
        importer.take(path)
        assert importer.claims() == before
    for format, name in (("xlsx", "claims.xlsx"), ("csv", "claims.csv")):
        content = importer.client.get(f"/exports/claims/{format}").data
        app = create_app(open_context(tmp_path / name))
        app.testing = True
        app.config["WTF_CSRF_ENABLED"] = False
        client = app.test_client()
        client.post("/register/events", data={
            "_id": "0190a5b0-0000-7000-8000-000000000001", "_kind": "study-recorded", "_by": "W1",
            "name": "Leeg", "instrument": "appendix-4",
        })  # fmt: skip
        empty = Importer.__new__(Importer)
        empty.client = client
        codes = importer.client.get(f"/exports/codebook/{format}").data
        for table, called in ((codes, name.replace("claims", "codes")), (content, name)):
            assert "Taken in." in empty.take(empty.bring(table, called))
        assert empty.claims() == before


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (b"", "h.csv", "The file is empty"),
        (b"x" * 60_000_000, "h.csv", "at most 50 MB are read"),
        (b"\xd0\xcf\x11\xe0xxxx", "h.xlsx", "old Excel file"),
        (b"PK\x03\x04rubbish", "h.xlsx", "The workbook cannot be read"),
        (HEADER.encode(), "h.csv", "a header and no rows"),
        (HEADER.encode() + b'1,"broken', "h.csv", "a quotation mark may be missing"),
    ],
)
def test_what_cannot_be_read_is_said_and_leaves_nothing(
    importer: Importer, content: bytes, name: str, sentence: str
) -> None:
    before = importer.claims()
    path = importer.bring(content, name)
    page = importer.page(path)
    assert sentence in page
    assert "Take it in" not in page
    assert importer.claims() == before


@pytest.mark.parametrize(
    ("name", "by", "sentence"),
    [("h.exe", "W1", "A table ends in .csv"), ("", "W1", "Choose a file first"), ("h.csv", "", "Say in “By”")],
)  # fmt: skip
def test_what_is_no_table_is_refused(importer: Importer, name: str, by: str, sentence: str) -> None:
    answer = importer.upload(b"x", name, by)
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_it_can_be_stopped_and_is_forgotten(importer: Importer) -> None:
    path = importer.bring(taguette(*NEW), "h.csv")
    assert importer.client.post(f"{path}/end").status_code == 303
    assert importer.client.get(path).status_code == 404
    assert importer.client.get("/import/../data").status_code == 404
    assert importer.client.get("/import/zzzzzzzzzzzzzzzz").status_code == 404


def test_a_process_that_ended_without_a_word_is_said_to_have_failed(importer: Importer) -> None:
    path = importer.bring(taguette(*NEW), "h.csv")
    folder = importer.visitor.context.data / "imports" / path.rpartition("/")[2]
    told = json.loads((folder / "report.json").read_text())
    (folder / "report.json").write_text(json.dumps(told | {"state": "running"}))
    assert "The work stopped before its end" in importer.page(path)


def test_a_bad_value_in_the_mapping_is_named_and_what_was_typed_stays(importer: Importer) -> None:
    rows = [(1, "Gesprek", tag, "Iets.") for tag in ("S99", "learning.feedback")]
    path = importer.bring(taguette(*rows), "h.csv")
    form, place = importer.form(path, "/mapping"), importer.unknown(path)["S99"]
    said = {f"respondent-{place}": "S 99", f"school-{place}": "A", f"role-{place}": "king"}
    answer = importer.client.post(form.action, data=dict(form.fields) | said)
    assert answer.status_code == 422
    assert "In the mapping, “new.S 99.role” must be" in answer.text
    assert 'value="S 99"' in answer.text


def test_an_import_that_was_killed_at_its_very_end_does_not_say_that_nothing_came_in(
    importer: Importer, tmp_path: Path
) -> None:
    path = importer.bring(taguette(*NEW), "highlights.csv")
    (report,) = tmp_path.glob(f"data/**/{path.rpartition('/')[2]}/report.json")
    for step, sentence in (
        (Step("Records taken in", 1, 2, last=True), "All of it was taken in, or nothing."),
        (Step("Rows read", 1, 2), "Nothing was taken in."),
    ):
        report.write_text(
            json.dumps({"state": "running", "step": asdict(step)})
        )  # and nobody holds it
        page = importer.page(path)
        assert sentence in page
        assert page.count('class="alert"') == 1


def test_what_waits_is_listed_until_it_is_taken_in_or_left(importer: Importer) -> None:
    unknown = [(*NEW[0][:2], "geen-code", NEW[0][3]), *NEW]
    paths = [importer.bring(taguette(*rows), f"{n}.csv") for n, rows in enumerate((NEW, unknown))]

    def listed() -> list[tuple[str, ...]]:
        found = r'href="(/import/[^"]*)">([^<]*)</a>.*?<span>(.*?)</span>'
        return re.findall(found, importer.page("/import"), re.DOTALL)

    ready, asked = ((path.partition("?")[0], f"{n}.csv") for n, path in enumerate(paths))
    assert listed() == [(*asked, "to be said: 1"), (*ready, "ready to take in")]
    importer.take(paths[0])
    assert listed() == [(*asked, "to be said: 1")]
    form = importer.form(paths[1], "/end")
    importer.client.post(form.action, data=form.fields)
    assert listed() == []


def test_what_nobody_does_anything_with_is_forgotten_after_a_week(importer: Importer) -> None:
    importer.bring(taguette(*NEW), "h.csv")
    (folder,) = importer.visitor.context.beside.imports.iterdir()
    for days, there in ((6, True), (8, False)):
        past = time.time() - days * 86400
        os.utime(folder, (past, past))
        forget_old(importer.visitor.context)
        assert folder.exists() == there
