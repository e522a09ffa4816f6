"""The documents say what the code does."""

from __future__ import annotations

import gzip
import json
import re
import runpy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from observation.cli import parser
from observation.core.batch import MOST_EVENTS, MOST_STREAMS, PROTOCOL
from observation.core.errors import Refused
from observation.core.events import SIZE_LIMIT, read_event
from observation.export.csv import COLUMNS
from observation.export.json import observation_value
from observation.settings import open_context
from observation.store import Outcome, Receipt
from observation.store.backup import KEPT, make_backup
from observation.store.codes import MINUTES, TRIES
from observation.store.deposit import deposit
from observation.store.devices import enrol
from observation.store.receiving import QUARANTINED, REFUSED
from observation.web import create_app
from tests.samples import BUNDLE, records

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MAKER = runpy.run_path(str(ROOT / "scripts" / "make_docs.py"))
FIGURES = runpy.run_path(str(ROOT / "scripts" / "make_figures.py"))
SCHEMA = json.loads((DOCS / "event.schema.json").read_text())
EVENT = BUNDLE.events[0].as_dict()


def test_the_schema_and_the_table_of_kinds_are_up_to_date() -> None:
    assert (DOCS / "event.schema.json").read_text() == MAKER["schema_text"]()
    page = (DOCS / "events.md").read_text()
    assert page == MAKER["with_table"](page), "run python scripts/make_docs.py"


def test_every_event_of_the_sample_study_fits_the_schema() -> None:
    for event in BUNDLE.events:
        jsonschema.validate(event.as_dict(), SCHEMA)


BROKEN = [
    {"id": "ABC"},
    {"stream": "lunch/0190a5b0-0000-7000-8000-000000000001"},
    {"kind": "Note Written"},
    {"at": "2018-03-13 15:10"},
    {"at": "2018-03-13T15:10:00"},
    {"elapsed": -1},
    {"elapsed": 2**53},
    {"device": ""},
    {"boot": "b b"},
    {"seq": 0},
    {"seq": True},
    {"by": ""},
    {"data": []},
    {"format": 2},
    {"extra": 1},
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: f"{next(iter(each.items()))}")
def test_the_schema_refuses_what_the_program_refuses(broken: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        read_event(EVENT | broken)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(EVENT | broken, SCHEMA)


def test_the_json_of_an_observation_has_the_names_that_are_documented() -> None:
    text = (DOCS / "formats.md").read_text().split("## CSV")[0]
    rows = [line.split("|")[1] for line in text.splitlines() if line.startswith("| `")]
    documented = set(re.findall(r"`([a-z_]+)`", " ".join(rows)))
    value = observation_value(records()["A-01"], "nl")
    assert set(value) - {"format"} == documented


def test_the_columns_of_the_csv_are_documented() -> None:
    text = " ".join((DOCS / "formats.md").read_text().split())
    assert ", ".join(COLUMNS) in text


def _commands(parser: Any, path: str = "observation") -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action.choices, dict):
            for name, below in action.choices.items():
                yield f"{path} {name}"
                yield from _commands(below, f"{path} {name}")
        else:
            yield from (f"{path} {o}" for o in action.option_strings if o.startswith("--"))


def test_every_command_and_option_is_documented_and_nothing_else_is() -> None:
    page = (DOCS / "command-line.md").read_text()
    known = {line for line in _commands(parser()) if not line.endswith("--help")}
    options = {line.split()[-1] for line in known if "--" in line}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", page)) == options
    assert [line for line in known if "--" not in line and line not in page] == []


def _unsaid(parser: Any, path: str = "observation") -> Iterator[str]:
    """The commands and options of which --help says nothing."""
    for action in parser._actions:
        if isinstance(action.choices, dict):
            said = {each.dest for each in action._choices_actions if each.help}
            for name, below in action.choices.items():
                if name not in said:
                    yield f"{path} {name}"
                yield from _unsaid(below, f"{path} {name}")
        elif not action.help:
            yield f"{path} {action.dest}"


def test_help_says_what_every_command_and_option_is() -> None:
    assert list(_unsaid(parser())) == []


def test_the_protocol_of_tablets_is_documented_as_it_is(tmp_path: Path) -> None:
    page = (DOCS / "sync.md").read_text()
    rows = {line.split("`")[1] for line in page.splitlines() if line.startswith("| `")}
    assert {*map(str, Outcome), QUARANTINED, REFUSED} <= rows
    assert set(re.findall(r"observation-sync/\d", page)) == {PROTOCOL}
    for number in (f"at most {MOST_EVENTS} ", f"at most {MOST_STREAMS:,}", f"{TRIES} wrong tries"):
        assert number in page
    assert (f"{SIZE_LIMIT // 1024} KiB" in page, f"{MINUTES}\n  minutes" in page) == (True, True)
    documented = set(re.findall(r"^#.*`(?:GET|POST) (/\S+)`$", page, re.M))
    rules = create_app(open_context(tmp_path, "memory:")).url_map.iter_rules()
    served = {
        re.sub(r"<(?:[^<>]*:)?(\w+)>", lambda name: name[1].upper(), rule.rule)
        for rule in rules
        if rule.rule.startswith(("/api/", "/instruments/"))
    }
    assert documented == served


PAGES = sorted({*ROOT.glob("*.md"), *DOCS.glob("*.md"), *(ROOT / "observation").rglob("*.md")})
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.M)


def _anchor(heading: str) -> str:
    """The name that GitHub gives to a heading."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[^\w -]", "", text.lower()).strip().replace(" ", "-")


def _links(page: Path) -> Iterator[tuple[str, Path, str]]:
    """The links of a page to what lies here: as written, the file, and the place in it."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.M | re.S)
    for link in LINK.findall(text):
        if not re.match(r"[a-z]+:", link):
            path, _, place = link.partition("#")
            yield link, (page.parent / path).resolve() if path else page, place


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_between_documents_leads_somewhere(page: Path) -> None:
    lost = [
        link
        for link, target, place in _links(page)
        if not target.exists()
        or (place and place not in map(_anchor, HEADING.findall(target.read_text())))
    ]
    assert lost == []


def test_every_document_is_reached_from_the_readme() -> None:
    reached, ahead = set[Path](), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page not in reached:
            reached.add(page)
            ahead += [target for _, target, _ in _links(page) if target.suffix == ".md"]
    direct = {target for _, target, _ in _links(ROOT / "README.md")}
    assert set(PAGES) - reached == set()
    assert set(DOCS.glob("*.md")) - direct == set(), "the README names every one of them itself"


def test_the_citation_and_the_licence_say_what_the_package_says() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lines = (ROOT / "CITATION.cff").read_text().splitlines()
    said = {
        name.strip(" -"): value.strip(' "') for name, _, value in (e.partition(":") for e in lines)
    }
    assert said["cff-version"] == "1.2.0"
    assert said["version"] == project["version"]
    assert said["license"] == project["license"] == "MIT"
    assert said["abstract"] == project["description"]
    assert said["name"] == project["authors"][0]["name"]
    assert (ROOT / project["license-files"][0]).read_text().startswith("MIT License\n")


FILES = re.compile(r"`((?:tests|benchmarks|scripts|observation|deploy|docs)/[\w./@-]+\.\w+)`")


@pytest.mark.parametrize("name", ["docs/promises.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_as_showing_something_is_there(name: str) -> None:
    named = FILES.findall((ROOT / name).read_text())
    assert len(named) > 5
    assert [each for each in named if not (ROOT / each).exists()] == []


def test_the_plan_of_the_house_names_what_is_there() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text()
    named = set(re.findall(r"[\w-]+\.(?:py|js)\b", page))
    there = {
        path.name
        for folder in ("observation", "static", "tests")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".js")
    }
    assert named - there - {"app.py"} == set()
    inner = {
        path.name
        for folder in ("core", "store")
        for path in (ROOT / "observation" / folder).glob("*.py")
    }
    assert inner - named <= {"__init__.py"}, "a room of the house that its plan lacks"


def test_every_promise_names_what_shows_it() -> None:
    promised, _, rest = (DOCS / "promises.md").read_text().partition("<!-- figures: begin -->")
    _, _, after = rest.partition("<!-- figures: end -->")
    rows = [
        line
        for line in (promised + after).splitlines()
        if line.startswith("| ") and not line.startswith("| what ")
    ]
    assert len(rows) > 40
    assert [line for line in rows if not FILES.search(line.rsplit(" | ", 1)[1])] == []


REPORT = """<?xml version="1.0"?><testsuites><testsuite name="pytest" tests="4" time="90.5" timestamp="2026-11-30T05:00:00+00:00">
<testcase classname="tests.core.test_clock" name="a" time="1"/>
<testcase classname="tests.web.test_guard.TestForms" name="b" time="1"/>
<testcase classname="tests.web.test_guard" name="c" time="1"><failure message="no">x</failure></testcase>
<testcase classname="tests.web.test_access" name="d" time="1"><skipped message="no"/></testcase>
</testsuite></testsuites>"""


def test_the_figures_of_a_run_are_those_of_its_report() -> None:
    run = FIGURES["read_run"](REPORT)
    page = "| x | `tests/core/test_clock.py`, `tests/web/test_guard.py`, `tests/web/test_access.py` |\n"
    said = FIGURES["figures"](run, page, "a tap 3 ms\n")
    for row in (
        "passed | 2 |",
        "failed | 1 |",
        "left out | 1 |",
        "named above | 3 |",
        "in them that passed | 2 |",
    ):
        assert row in said
    assert (
        "**Not shown by this run:** `tests/web/test_access.py`, `tests/web/test_guard.py`." in said
    )
    assert ("of 2026-11-30, which took 2 minutes" in said, "a tap 3 ms" in said) == (True, True)
    once = FIGURES["with_figures"]((DOCS / "promises.md").read_text(), said)
    assert (said in once, FIGURES["with_figures"](once, said)) == (True, once)


def test_the_lines_of_a_backup_are_documented_as_they_are(tmp_path: Path) -> None:
    page = (DOCS / "backup.md").read_text()
    context = open_context(tmp_path, "memory:")
    deposit(context.store.events, context.catalogue, BUNDLE.study, BUNDLE.events, Receipt("", ""))
    enrol(context.store.registry, BUNDLE.study, BUNDLE.study, "iPad", context.clock.now())
    context.schedules.mkdir()
    (context.schedules / "own.toml").write_text("x")
    make_backup(context.store, context.schedules, tmp_path / "file.gz", context.clock.now)
    lines = list(map(json.loads, gzip.decompress((tmp_path / "file.gz").read_bytes()).splitlines()))
    rows = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("|")}
    lasting = {"first": lines[0], "a stream": lines[1], "a kind of the registry": lines[-3],
               "an own schedule": lines[-2], "last": lines[-1]}  # fmt: skip
    for name, line in lasting.items():
        assert {*line, *line.get("end", ())} - {"sha256"} <= set(re.findall(r"`(\w+)`", rows[name]))
    assert all(f"`{name}" in page or name.startswith("registry/") for name in lines[0]["without"])
    assert f"version {lines[0]['backup']}" in page
    assert f"keeps {KEPT}" in (DOCS / "command-line.md").read_text()
