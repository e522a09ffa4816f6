"""Why a form is not saved is said on top, has the focus, leads to the field, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from observation.core.errors import Refused
from observation.web.refill import refilled
from tests.samples import BUNDLE, records
from tests.web.tablet import app_at
from tests.web.visitor import Visitor

SCHOOL, INTERVIEW = (
    min(e.stream.partition("/")[2] for e in BUNDLE.events if e.stream.startswith(kind))
    for kind in ("school/", "interview/")
)
OBSERVATION = records()["D-02"].observation.stream.partition("/")[2]
PAPER = records()["D-01"].observation.stream.partition("/")[2]
PAGES = (
    "/register",
    "/schools",
    f"/schools/{SCHOOL}",
    "/codebook",
    "/codebook/own.workload",
    "/interviews/new?school=A",
    f"/interviews/{INTERVIEW}",
    f"/observations/{OBSERVATION}",
    f"/observations/{OBSERVATION}/capture",
    f"/observations/{OBSERVATION}/finish",
    f"/observations/{OBSERVATION}/schedule",
    f"/observations/{PAPER}/paper",
    "/observations/new?school=A&unit=1",
    "/observations/new?source=paper",
    "/accounts",
    "/triangulation/agreement",
    "/erasure/new?school=A",
)
DOORS = ("/sign-in", "/invitation", "/import")  # whose fields are not given back
ALL_TAKEN = tuple(f"/observations/{OBSERVATION}/{screen}" for screen in ("finish", "schedule"))
# A version of the codebook is taken back at the register, whose page has no such form.
ELSEWHERE = (("/register/events", "/codebook"),)
# What is wrong with two fields together is said at the second.
PAIRS = {("/sign-in", "_name"): "_password", ("/invitation", "_password"): "_repeated"}
VOID = ("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr")


@pytest.fixture
def visitor(tmp_path: Any) -> Visitor:
    app = app_at(tmp_path)
    app.config["WTF_CSRF_ENABLED"] = False
    return Visitor(app.test_client())


class Forms(HTMLParser):
    """The forms of a page, each with its controls; which form holds the marked place, and what is open."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.links: list[str] = []
        self.focus: list[str] = []
        self.marked: dict[str, Any] | None = None
        self.invalid: list[dict[str, str]] = []
        self.texts: dict[str, str] = {}  # of what has an id
        self._ids: list[tuple[str, str]] = []  # of the elements that are open, outside in
        self._details: list[bool] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else "" for name, value in attrs}
        if tag == "details":
            self._details.append("open" in given)
        if tag == "a":
            self.links.append(given.get("href", ""))
        if "autofocus" in given:
            self.focus.append(given.get("id", tag))
        if tag == "form":
            self._open = True
            self.forms.append({**given, "controls": [], "shown": all(self._details)})
        if given.get("id") == "wrong":
            self.marked = self.forms[-1]
        if "aria-invalid" in given:
            self.invalid.append(given)
        if tag not in VOID:
            self._ids.append((tag, given.get("id", "")))
        if not self._open:
            return
        controls = self.forms[-1]["controls"]
        if tag == "option" and controls and "options" in controls[-1]:
            controls[-1]["options"].append((given.get("value", ""), "selected" in given))
        elif tag in ("input", "textarea", "select", "button") and given.get("name"):
            more = {"options": []} if tag == "select" else {"text": ""}
            controls.append({**given, **more, "tag": tag})

    def handle_data(self, data: str) -> None:
        for _, id in self._ids:
            if id and data.strip():
                self.texts[id] = f"{self.texts.get(id, '')} {data.strip()}".strip()
        last = self.forms[-1]["controls"][-1:] if self._open else []
        for each in last:
            if each["tag"] == "textarea" and "closed" not in each:
                each["text"] += data

    def handle_endtag(self, tag: str) -> None:
        while self._ids and self._ids.pop()[0] != tag:  # an end may be left out
            pass
        if tag == "details":
            self._details.pop()
        elif tag == "form":
            self._open = False
        elif tag == "textarea" and self._open:
            self.forms[-1]["controls"][-1]["closed"] = ""


def values(form: dict[str, Any]) -> list[tuple[str, str]]:
    """What a browser sends of the form as it stands, but for what is the page's own."""
    found = []
    for each in form["controls"]:
        name, kind = each["name"], each.get("type", "")
        if each["tag"] == "button" or kind in ("password", "file"):
            continue
        if kind in ("checkbox", "radio"):
            found += [(name, each.get("value", "on"))] if "checked" in each else []
        elif each["tag"] == "select":
            chosen = [value for value, selected in each["options"] if selected]
            if not chosen and "multiple" not in each:
                chosen = [value for value, _ in each["options"][:1]]
            found += [(name, value) for value in chosen]
        elif each["tag"] == "textarea":
            found.append((name, each["text"].removeprefix("\n")))
        else:
            found.append((name, each.get("value", "")))
    return [pair for pair in found if pair[0] not in ("csrf_token", "_id", "_to")]


def filled_in(form: dict[str, Any]) -> MultiDict[str, str]:
    """What is sent when everything was typed, ticked and chosen otherwise than it stands."""
    sent: MultiDict[str, str] = MultiDict()
    radios: dict[str, str] = {}
    for number, each in enumerate(form["controls"]):
        name, kind = each["name"], each.get("type", "")
        if each["tag"] == "button":
            continue
        if kind == "checkbox":
            if "checked" not in each:
                sent.add(name, each.get("value", "on"))
        elif kind == "radio":
            radios[name] = each.get("value", "on")
        elif each["tag"] == "select":
            options = [value for value, _ in each["options"]]
            for value in options[-2:] if "multiple" in each else options[-1:]:
                sent.add(name, value)
        elif kind == "hidden" or "readonly" in each:
            sent.add(name, each.get("value", ""))
        else:
            sent.add(
                name,
                f"{number} “<b>” & 'so'\nand a line"
                if each["tag"] == "textarea"
                else f"{number} “<b>” & '\"",
            )
    for name, value in radios.items():
        sent.add(name, value)
    return sent


@pytest.mark.parametrize("path", PAGES)
def test_whatever_was_typed_in_any_form_is_still_there(visitor: Visitor, path: str) -> None:
    page = visitor.page(path)
    forms = [each for each in Forms(page).forms if each.get("method") == "post"]
    assert forms
    for form in forms:
        sent = filled_in(form)
        if not [c for c in form["controls"] if c["tag"] != "button" and c.get("type") != "hidden"]:
            continue  # one that is pressed only
        action = form["action"].partition("?")[0]
        after = Forms(refilled(page, action, sent, Refused("No."), "Go"))
        assert after.marked is not None, form
        assert after.marked["shown"]
        given = [
            pair for pair in sent.items(multi=True) if pair[0] not in ("csrf_token", "_id", "_to")
        ]
        typed = {c["name"] for c in form["controls"] if c.get("type") in ("password", "file")}
        assert sorted(values(after.marked)) == sorted(p for p in given if p[0] not in typed)
        others = [each for each in after.forms if each is not after.marked]
        before = list(Forms(page).forms)
        before.pop(after.forms.index(after.marked))
        assert list(map(values, others)) == list(map(values, before)), "no other form was touched"


@pytest.mark.parametrize(
    ("path", "kind", "filled", "wrong"),
    [
        ("/register", "member-recorded", {"member": " "}, "member"),
        ("/register", "period-recorded", {"period": "p", "name": "N", "from": "soon", "until": "2026-01-01"}, "from"),
        ("/register", "member-recorded", {"member": "W7", "_by": " "}, "_by"),
        ("/schools", "school-recorded", {"school": "A", "sector": "po"}, "school"),
        ("/schools", "school-recorded", {"school": "Q", "pupils": "many"}, "pupils"),
        (f"/schools/{SCHOOL}", "leader-recorded", {"participant": "L 9", "respondent": "S1"}, "participant"),
        (f"/schools/{SCHOOL}", "consent-given", {"date": "yesterday", "letter": "L3"}, "date"),
        (f"/observations/{OBSERVATION}", "moment-corrected", {"clock": "half past"}, "clock"),
    ],
)  # fmt: skip
def test_the_reason_has_the_focus_and_leads_to_its_field(
    visitor: Visitor, path: str, kind: str, filled: dict[str, str], wrong: str
) -> None:
    def has(form: dict[str, Any]) -> bool:
        typed = {c["name"] for c in form["controls"] if c.get("type") != "hidden"}
        return ("_kind", kind) in values(form) and set(filled) <= typed

    form = next(filter(has, Forms(visitor.page(path)).forms))
    sent = MultiDict(
        [
            (c["name"], c.get("value", ""))
            for c in form["controls"]
            if c["tag"] == "input" and c.get("type") != "checkbox"
        ]
    )
    for name, value in filled.items():
        sent[name] = value
    if "_by" in sent and "_by" not in filled:
        sent["_by"] = "W1"
    response = visitor.client.post(form["action"], data=sent)
    assert response.status_code == 422
    page = Forms(response.text)
    assert page.focus == ["refused"]
    assert "#wrong" in page.links
    assert [each["name"] for each in page.invalid] == [wrong]
    assert page.marked is not None
    assert page.marked["shown"], "what was folded is open"
    there = dict(values(page.marked))
    assert {name: there[name] for name in filled} == filled


# What may stand in a field that must be filled in, and what may not, by its type or else its name.
FILLED = {
    "date": "2026-01-15", "time": "15:30:00", "number": "1", "password": "drie stoelen staan", "code": "A",
}  # fmt: skip
NEW = count()
NOT_SO = {"date": "soon", "time": "half past", "number": "many", "clock": "half past", "_by": "a b"}


def standing(form: dict[str, Any]) -> MultiDict[str, str]:
    """What is sent of the form as it stands, with something new in all that must be filled in."""
    sent = MultiDict(values(form))
    for each in form["controls"]:
        if each["name"] in ("_id", "_to"):
            sent[each["name"]] = each["value"]
        if "required" in each and not "".join(sent.getlist(each["name"])).strip():
            sent[each["name"]] = FILLED.get(each.get("type") or each["name"], f"x{next(NEW)}")
    return sent


def mistakes(form: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The name of a field and what cannot be meant there, for each field of which a page says a rule."""
    for each in form["controls"]:
        name, kind = each["name"], each.get("type", "")
        if each["tag"] == "button" or kind in ("hidden", "checkbox") or "readonly" in each:
            continue
        if "required" in each:
            yield name, " "
        if wrong := NOT_SO.get(kind) or NOT_SO.get(name):
            yield name, wrong


def what_it_is(form: dict[str, Any]) -> tuple[str | None, ...]:
    """Forms that differ only in what they are filled with are one."""
    path = form["action"].partition("?")[0]
    return path, dict(values(form)).get("_kind"), *(each["name"] for each in form["controls"])


@pytest.mark.parametrize("path", [*PAGES, *DOORS])
def test_the_field_in_error_says_so_and_is_described_by_what_to_do(
    visitor: Visitor, path: str
) -> None:
    def forms() -> dict[tuple[str | None, ...], dict[str, Any]]:
        found = [each for each in Forms(visitor.page(path)).forms if each.get("method") == "post"]
        return {what_it_is(each): each for each in reversed(found)}

    wrong: dict[tuple[str | None, str, str], Any] = {}
    refused = 0
    for what, form in forms().items():
        for name, text in mistakes(form):
            # What was taken all the same changed the page.
            if (fresh := forms().get(what)) is None:
                break
            sent = standing(fresh)
            sent[name] = text
            response = visitor.client.post(fresh["action"], data=sent)
            if response.status_code != 422 or (what[0], path) in ELSEWHERE:
                continue
            page, refused = Forms(response.text), refused + 1
            given = [(each["name"], each["aria-invalid"]) for each in page.invalid]
            told = [page.texts.get(id, "") for each in page.invalid for id in each["aria-describedby"].split()]  # fmt: skip
            if given != [(PAIRS.get((path, name), name), "true")] or not told or not all(told):
                wrong[what[0], name, text] = given, told
    assert wrong == {}
    assert refused or path in ALL_TAKEN


def test_of_several_fields_of_one_name_the_one_that_was_meant_says_so(visitor: Visitor) -> None:
    (form,) = (each for each in Forms(visitor.page("/observations/new?school=A&unit=1")).forms if each.get("method") == "post")  # fmt: skip
    sent = standing(form)
    sent.setlist("person", ["L1", "T1", "T1"])
    page = Forms(visitor.client.post(form["action"], data=sent).text)
    assert [(each["name"], each["value"]) for each in page.invalid] == [("person", "T1")]


def test_a_password_is_never_given_back(visitor: Visitor) -> None:
    sent = {"_name": "Noor", "_password": "drie stoelen", "_repeated": "vier", "_secret": "x"}
    response = visitor.client.post("/invitation", data=sent)
    assert response.status_code == 422
    assert "drie stoelen" not in response.text
    assert Forms(response.text).focus == ["refused"]
