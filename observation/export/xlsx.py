"""Workbooks: tables in which every cell is a text or a plain number, never a formula or a link.

The same rows give the same bytes. Rows are written one by one, so memory does not grow with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import xlsxwriter

from observation.core.errors import N_, Refused
from observation.core.spreadsheet import pieces

Value = str | int | float
CREATED = datetime(2000, 1, 1)  # the same data, the same bytes
LONGEST_NAME = 31  # UTF-16 units in the name of a sheet
RESERVED = "history"  # a name that Excel keeps to itself
A4 = 9
MARGINS = (0.4, 0.4, 0.5, 0.6)  # inches: left, right, top, bottom
QUIET = "#5f6b7a"

_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a sheet: its name in the rows, what stands above it (else the name), its width in characters.

    With `quiet` its heading is grey: it is for programs rather than for readers.
    """

    name: str
    heading: str = ""
    width: float = 14
    quiet: bool = False


class Table:
    """One sheet: a row of headings that stays in sight and is printed on each page, and rows below it."""

    def __init__(self, sheet: xlsxwriter.worksheet.Worksheet, formats: _Formats) -> None:
        self._sheet, self._formats = sheet, formats
        self._columns: Sequence[Column] = ()
        self._keys: Collection[str] = ()
        self._next = self._filtered = self._printed = 0
        self._filters = True

    def begin(
        self,
        columns: Sequence[Column],
        keys: Collection[str] = (),
        frozen: int = 0,
        printed: int = 0,
        filtered: bool = True,
    ) -> None:
        """Write the headings. `frozen` columns stay in sight, the first `printed` are printed, all when 0.

        `keys` are the columns that a row is found by: where a text is longer than a cell may be they
        stand in each row that it goes on in. Where it is `filtered` a reader can choose rows by a column.
        """
        self._columns, self._keys = columns, keys
        for place, column in enumerate(columns):
            self._sheet.set_column(place, place, column.width)
        self._sheet.freeze_panes(1, frozen)
        self._sheet.set_landscape()
        self._sheet.set_paper(A4)
        self._sheet.set_margins(*MARGINS)
        self._sheet.repeat_rows(0)
        self._sheet.fit_to_pages(1, 0)
        self._sheet.set_footer("&L&A&R&P / &N")
        for place, column in enumerate(columns):
            quiet = self._formats.quiet_heading if column.quiet else self._formats.heading
            self._put(place, column.heading or column.name, quiet)
        self._next, self._printed, self._filters = 1, printed, filtered

    def write(self, row: Mapping[str, Value], bold: bool = False) -> None:
        """Write a row by the names of the columns; a text that is too long goes on in further rows.

        Raises Refused for more rows than a sheet holds.
        """
        cells = [_Cell(column, row.get(column.name, ""), self._keys) for column in self._columns]
        form = self._formats.bold if bold else self._formats.text
        for part in range(max(each.parts for each in cells)):
            for place, each in enumerate(cells):
                self._put(place, each.part(part), form)
            self._next += 1

    def end_of_filter(self) -> None:
        """Let the filter take in the rows up to here, and not what stands below."""
        self._filtered = self._next

    def end(self) -> None:
        """Close the sheet: nothing more is written to it."""
        last = (self._filtered or self._next) - 1
        if last and self._filters:
            self._sheet.autofilter(0, 0, last, len(self._columns) - 1)
        if self._printed:
            self._sheet.print_area(0, 0, max(self._next - 1, 1), self._printed - 1)
        # Else a file stays open for each sheet, and hundreds are more than a system allows.
        self._sheet._opt_close()

    def _put(self, place: int, value: Value, form: xlsxwriter.format.Format) -> None:
        if isinstance(value, str):
            wrong = value and self._sheet.write_string(self._next, place, value, form)
        else:
            wrong = self._sheet.write_number(self._next, place, value, form)
        if wrong:
            raise Refused(
                N_("Row %(row)s does not fit into a workbook; export as CSV."), row=self._next + 1
            )


class _Cell:
    """A value in as many parts as it takes; what a row is found by stands in each."""

    def __init__(self, column: Column, value: Value, keys: Collection[str]) -> None:
        self._counts = column.name == "part"
        self._value: Value = value
        self._texts = list(pieces(value)) if isinstance(value, str) else []
        self._again = column.name in keys

    @property
    def parts(self) -> int:
        return max(1, len(self._texts))

    def part(self, number: int) -> Value:
        if number and self._counts:
            return str(number + 1)
        if number < len(self._texts):
            return self._texts[number]
        return self._value if self._again or not number else ""


class Book:
    """A workbook to which sheets are added, in their order."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._formats = _Formats(book)
        self._names: set[str] = set()

    def sheet(self, wanted: str) -> tuple[Table, str]:
        """Add a sheet and return it with its name: the one that is wanted, as far as a sheet may have it."""
        name = sheet_name(wanted, self._names)
        self._names.add(name.lower())
        return Table(self._book.add_worksheet(name), self._formats), name


@contextmanager
def book_in(target: BinaryIO) -> Iterator[Book]:
    """Make a workbook that is written to the target when the block ends."""
    settings = {"in_memory": False, "constant_memory": True}  # texts stand in their cells
    with xlsxwriter.Workbook(target, settings) as book:
        book.set_properties({"created": CREATED})
        yield Book(book)


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name that a sheet may have and that is not taken (small letters), as near as may be."""
    plain = _FORBIDDEN.sub("_", wanted)
    if plain.lower() == RESERVED:
        plain += "_"
    number, name = 1, _fitting(plain, "")
    while name.lower() in taken:
        number += 1
        name = _fitting(plain, f" ({number})")
    return name


def _fitting(text: str, end: str) -> str:
    """The text and its end, not too long and without an apostrophe at either side."""
    return (next(pieces(text.strip("' "), LONGEST_NAME - len(end))).strip("' ") + end) or "-"


class _Formats:
    """How cells look: all stand at the top and are wrapped."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        plain = {"valign": "top", "text_wrap": True}
        heading = {**plain, "bold": True, "bottom": 1, "bg_color": "#eef1f4"}
        self.text = book.add_format(plain)
        self.bold = book.add_format({**plain, "bold": True})
        self.heading = book.add_format(heading)
        self.quiet_heading = book.add_format({**heading, "bold": False, "font_color": QUIET})
