"""Tables in files: CSV and XLSX, read as a stream, with what is found out about them by themselves."""

from __future__ import annotations

import codecs
import csv
import datetime
import itertools
import stat
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from observation.core.errors import N_, Refused
from observation.core.events import SIZE_LIMIT
from observation.core.spreadsheet import SHIELD, unescaped, unshielded

TABLES = (".csv", ".tsv", ".txt", ".xlsx")  # what the name of a table ends in
LARGEST = 50 * 1024 * 1024  # bytes of a file
MOST_ROWS = 400_000
MOST_COLUMNS = 500
HEADER_WITHIN = 10  # rows
DELIMITERS = ",;\t"
MEMBERS, UNPACKED, RATIO = 5_000, 200 * 1024 * 1024, 100  # what an XLSX may hold
LARGEST_MEMBER = 50 * 1024 * 1024

Cells = tuple[str, ...]
Score = Callable[[Sequence[str]], float]  # how well a row serves as the header; 0 not at all


@dataclass(frozen=True, slots=True)
class Table:
    """A table of texts in a file; `encoding` and `delimiter` are empty for XLSX.

    `header_row` counts from 1, as a spreadsheet does. `shielded` is whether dangerous texts have an
    apostrophe in front, which `rows` takes off.
    """

    path: Path
    header: Cells
    header_row: int
    encoding: str = ""
    delimiter: str = ""

    @property
    def shielded(self) -> bool:
        return bool(self.header) and self.header[-1] == SHIELD

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Yield number and texts of each row below the header that is not empty, as long as the header.

        Reads the file again each time. Raises Refused, with the row, for what cannot be read.
        """
        width = len(self.header)
        for number, cells in _numbered(self.path, self.encoding, self.delimiter):
            if number > self.header_row + MOST_ROWS:
                raise Refused(
                    N_(
                        "The table has more than %(most)s rows. Nothing was taken in; split it into several files."
                    ),
                    most=MOST_ROWS,
                )
            if number <= self.header_row or not any(map(str.strip, cells)):
                continue
            if any(cell.strip() for cell in cells[width:]):
                _refuse_row(
                    number,
                    N_(
                        "it has more cells than the header; look for a delimiter or quotation mark too many."
                    ),
                )
            filled = (*cells[:width], *[""] * (width - len(cells)))
            yield number, tuple(map(unshielded, filled)) if self.shielded else filled


def read_table(path: Path, score: Score) -> Table:
    """Return the table in a file, with encoding, delimiter and header row found; raise Refused.

    The header is the row within the first ten that scores best, and with equal scores the first.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise Refused(
            N_("The file has %(size)s MB, and at most %(most)s MB are read; split it."),
            size=size // 2**20,
            most=LARGEST // 2**20,
        )
    with path.open("rb") as file:
        start = file.read(8)
    if not start:
        raise Refused(N_("The file is empty; export it again."))
    if start.startswith(b"PK"):
        _check_archive(path)
        formats = [("", "")]
    elif start.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(
            N_("This is an old Excel file (.xls) or one with a password; save it as .xlsx or CSV.")
        )
    else:
        encoding = encoding_of(path)
        formats = [(encoding, delimiter) for delimiter in DELIMITERS]
    best: tuple[tuple[float, int], Table] | None = None
    unread: Refused | None = None
    for encoding, delimiter in formats:
        top, failed = _top(path, encoding, delimiter)
        unread = unread or failed
        for number, cells in top:
            header = tuple(cell.strip() for cell in cells)
            while header and not header[-1]:
                header = header[:-1]
            rank = score(header), len(header) if len(header) > 1 else 0
            if rank[1] and rank[0] and (best is None or rank > best[0]):
                best = rank, Table(path, header, number, encoding, delimiter)
    if best is None and unread:
        raise unread
    if best is None:
        raise Refused(
            N_(
                "No header of a known table stands in the first %(rows)s rows. Known are Taguette, MAXQDA, QualCoder, ATLAS.ti and this program’s own; for another one name its columns in a mapping."
            ),
            rows=HEADER_WITHIN,
        )
    return best[1]


def _top(
    path: Path, encoding: str, delimiter: str
) -> tuple[list[tuple[int, Cells]], Refused | None]:
    """The first rows, as far as they can be read with this delimiter, and why no further ones can."""
    top: list[tuple[int, Cells]] = []
    if not delimiter:
        return list(itertools.islice(_numbered(path, encoding, delimiter), HEADER_WITHIN)), None
    try:
        top.extend(itertools.islice(_numbered(path, encoding, delimiter), HEADER_WITHIN))
    except Refused as refused:
        # What was read before stays: `extend` takes row by row.
        return top, refused
    return top, None


def columns_of(path: Path) -> tuple[str, ...]:
    """Return the widest row within the first ten of a table that no known tool wrote, or nothing."""
    try:
        return read_table(path, len).header
    except (Refused, OSError):
        return ()


def encoding_of(path: Path) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8, else Windows-1252.

    Raises Refused, with the line, when parts of it are UTF-8 and others are not.
    """
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in (
            (codecs.BOM_UTF8, "utf-8-sig"),
            (codecs.BOM_UTF16_LE, "utf-16"),
            (codecs.BOM_UTF16_BE, "utf-16"),
        ):
            if start.startswith(mark):
                return name
        if b"\x00" in start:
            raise Refused(N_("This is no table: save it as CSV in UTF-8, or as .xlsx."))
        file.seek(0)
        first_bad = first_good = 0
        for number, line in enumerate(file, 1):
            if line.isascii():
                continue
            try:
                line.decode()
                first_good = first_good or number
            except UnicodeDecodeError:
                first_bad = first_bad or number
    if first_bad and first_good:
        raise Refused(
            N_(
                "Line %(bad)s is not UTF-8, and line %(good)s is: the file mixes two encodings. Save it once more as UTF-8."
            ),
            bad=first_bad,
            good=first_good,
        )
    return "cp1252" if first_bad else "utf-8"


def _numbered(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    return _csv_rows(path, encoding, delimiter) if encoding else _xlsx_rows(path)


def _csv_rows(path: Path, encoding: str, delimiter: str) -> Iterator[tuple[int, Cells]]:
    csv.field_size_limit(4 * SIZE_LIMIT)  # a longer text could never be kept; said with its row
    number = 0
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        try:
            for number, cells in enumerate(reader, 1):
                yield number, tuple(cells)
        except csv.Error as error:
            _refuse_row(
                number + 1,
                N_(
                    "it cannot be read as CSV (%(why)s): a quotation mark may be missing, or the file was cut off. Export it again."
                ),
                why=error,
            )
        except UnicodeDecodeError:
            _refuse_row(number + 1, N_("it holds a byte that is not of its encoding."))


def _xlsx_rows(path: Path) -> Iterator[tuple[int, Cells]]:
    with _workbook(path) as book:
        sheet = book.worksheets[0] if book.worksheets else None
        if sheet is None:
            raise Refused(N_("The workbook has no sheet with cells; export it again."))
        sheet.reset_dimensions()  # what the file says of its size may be wrong
        for number, cells in enumerate(
            sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS), start=1
        ):
            yield number, tuple(map(_text, cells))


@contextmanager
def _workbook(path: Path) -> Iterator[Any]:
    try:
        # Values only: what a formula last came to, never the formula; no links to other files.
        book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()
    except DefusedXmlException:
        raise Refused(
            N_("The workbook holds definitions that no spreadsheet writes; save it once more.")
        ) from None
    except (
        *(ParseError, InvalidFileException, zipfile.BadZipFile, KeyError, ValueError),
        *(EOFError, TypeError, AttributeError, IndexError, OSError, NotImplementedError),
    ) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            N_("The workbook cannot be read (%(why)s); open it and save it once more as .xlsx."),
            why=str(error)[:80],
        ) from error


def _check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to too much, or that no spreadsheet would write."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            size = path.stat().st_size
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Refused(
            N_("The workbook cannot be read (%(why)s); open it and save it once more as .xlsx."),
            why=str(error)[:80],
        ) from error
    unpacked = sum(member.file_size for member in members)
    names = [member.filename for member in members]
    if (
        len(members) > MEMBERS
        or unpacked > UNPACKED
        or unpacked > RATIO * max(size, 10_000)
        or any(member.file_size > LARGEST_MEMBER for member in members)
    ):
        raise Refused(
            N_(
                "The workbook unpacks to %(size)s MB in %(members)s parts, more than is read; save it as CSV, or split it."
            ),
            size=unpacked // 2**20,
            members=len(members),
        )
    strange = (
        len(set(names)) < len(names)
        or any(name.startswith("/") or "\\" in name or ":" in name for name in names)
        or any(".." in name.split("/") for name in names)
        or any(member.flag_bits & 1 for member in members)
        or any(stat.S_ISLNK(member.external_attr >> 16) for member in members)
    )
    if strange or "[Content_Types].xml" not in names:
        raise Refused(N_("This archive is no workbook as a spreadsheet writes it; save it again."))


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return unescaped(value)
        case bool():
            return "1" if value else "0"
        case float() if value.is_integer():
            return str(int(value))
        case datetime.datetime():
            midnight = value.time() == datetime.time()
            return value.date().isoformat() if midnight else value.isoformat()
    return str(value)


def _refuse_row(number: int, problem: str, **values: object) -> NoReturn:
    raise Refused(
        N_("Row %(row)s: %(problem)s Nothing was taken in."),
        row=number,
        problem=Refused(problem, **values),
    ) from None
