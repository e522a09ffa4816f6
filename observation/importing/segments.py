"""Rows of any tool's table become segments: what one stretch of a transcript was coded with.

Tools write a row per coding, sorted as they like. A file of any size is sorted in a database of its
own that the system deletes, so that no more than one interview is ever in memory.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace

from observation.core.errors import N_, Refused
from observation.core.events import SIZE_LIMIT
from observation.core.work import Progress, Step, quietly, told

from .profiles import OWN, Profile
from .tables import Table

ROWS_READ, LOOKED_AT = N_("Rows read"), N_("Segments looked at")
APART = "\x1f"  # between the name and the id of an interview, where several have the name
# Names that several ids have get the id.
ALIKE = f"""
UPDATE coding SET document = document || '{APART}' || id WHERE document IN
    (SELECT document FROM coding GROUP BY document HAVING count(DISTINCT id) > 1)
"""
FIELDS = ("form", "stance", "mode", "scope", "frequency", "about", "unit", "topic")


@dataclass(frozen=True, slots=True)
class Cell:
    """A text with the place where it stands, for sentences about it."""

    text: str
    row: int
    column: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a transcript with everything that its rows say of it.

    `cells` holds the cells that are not empty, by what the column holds, in order of rows; the same text
    in several rows stands once. `codes` are single, however many a cell had.
    """

    tool: str
    document: str
    key: str
    row: int
    codes: tuple[Cell, ...]
    cells: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)

    def text(self, hold: str) -> str:
        """Return the first text of a column, or ""."""
        return self.cells[hold][0].text if hold in self.cells else ""

    def cell(self, hold: str) -> Cell:
        """Return the first cell of a column, or the empty one of its first row."""
        return self.cells[hold][0] if hold in self.cells else Cell("", self.row, hold)


def documents(
    table: Table, profile: Profile, progress: Progress = quietly, parts: int = 2
) -> Iterator[tuple[str, list[Segment]]]:
    """Yield each document of the table, in order of first mention, with its segments in order.

    Of this program's own table several interviews may have one name: those are apart, each under its
    name and id. To read and to yield them are the first two of `parts` of some work. Raises Refused, with
    row and column, for a row that cannot be one.
    """
    places = profile.places(table.header)
    names = {hold: table.header[place] for hold, place in places.items()}
    with closing(sqlite3.connect("")) as base:
        base.execute("CREATE TABLE coding (document, id, segment, row INTEGER PRIMARY KEY, cells)")
        base.executemany(
            "INSERT INTO coding VALUES (?, ?, ?, ?, ?)",
            (
                _coding(number, cells, places, names)
                for number, cells in told(table.rows(), progress, Step(ROWS_READ, parts=parts))
            ),
        )
        base.execute(ALIKE)
        base.execute("CREATE INDEX by_document ON coding (document, segment, row)")
        count = "SELECT count(*) FROM (SELECT DISTINCT document, segment FROM coding)"
        step = Step(LOOKED_AT, 0, base.execute(count).fetchone()[0], 2, parts)
        progress(step)
        order = base.execute("SELECT document FROM coding GROUP BY document ORDER BY min(row)")
        for (document,) in order.fetchall():
            rows: dict[str, list[tuple[int, dict[str, str]]]] = defaultdict(list)
            found = base.execute(
                "SELECT segment, row, cells FROM coding WHERE document = ? ORDER BY row",
                (document,),
            )
            for segment, row, cells in found:
                rows[segment].append((row, json.loads(cells)))
            name = document.partition(APART)[0]
            yield document, [_segment(profile, name, key, names, rows[key]) for key in rows]
            step = replace(step, done=step.done + len(rows))
            progress(step)


def _coding(
    number: int, cells: tuple[str, ...], places: Mapping[str, int], names: Mapping[str, str]
) -> tuple[str, str, str, int, str]:
    own = "claim" in places  # this program's own table, whose texts may be in pieces
    found = {
        hold: cells[place]
        for hold, place in places.items()
        if cells[place].strip() or (own and cells[place])
    }
    for hold, text in found.items():
        if len(text.encode("utf-8", "surrogatepass")) > SIZE_LIMIT // 2:
            raise _refused(
                number,
                names[hold],
                N_("this text is longer than %(most)s KiB, which no claim can be; split it."),
                most=SIZE_LIMIT // 2048,
            )
        if re.search("[\ud800-\udfff]", text):
            raise _refused(number, names[hold], N_("this is half a character; type it again."))
    if own:
        document, key = found.get("interview", ""), found.get("claim", "")
        if not document:
            raise _refused(number, names["interview"], N_("this names no interview; fill it in."))
        if not key and ("text" in found or "codes" in found):
            raise _refused(
                number,
                names["claim"],
                N_("this claim has no id; enter a new one on the page of its interview."),
            )
        return document, found.get("interview-id", "").strip(), key, number, json.dumps(found)
    if "text" not in found:
        raise _refused(
            number, names["text"], N_("this holds no text; fill it in or delete the row.")
        )
    # The tool's own number, or the place and the words: the same again in a later export.
    stretch = [found.get(hold, "") for hold in ("place", "place-end")]
    if "id" in found and not re.match(
        "ctid", found["id"]
    ):  # QualCoder numbers codings, not stretches
        key = found["id"].strip()
    else:
        key = hashlib.sha256("\n".join([*stretch, found["text"]]).encode()).hexdigest()[:32]
    document = found.get("document", found.get("group", "")).strip()
    return document, "", key, number, json.dumps(found)


def _segment(
    profile: Profile,
    document: str,
    key: str,
    names: Mapping[str, str],
    rows: list[tuple[int, dict[str, str]]],
) -> Segment:
    cells: dict[str, dict[str, Cell]] = defaultdict(dict)
    for row, found in rows:
        for hold, text in found.items():
            cells[hold].setdefault(text, Cell(text, row, names[hold]))
    codes = {
        text.strip(): Cell(text.strip(), cell.row, cell.column)
        for cell in cells.pop("codes", {}).values()
        for text in re.split(r"[\n;]", cell.text)
        if text.strip()
    }
    if profile.name == OWN:
        for row, found in rows[1:]:
            if not found.get("part"):
                raise _refused(
                    row,
                    names["claim"],
                    N_("this claim stands in row %(first)s already; delete one of them."),
                    first=rows[0][0],
                )
        joined = {hold: _joined(hold, rows, names[hold]) for hold in cells}
    else:
        joined = {hold: tuple(found.values()) for hold, found in cells.items()}
    if profile.name != OWN and len(joined.get("text", ())) > 1:
        one, other = joined["text"][:2]
        raise _refused(
            other.row,
            other.column,
            N_(
                "number %(key)s of this document had another text in row %(first)s; export it again."
            ),
            key=key,
            first=one.row,
        )
    return Segment(
        profile.name.split("-")[0], document, key, rows[0][0], tuple(codes.values()), joined
    )


def _joined(hold: str, rows: list[tuple[int, dict[str, str]]], column: str) -> tuple[Cell, ...]:
    """A text of this program's own that was too long for one cell, in one piece again."""
    # What a row is found by stands in each of its parts.
    parts = rows[:1] if hold in ("claim", "interview", "interview-id") else rows
    return (Cell("".join(found.get(hold, "") for _, found in parts), rows[0][0], column),)


def _refused(row: int, column: str, problem: str, **values: object) -> Refused:
    return Refused(
        N_("Row %(row)s, column “%(column)s”: %(problem)s Nothing was taken in."),
        row=row,
        column=column,
        problem=Refused(problem, **values),
    )
