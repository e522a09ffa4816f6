"""The workbook of a triangulation: all that verdicts are made of, and the verdicts, as XLSX; `docs/formats.md` describes it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from io import BytesIO

from observation.core.agreement import Doubly, observed_doubly
from observation.core.cells import Triangulation
from observation.core.errors import N_
from observation.export.xlsx import Book, Column, Table, Value, book_in

from . import comparing, school
from .comparing import Comparison
from .copies import Copy
from .guide import Edition, Told, guide_columns, guide_rows
from .long import (
    CLAIM_COLUMNS,
    CLAIM_KEYS,
    OBSERVATION_COLUMNS,
    OBSERVATION_KEYS,
    claim_rows,
    observation_rows,
)
from .measures import Heard, agreement_columns, agreement_rows
from .rest import (
    CODE_KEYS,
    codebook_columns,
    codebook_rows,
    ruling_columns,
    ruling_rows,
    wish_columns,
    wish_rows,
)
from .school import school_columns, school_rows

__all__ = ["Edition", "workbook"]

# The sheets of the study as a whole, in order; those of the schools come after them, so that with
# hundreds of schools these stay within reach.
SHEETS = {
    "guide": N_("Reading guide"),
    "comparison": N_("Comparison"),
    "claims": N_("Claims"),
    "observations": N_("Observations"),
    "wishes": N_("Wishes"),
    "saturation": N_("Saturation"),
    "agreement": N_("Agreement"),
    "codebook": N_("Codebook"),
    "rulings": N_("Rulings"),
}
NOT_IN_REPORTS = ("claims", "saturation")  # what respondents said, and who


def workbook(edition: Edition, schools: Iterable[tuple[Triangulation, str]]) -> bytes:
    """Return the workbook as XLSX; the same arguments give the same bytes.

    `schools` are taken one by one, each with a stamp of its data; of their claims the words must be
    there. What is kept of them until the end is a line per indicator, and who spoke of which code.
    Raises Refused for more rows than a sheet holds.
    """
    target = BytesIO()
    with book_in(target) as book:
        _Sheets(book, edition).write(schools)
    return target.getvalue()


class _Sheets:
    """The sheets of one workbook: some grow with each school, others are written when all are known."""

    def __init__(self, book: Book, edition: Edition) -> None:
        self._book, self._edition = book, edition
        self._tables: dict[str, Table] = {}
        self._names: dict[str, str] = {}
        for id, title in SHEETS.items():
            if edition.inside or id not in NOT_IN_REPORTS:
                self._tables[id], self._names[id] = book.sheet(edition.say(title))
        self._comparison = Comparison(edition.instrument)
        self._heard = Heard(edition.codebook, edition.instrument)
        self._doubly: list[Doubly] = []
        self._told: list[Told] = []

    def write(self, schools: Iterable[tuple[Triangulation, str]]) -> None:
        edition = self._edition
        if edition.inside:
            self._tables["claims"].begin(CLAIM_COLUMNS, CLAIM_KEYS, frozen=3)
        self._tables["observations"].begin(OBSERVATION_COLUMNS, OBSERVATION_KEYS, frozen=4)
        self._tables["wishes"].begin(wish_columns(edition), ("school", "label"), frozen=2)
        self._tables["rulings"].begin(ruling_columns(edition), ("school", "row"), frozen=3)
        for found, stamp in schools:
            self._add(found, stamp)
        self._write_comparison()
        self._write_saturation()
        self._write("agreement", agreement_columns(edition), agreement_rows(
            edition, edition.instrument, self._doubly, edition.inside))  # fmt: skip
        self._write("codebook", codebook_columns(), codebook_rows(
            edition.codebook, edition.language, edition.inside), CODE_KEYS)  # fmt: skip
        self._write_guide()
        for table in self._tables.values():
            table.end()

    def _add(self, found: Triangulation, stamp: str) -> None:
        edition = self._edition
        copy = Copy(found, edition.instrument, edition.codebook, edition.language, edition.audience)
        table, name = self._book.sheet(f"{edition.say(N_('School'))} {found.case.school.code}")
        columns = school_columns(copy)
        printed = sum(not each.quiet for each in columns)
        table.begin(columns, ("school", "code", "actor", "line"), school.FROZEN, printed)
        for row in school_rows(copy):
            table.write(row)
        table.end()
        if edition.inside:
            for row in claim_rows(found, edition.codebook):
                self._tables["claims"].write(row)
        for id, rows in (
            ("observations", observation_rows(copy)),
            ("wishes", wish_rows(copy)),
            ("rulings", ruling_rows(copy)),
        ):
            for row in rows:
                self._tables[id].write(row)
        self._comparison.add(copy)
        self._heard.add(copy)
        self._doubly += observed_doubly(found.sessions)
        self._told.append(Told.of(found, name, stamp, edition))

    def _write(
        self,
        id: str,
        columns: Sequence[Column],
        rows: Iterable[Mapping[str, Value]],
        keys: Collection[str] = (),
    ) -> None:
        self._tables[id].begin(columns, keys, frozen=1)
        for row in rows:
            self._tables[id].write(row)

    def _write_comparison(self) -> None:
        table = self._tables["comparison"]
        table.begin(self._comparison.columns(self._edition), frozen=comparing.FROZEN)
        for row in self._comparison.indicators(self._edition):
            table.write(row)
        table.end_of_filter()
        table.write({})
        counts = self._edition.say(N_("Number of indicators by verdict, and in all schools"))
        table.write({"style": counts}, bold=True)
        for row in self._comparison.counts(self._edition):
            table.write(row)

    def _write_saturation(self) -> None:
        if "saturation" not in self._tables:
            return
        edition, table = self._edition, self._tables["saturation"]
        table.begin(self._heard.columns(edition), frozen=1, filtered=False)
        table.write({"what": edition.say(N_("Saturation of open codes"))}, bold=True)
        for row in self._heard.saturation_rows(edition):
            table.write(row)
        table.write({})
        table.write({"what": edition.say(N_("Coverage: claims by respondent"))}, bold=True)
        for row in self._heard.coverage_rows(edition):
            table.write(row)

    def _write_guide(self) -> None:
        stamps = "".join(f"{each.code} {each.stamp}\n" for each in self._told)
        stamp = hashlib.sha256(stamps.encode()).hexdigest()[:8]
        table = self._tables["guide"]
        table.begin(guide_columns(self._edition), filtered=False)
        for row, bold in guide_rows(self._edition, self._told, self._names, stamp):
            table.write(row, bold)
