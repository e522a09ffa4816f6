"""Tables are found out about by themselves; what cannot be one is refused with a sentence, within bounds."""

from __future__ import annotations

import datetime
import io
import random
import stat
import struct
import zipfile
from contextlib import suppress
from pathlib import Path

import openpyxl
import pytest

from observation.core.errors import Refused
from observation.importing import tables
from observation.importing.mapping import Answers
from tests.importing.study import MAXQDA, TAGUETTE, Place, open_claims, segment, table

HEADER = "id,document,tag,content\r\n"
TEXT = "Élke week één ‘bord’ – ja"


def rows(path: Path) -> list[tuple[int, tuple[str, ...]]]:
    return list(open_claims(path, Answers()).rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    path = tmp_path / "table.csv"
    text = HEADER.replace(",", delimiter) + f'1{delimiter}d{delimiter}t{delimiter}"{TEXT}"\r\n'
    path.write_bytes(text.encode(encoding))
    found = open_claims(path, Answers())
    assert (found.encoding, found.delimiter) == (encoding, delimiter)
    assert rows(path) == [(2, ("1", "d", "t", TEXT))]


def test_the_real_files_are_read_as_they_are() -> None:
    assert len(rows(TAGUETTE)) == 55
    assert rows(MAXQDA)[1][1][8] == "R24: lesbezoeken?\r\nDie zijn er al maanden niet."


def test_a_long_cell_and_line_breaks_inside_cells_are_kept(tmp_path: Path) -> None:
    text = "x" * 40_000 + '\n"ja"\r\n\t=1+1'
    path = table(tmp_path, ["1", "d", "t", text])
    assert rows(path)[0][1][3] == text
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(["1", "d", "t", "regel\r\neen_x000D_"])
    book.save(tmp_path / "t.xlsx")
    assert rows(tmp_path / "t.xlsx")[0][1][3].startswith("regel")


def test_numbers_dates_and_truths_of_a_workbook_read_as_text(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append([3, 2.5, True, datetime.date(2018, 3, 1)])
    book.active.append([3.0, None, "=1+1", "x"])
    book.save(tmp_path / "t.xlsx")
    assert rows(tmp_path / "t.xlsx") == [
        (2, ("3", "2.5", "1", "2018-03-01")),
        (
            3,
            ("3", "", "", "x"),
        ),  # a formula is what it last came to, and this never came to anything
    ]


REFUSED = [
    (b"", "file is empty"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
    (b"a\x00b\x00", "This is no table"),
    (b"a,b\r\n1,2\r\n", "No header of a known table"),
    (b"%PDF-1.4\nx", "No header of a known table"),
    (HEADER.encode() + "1,d,t,één\r\n".encode() + b"2,d,t,\xe9\xe9n\r\n", "Line 3 is not UTF-8, and line 2 is"),
    (HEADER.encode() + b"1,d,t,x,more\r\n", "Row 2: it has more cells than the header"),
    (HEADER.encode() + b"1,d,t,\r\n", "Row 2, column “content”: this holds no text"),
    (HEADER.encode() + b'1,d,t,"x\r\n', "Row 2: it cannot be read as CSV .*the file was cut off"),
    (HEADER.encode() + b'1,d,t,"x\r\n2,d,t,"y"\r\n', "Row 2: it cannot be read as CSV"),
    (HEADER.encode(), "has a header and no rows"),
    (HEADER.encode() + b"1,d,t," + b"x" * 200_000, "Row 2, column “content”: this text is longer than 128 KiB"),
    (HEADER.encode() + b"1,d,t," + b"x" * 2_000_000, "Row 2: it cannot be read as CSV"),
    (HEADER.encode() + b"1,d,learning.feedback,x\r\n1,d,wens,y\r\n", "number 1 of this document had another text in row 2"),
    (b"PK\x03\x04 and then nothing", "The workbook cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "sentence"), REFUSED, ids=lambda value: str(value)[:40])
def test_what_is_no_table_is_refused_with_a_sentence(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    study = Place(3, A=["S1 school-leader"])
    with pytest.raises(Refused, match=sentence):
        study.plan(path)


def test_a_file_that_is_too_large_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)
    with pytest.raises(Refused, match="200 MB, and at most 50 MB"):
        open_claims(path, Answers())


def test_too_many_rows_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 10)
    path = table(tmp_path, *[["1", "d", "t", "x"]] * 11)
    with pytest.raises(Refused, match="more than 10 rows"):
        rows(path)


def workbook() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(["1", "S1 interview", "learning.feedback", "x"])
    target = io.BytesIO()
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archive(folder: Path, *members: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    path = folder / "t.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members:
            made.writestr(name, content)
    return path


SHEET = "xl/worksheets/sheet1.xml"


def link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("xl/link")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


def attacks() -> dict[str, list[tuple[str | zipfile.ZipInfo, bytes]]]:
    good = list(workbook().items())
    entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
        b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9)
    )
    bomb = (
        entity
        + b"]>"
        + dict(good)[SHEET].replace(
            b"<sheetData>", b"<sheetData><row><c t='inlineStr'><is><t>&j;</t></is></c></row>"
        )
    )
    return {
        "a bomb": [*good, ("xl/bomb.bin", b"\0" * (40 * 2**20))],
        "too many parts": [*good, *((f"xl/p{n}", b"") for n in range(5001))],
        "a way out": [*good, ("../evil", b"x")],
        "an absolute name": [*good, ("/etc/passwd", b"x")],
        "a backslash": [*good, ("xl\\evil", b"x")],
        "a drive": [*good, ("C:evil", b"x")],
        "a link": [*good, (link(), b"/etc/passwd")],
        "no workbook": [("hello.txt", b"x")],
        "definitions": [(name, bomb if name == SHEET else content) for name, content in good],
        "a file from outside": [
            (name, b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + content if name == "xl/workbook.xml" else content)
            for name, content in good
        ],
        "broken xml": [(name, content[:-60] if name == SHEET else content) for name, content in good],
        "a part missing": [pair for pair in good if pair[0] != "xl/workbook.xml"],
    }  # fmt: skip


@pytest.mark.parametrize("name", attacks())
def test_a_workbook_that_is_an_attack_or_broken_is_refused(tmp_path: Path, name: str) -> None:
    path = archive(tmp_path, *attacks()[name])
    with pytest.raises(Refused):
        Place(3, A=["S1 school-leader"]).plan(path)


def test_two_parts_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(tmp_path, *workbook().items(), (SHEET, b"<x/>"))
    with pytest.raises(Refused, match="no workbook as a spreadsheet writes it"):
        open_claims(path, Answers())


def test_a_part_that_says_it_is_smaller_than_it_is_ends_where_it_says(tmp_path: Path) -> None:
    path = archive(tmp_path, *workbook().items())
    content = bytearray(path.read_bytes())
    at = content.rindex(SHEET.encode()) - 46  # of the sheet in the list at the end
    struct.pack_into("<I", content, at + 24, 20)
    path.write_bytes(content)
    with pytest.raises(Refused):
        Place(3, A=["S1 school-leader"]).plan(path)


def test_an_ordinary_workbook_is_none_of_these(tmp_path: Path) -> None:
    path = archive(tmp_path, *workbook().items())
    study = Place(3, A=["S1 school-leader"])
    assert study.take_in(path).counts["new"] == 1


def test_a_thousand_damaged_workbooks_and_tables_are_read_or_refused(tmp_path: Path) -> None:
    chance = random.Random(4)
    study = Place(3, A=["S1 school-leader"])
    book = archive(tmp_path, *workbook().items()).read_bytes()
    text = table(tmp_path, *segment("learning.feedback", "wens")).read_bytes()
    for number in range(1000):
        content = bytearray(chance.choice([book, text]))
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path = tmp_path / f"damaged{number % 2}.csv"
        path.write_bytes(content)
        with suppress(Refused):
            study.plan(path)
