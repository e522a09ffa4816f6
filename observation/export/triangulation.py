"""The cells of a triangulation as JSON and CSV; `docs/formats.md` describes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from observation.core import verdicts
from observation.core.cells import CHANGED, Case, Cell, Triangulation
from observation.core.citing import CLAIM, cited
from observation.core.records import LEADERSHIP, TEAM
from observation.core.registers import LEADER, School
from observation.core.rulings import Ruling
from observation.core.triangulation import leaving_out

from .claims import table_bytes

INTERNAL, REPORT = "internal", "report"
AUDIENCES = (INTERNAL, REPORT)
FEW = "1-2"  # what a report writes instead of one person
# Flags that tell what a leader said, or that a suggestion without it is another one.
OF_LEADERS = ("self-view-team-view", "self-report-only", CHANGED)
CELL_COLUMNS = (
    "school", "code", "actor", "period", "line", "headline", "claims", "affirms", "denies",
    "sometimes", "observation", "m", "a", "T", "verdict", "provisional", "rule", "supports", "farmer",
    "meta", "strength", "breadth", "flags", "wish", "wish-provisional", "ruling", "evidence",
)  # fmt: skip


def cells_json(found: Iterable[Triangulation], audience: str) -> bytes:
    """Return the cells of these schools as UTF-8 JSON, a list; the same cells give the same bytes."""
    # One at a time: the values of all schools at once take a gigabyte. No line end is in a JSON text.
    texts = [
        json.dumps(cell_value(cell, audience), ensure_ascii=False, indent=1).replace("\n", "\n ")
        for one in found
        for cell in shown(one, audience)
    ]
    return ("[\n " + ",\n ".join(texts) + "\n]\n" if texts else "[]\n").encode()


def cells_csv(found: Iterable[Triangulation], audience: str, format: str = "csv") -> bytes:
    """Return the cells as CSV, safe for a spreadsheet, or as typed with the format `csv-raw`."""
    rows = (
        {name: str(value) for name, value in cell_row(cell_value(c, audience)).items()}
        for one in found
        for c in shown(one, audience)
    )
    return table_bytes(format, CELL_COLUMNS, rows)


def for_audience(case: Case, audience: str) -> Case:
    """Return the case as this audience may know it: a report without leaders who did not agree to stand in it.

    Taken before verdicts are made, so that none of them tells what such a leader said. What nobody in
    particular said in an interview that is no focus group counts as a leader's.
    """
    if audience == INTERNAL:
        return case
    school = case.school
    hidden = {
        code
        for code, each in school.respondents.items()
        if each.role == LEADER and not (code in school.consents and school.consents[code].report)
    }
    if not hidden:
        return case
    told = case
    for respondent in sorted(hidden):
        told = leaving_out(told, respondent=respondent)
    claims = (
        c for c in told.claims if c.said.value.respondents or case.interviews[c.interview].group
    )
    return replace(case, claims=tuple(claims))  # how many were interviewed stays true


def shown(found: Triangulation, audience: str) -> Iterator[Cell]:
    """Yield the cells that this audience may see: a report has a leader's only with consent for that."""
    for cell in found.cells:
        leader = cell.actor not in (TEAM, LEADERSHIP)
        if audience == INTERNAL or not leader or consented(found.case.school, cell.actor):
            yield cell


def consented(school: School, leader: str) -> bool:
    """Return whether a leader, by the code as a participant, agreed to stand in reports by role."""
    slot = school.leaders.get(leader)
    respondents = (
        {str(said.get("respondent", "")) for said in slot.values} - {""} if slot else set()
    )
    return bool(respondents) and all(
        code in school.consents and school.consents[code].report for code in respondents
    )


def all_leaders_consented(school: School) -> bool:
    """Return whether every leader who was interviewed agreed to stand in reports by role."""
    leaders = [code for code, each in school.respondents.items() if each.role == LEADER]
    return all(c in school.consents and school.consents[c].report for c in leaders)


def cell_value(cell: Cell, audience: str = INTERNAL) -> dict[str, Any]:
    """Return a cell as a JSON object; a report holds no labels of claims, and says 1-2 for one person."""
    inside = audience == INTERNAL
    stands, sights = cell.positions, cell.sights

    def number(people: tuple[str, ...]) -> int | str:
        return len(people) if inside or len(people) != 1 else FEW

    return {
        "school": cell.school,
        "code": cell.behaviour,
        "actor": cell.actor,
        "period": cell.period,
        "line": cell.line,
        "headline": cell.headline,
        "claims": {
            "pattern": stands.pattern,
            "affirms": number(stands.affirms),
            "denies": number(stands.denies),
            "sometimes": number(stands.sometimes),
        },
        "observation": {
            "pattern": sights.pattern,
            "m": len(sights.seen),
            "a": len(sights.absent),
            "T": sights.total,
        },
        "verdict": cell.verdict.verdict,
        "provisional": cell.verdict.provisional,
        "rule": cell.verdict.rule,
        "supports": cell.supports,
        "farmer": verdicts.farmer(cell.verdict.verdict),
        "meta": verdicts.meta(cell.verdict.verdict),
        "strength": cell.strength,
        "breadth": cell.breadth if inside or cell.breadth != "single" else "limited",
        "flags": [flag for flag in cell.flags if inside or flag not in OF_LEADERS],
        "wish": cell.wish.verdict if cell.wish else None,
        "wish-provisional": bool(cell.wish and cell.wish.provisional),
        "ruling": _ruling(cell.rulings, inside),
        "evidence": [
            {"label": each.label, "what": each.what, "against": each.against}
            for each in cited(cell)
            if inside or each.what != CLAIM
        ],
    }


def cell_row(value: Mapping[str, Any]) -> dict[str, str | int]:
    """Return a cell's value as a row of a table: texts, and numbers of people and sessions."""
    ruling = value["ruling"]
    told = {
        **value,
        **{name: value["claims"][name] for name in ("affirms", "denies", "sometimes")},
        **{name: value["observation"][name] for name in ("m", "a", "T")},
        "claims": value["claims"]["pattern"],
        "observation": value["observation"]["pattern"],
        "flags": " ".join(value["flags"]),
        "wish": value["wish"] or "",
        "ruling": (ruling["verdict"] or "differ") if ruling else "",
        "evidence": " ".join(_cited(each) for each in value["evidence"]),
    }
    return {name: _plain(told[name]) for name in CELL_COLUMNS}


def _ruling(rulings: tuple[Ruling, ...], inside: bool) -> dict[str, Any] | None:
    """What researchers rule: one verdict, or None in it where they differ, with each ruling."""
    if not rulings:
        return None
    said = {each.verdict for each in rulings}
    return {
        "verdict": said.pop() if len(said) == 1 else None,
        "by": [_by(each, inside) for each in rulings],
    }


def _by(ruling: Ruling, inside: bool) -> dict[str, Any]:
    told = {"verdict": ruling.verdict, "text": ruling.text}
    if not inside:  # a suggestion that rested on more than this copy may tell stays inside
        return told
    return {
        "by": ruling.by,
        "at": ruling.at,
        "suggestion": ruling.suggestion,
        "reason": ruling.reason,
        "blind": ruling.blind,
    } | told


def _cited(each: Mapping[str, Any]) -> str:
    """A label, with a sign before it for what speaks against the verdict or is an absence."""
    signs = {"not-seen": "○", "counter": "×", "disputed": "≠"}
    return f"{'!' if each['against'] else ''}{signs.get(each['what'], '')}{each['label']}"


def _plain(value: Any) -> str | int:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, int) else str(value)
