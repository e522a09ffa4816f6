"""The long sheets of a workbook read back: as the values of the program, and as a plain second computation.

Nothing here imports the program's own writers. `case_of` turns rows into a case for the engine.
`plain_cells` comes to the verdicts of the rows by tables that are written out once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any

import openpyxl

from observation.core.cells import Case, Interviewed, Settings
from observation.core.instrument import Instrument
from observation.core.interviews import Claim, Said, Source
from observation.core.records import Sighting, Slot
from observation.core.registers import Respondent, School
from observation.core.rulings import Vote
from observation.core.sessions import Judged, Observed
from observation.core.spreadsheet import unescaped

Row = dict[str, Any]


def sheets(content: bytes, *only: str) -> dict[str, list[Row]]:
    """Return the rows of these sheets, or of all, by their headings; what is empty is ""."""
    book = openpyxl.load_workbook(BytesIO(content), read_only=True)
    return {sheet.title: _rows(sheet) for sheet in book if not only or sheet.title in only}


def _rows(sheet: Any) -> list[Row]:
    heading, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(heading, map(_value, row), strict=True)) for row in rows]


def _value(cell: Any) -> Any:
    return unescaped(cell) if isinstance(cell, str) else "" if cell is None else cell


def listed(text: str) -> tuple[str, ...]:
    """The values of a cell that holds several."""
    return tuple(text.split("; ")) if text else ()


def case_of(code: str, claims: Iterable[Row], observations: Iterable[Row]) -> Case:
    """Return the case of one school that the rows amount to."""
    said = [row for row in claims if row["school"] == code and not row["part"]]
    seen = [row for row in observations if row["school"] == code]
    of = {name: [r for r in said if r["row"] == name] for name in ("claim", "respondent", "leader")}
    respondents = {
        r["respondents"]: Respondent(
            r["respondents"], Slot(({"respondent": r["respondents"], "role": r["roles"]},), ("e",))
        )
        for r in of["respondent"]
        if r["roles"]
    }
    terms: dict[str, list[Row]] = defaultdict(list)
    for r in of["leader"]:
        term = {"participant": r["participant"], "respondent": r["respondents"], "from": r["from"]}
        terms[r["participant"]].append(term | ({"until": r["until"]} if r["until"] else {}))
    agreed: dict[Any, dict[str, Vote]] = defaultdict(dict)
    for r in seen:
        if r["row"] == "consensus":
            key = frozenset(listed(r["observations"])), r["code"], r["actor"]
            agreed[key][r["observer"]] = Vote(r["state"], "e")
    school = School(
        "school/rebuilt",
        code,
        respondents=respondents,
        leaders={k: Slot(tuple(v), ("e",) * len(v)) for k, v in terms.items()},
        matched=tuple(listed(r["observations"]) for r in seen if r["row"] == "matched"),
        agreed=dict(agreed),
    )
    return Case(
        school,
        tuple(_observed(r, seen) for r in seen if r["row"] == "record"),
        tuple(map(_claim, of["claim"])),
        {
            r["interview-id"]: Interviewed(r["date"], r["kind"] == "focus-group")
            for r in of["claim"]
        },
        tuple(r["respondents"] for r in of["respondent"] if r["interviewed"] == "yes"),
    )


def _observed(record: Row, rows: Iterable[Row]) -> Observed:
    own = [r for r in rows if r["row"] == "judgement" and r["observation"] == record["observation"]]
    return Observed(
        record["observation"],
        record["label"],
        record["school"],
        record["unit"],
        record["observer"],
        record["day"],
        record["review"],
        listed(record["leaders"]),
        listed(record["present"]),
        {
            (r["code"], r["actor"]): Judged(
                r["state"],
                r["judged"],
                tuple(
                    Sighting("e", None if each == "?" else int(each) * 1000, "")
                    for each in listed(str(r["seconds"]))
                ),
            )
            for r in own
        },
    )


def _claim(r: Row) -> Claim:
    source = Source("tool", "", "") if r["imported"] == "yes" else None
    said = Said(
        listed(r["respondents"]), r["form"], r["text"], listed(r["codes"]), "1", r["stance"],
        r["mode"], r["scope"], r["frequency"], r["about"], r["unit"], coder=r["coder"],
        source=source,
    )  # fmt: skip
    values: tuple[Said, ...] = (said,)
    if r["judged"] == "no" and "unjudged" not in (said.stance, said.mode):
        values = (said, replace(said, place="another"))  # somebody says something else
    slot = Slot(values, ("e",) * len(values))
    return Claim(r["claim"], r["interview-id"], slot, (r["claim"],), r["by"], label=r["label"])


# The tables of the rules, from the methodology: the rows by what is said, the columns O+ O± O− O0.
CELLS = {
    "D+": "corroborated partly-corroborated contradicted untested",
    "D+~": "partly-corroborated partly-corroborated partly-contradicted untested",
    "D~": "partly-corroborated corroborated partly-corroborated untested",
    "D−~": "partly-contradicted partly-contradicted partly-corroborated untested",
    "D−": "contradicted partly-contradicted corroborated untested",
    "D≠": "divided divided divided untested",
    "D0": "supplemented supplemented unmentioned-unseen no-data",
}
WISHES = {
    "affirms": "realised partly-realised gap undeterminable",
    "denies": "gap partly-realised realised undeterminable",
    "mixed": "undeterminable undeterminable undeterminable undeterminable",
}
COLUMNS = ["O+", "O±", "O−", "O0"]
OPEN = ("untested", "no-data", "undeterminable")  # nothing to be provisional about


def plain_cells(
    code: str,
    claims: Iterable[Row],
    observations: Iterable[Row],
    instrument: Instrument,
    settings: Settings,
) -> dict[tuple[str, str, str], Row]:
    """Return what the machine columns must say of a school, by behaviour, actor and line."""
    said = [r for r in claims if r["school"] == code and not r["part"]]
    sessions = _sessions([r for r in observations if r["school"] == code], settings)
    people = {r["respondents"]: r for r in said if r["row"] == "respondent"}
    leaders = {r["participant"] for r in said if r["row"] == "leader"}
    for session in sessions:
        for record in session["records"]:
            leaders |= set(listed(record["leaders"]))
    units = {session["records"][0]["unit"] for session in sessions} - {""}
    found = {}
    for indicator in instrument.behaviours():
        team = indicator.actor == "team"
        by_actor: dict[str, list[Row]] = defaultdict(list)
        for r in said:
            if r["row"] == "claim" and set(listed(r["codes"])) & set(
                instrument.codes_of(indicator.code)
            ):
                by_actor["team" if team else _about(r, said, people)].append(r)
        actors = {"team"} if team else {*leaders, "leadership", *by_actor}
        for actor in actors:
            for line in _lines(indicator.locus):
                own = [r for r in by_actor[actor] if _of_line(r, line, indicator.locus)]
                found[indicator.code, actor, line] = _plain(
                    own, sessions, indicator, actor, line, units, people, instrument, settings
                )
    return found


def _lines(locus: str) -> tuple[str, ...]:
    return {"session": ("session",), "outside": ("general",)}.get(locus, ("session", "general"))


def _of_line(r: Row, line: str, locus: str) -> bool:
    return locus != "session-or-elsewhere" or (r["scope"] == "board-session") == (line == "session")


def _about(r: Row, rows: Iterable[Row], people: Mapping[str, Row]) -> str:
    if r["about"]:
        return str(r["about"])
    terms = [x for x in rows if x["row"] == "leader"]
    day, named = r["date"], set()
    for who in listed(r["respondents"]):
        if people.get(who, {}).get("roles") == "school-leader":
            own = [
                x["participant"]
                for x in terms
                if x["respondents"] == who and (not day or x["from"] <= day <= (x["until"] or day))
            ]
            named.add(own[0] if own else "")
    return named.pop() if len(named) == 1 and "" not in named else "leadership"


def _sessions(rows: list[Row], settings: Settings) -> list[Row]:
    records = [r for r in rows if r["row"] == "record"]
    if settings.approved_only:
        records = [r for r in records if r["review"] == "approved"]
    group = {r["observation"]: {r["observation"]} for r in records}
    names = {r["label"]: r["observation"] for r in records} | {k: k for k in group}
    for r in rows:
        if r["row"] == "matched":
            together = [names[n] for n in listed(r["observations"]) if n in names]
            whole = set().union(*(group[n] for n in together)) if together else set()
            for n in whole:
                group[n] = whole
    found = []
    for streams in {frozenset(each) for each in group.values()}:
        own = sorted((r for r in records if r["observation"] in streams),
                     key=lambda r: (r["label"], r["observation"]))  # fmt: skip
        period = settings.period
        day = own[0]["day"]
        if not period.name or (day and period.since <= day <= (period.until or day)):
            judged = [r for r in rows if r["row"] == "judgement" and r["observation"] in streams]
            votes = [
                r for r in rows
                if r["row"] == "consensus" and frozenset(listed(r["observations"])) == streams
            ]  # fmt: skip
            found.append({"records": own, "judged": judged, "votes": votes})
    return found


def _state(session: Row, code: str, actor: str) -> str:
    states = [
        next((j["state"] for j in session["judged"]
              if (j["observation"], j["code"], j["actor"]) == (r["observation"], code, actor)), "blank")
        for r in session["records"]
    ]  # fmt: skip
    if {"seen", "not-seen"} <= set(states) or "conflict" in states:
        votes = {
            v["observer"]: v["state"]
            for v in session["votes"]
            if (v["code"], v["actor"]) == (code, actor)
        }
        agreed = {votes.get(r["observer"]) for r in session["records"]}
        only = agreed.pop() if len(agreed) == 1 else None
        return only or "disputed"
    return next((s for s in ("seen", "not-seen", "not-judgeable") if s in states), "blank")


def _plain(
    said: list[Row], sessions: list[Row], indicator: Any, actor: str, line: str, units: set[str],
    people: Mapping[str, Row], instrument: Instrument, settings: Settings,
) -> Row:  # fmt: skip
    m = a = countered = beside = 0
    for session in sessions if indicator.locus != "outside" else []:
        state = _state(session, indicator.code, actor)
        if state not in ("seen", "not-seen"):
            continue
        against = any(
            _counters(session, each, actor, state, instrument) for each in indicator.counters
        )
        if state == "seen":
            m += 1
            beside += against
        elif line == "session" or against:
            a += 1
        countered += against
    total = m + a
    sights = "O0" if not total else "O−" if not m else "O±" if a or beside else "O+"
    testable = [r for r in said if _use(r, units) == "testable"]
    stand: dict[str, set[str]] = defaultdict(set)
    for r in testable:
        often = r["stance"] == "mixed" or (r["stance"], r["frequency"]) == ("affirms", "sometimes")
        for who in listed(r["respondents"]):
            stand[who].add("sometimes" if often else r["stance"])
    each = {who: s.pop() if len(s) == 1 else "sometimes" for who, s in stand.items()}
    yes, no, some = ([w for w in each if each[w] == s] for s in ("affirms", "denies", "sometimes"))
    claims = _pattern(yes, no, some)
    said_of = {r["frequency"] for r in testable if r["respondents"]}
    verdict = CELLS[claims].split()[COLUMNS.index(sights)]
    if (claims, sights, said_of) == ("D+", "O±", {"always"}):
        verdict = "partly-contradicted"
    if (claims, sights, said_of) == ("D−", "O±", {"never"}):
        verdict = "contradicted"
    one_absence = sights == "O−" and a < 2 and not countered
    extreme = any(
        r["stance"] == "mixed" or r["frequency"] in ("always", "never", "sometimes")
        for r in testable if r["respondents"]
    )  # fmt: skip
    provisional = verdict not in OPEN and (one_absence or (extreme and total < 2))
    if settings.strict and verdict == "corroborated":
        counts = a if claims == "D−" else m
        asked = sum(r["interviewed"] == "yes" for r in people.values())
        if abs(_third(len(each), asked) - _third(counts, total)) == 2:
            verdict = "partly-corroborated"
    teachers = {w for w in each if people.get(w, {}).get("roles") == "teacher"}
    sources = {
        r["interview-id"] if r["kind"] == "focus-group" else w
        for r in testable for w in listed(r["respondents"])
    }  # fmt: skip
    strong = (bool(teachers) and len(sources) > 1) + (total > 1)
    carried = list(each)
    supports = ""
    if claims == "D≠":
        supports = {"O+": "affirms", "O−": "denies"}.get(sights, "")
        side = {"affirms": yes, "denies": no}.get(supports)
        carried = side if side is not None else max(sorted(yes), sorted(no), key=len)
    few = max(settings.broad, (len(each) + 1) // 2)
    broad = len(carried) >= few and bool(teachers & set(carried))
    breadth = ("", "single")[len(carried)] if len(carried) < 2 else ("limited", "broad")[broad]
    wish, wish_provisional = _wish(said, sights, one_absence, total, units)
    return {
        "claims": claims, "affirms": len(yes), "denies": len(no), "sometimes": len(some),
        "observation": sights, "m": m, "a": a, "T": total, "verdict": verdict,
        "provisional": provisional, "supports": supports if verdict == "divided" else "",
        "strength": ("weak", "moderate", "strong")[strong], "breadth": breadth,
        "wish": wish, "wish-provisional": wish_provisional,
    }  # fmt: skip


def _wish(
    said: list[Row], sights: str, one_absence: bool, total: int, units: set[str]
) -> tuple[str, bool]:
    found = []
    for r in said:
        if _use(r, units) == "wish":
            apart = r["scope"] == "elsewhere" or (r["unit"] and units and r["unit"] not in units)
            column = COLUMNS.index("O0" if apart else sights)
            verdict = WISHES[r["stance"]].split()[column]
            often = r["stance"] == "mixed" or r["frequency"] in ("always", "never", "sometimes")
            found.append((verdict, verdict not in OPEN and (one_absence or (often and total < 2))))
    if not found:
        return "", False
    if len({verdict for verdict, _ in found}) > 1:
        return "undeterminable", False
    return found[0][0], any(provisional for _, provisional in found)


def _use(r: Row, units: set[str]) -> str:
    if r["judged"] == "no":
        return "unjudged"
    if r["mode"] != "descriptive":
        return "wish" if r["mode"] == "normative" else "context"
    if r["scope"] == "elsewhere" or (r["unit"] and units and r["unit"] not in units):
        return "apart"
    return "testable"


def _counters(session: Row, counter: Any, actor: str, state: str, instrument: Instrument) -> bool:
    other = instrument.indicator(counter.code).actor == "team"
    who = "team" if other else "leadership" if actor == "team" else actor
    if counter.only_when:
        there = {p for r in session["records"] for p in listed(r["present"])}
        if state != "not-seen" or not (there if actor == "leadership" else actor in there):
            return False
    return _state(session, counter.code, who) == "seen"


def _pattern(yes: list[str], no: list[str], some: list[str]) -> str:
    if yes and no:
        return "D≠"
    if yes or no:
        return {
            (True, False): "D+",
            (True, True): "D+~",
            (False, False): "D−",
            (False, True): "D−~",
        }[bool(yes), bool(some)]
    return "D~" if some else "D0"


def _third(part: int, whole: int) -> int:
    if not whole or part * 3 <= whole:
        return 0
    return 1 if part * 3 <= whole * 2 else 2
