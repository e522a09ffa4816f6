"""The claims and the codebook of a study as tables, CSV and XLSX; `docs/formats.md` describes them.

What is written here can be imported again without a difference.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from io import BytesIO, StringIO

from observation.core.codebook import Codebook
from observation.core.events import Event, stream_kind
from observation.core.interviews import Claim, Interview, Said, Testimony, fold_interview, heard
from observation.core.memos import in_one_cell
from observation.core.registers import School, fold_school
from observation.core.spreadsheet import CLAIM_COLUMNS, CODE_COLUMNS, SHIELD, shielded
from observation.core.withdrawal import Withheld, withheld

from .xlsx import Column, book_in

Row = Mapping[str, str]
NOTHING_WITHHELD = Withheld()
TABLE_FORMATS = ("csv", "csv-raw", "xlsx")
FOUND_BY = ("claim", "interview", "interview-id", "code")  # what a row is found by
WIDE = (
    "text",
    "memos",
    "interview-memos",
    "definition",
    "counts-when",
    "counts-not-when",
    "example",
)


def claims_table(
    format: str, streams: Iterable[tuple[str, Iterable[Event]]]
) -> tuple[bytes, Mapping[str, int]]:
    """Return the claims of a study that may be used as a table, and how many left, by school.

    `streams` are the names and events of the study's schools and interviews; others do not matter.
    """
    interviews, schools = [], []
    for stream, events in streams:
        kind, events = stream_kind(stream), tuple(events)
        if not events:  # erased
            continue
        if kind == "interview":
            interviews.append(fold_interview(events))
        elif kind == "school":
            schools.append(fold_school(events))
    found = heard(interviews, schools)
    rows = claim_rows(found, interviews, schools, withheld(interviews, schools))
    return table_bytes(format, CLAIM_COLUMNS, rows), found.withdrawn


def codes_table(format: str, codebook: Codebook) -> bytes:
    """Return all codes as a table, with their names in the first language of the codebook."""
    return table_bytes(format, CODE_COLUMNS, code_rows(codebook, codebook.file.languages[0]))


def claim_rows(
    found: Testimony,
    interviews: Iterable[Interview],
    schools: Iterable[School],
    words: Withheld = NOTHING_WITHHELD,
) -> Iterator[Row]:
    """Yield a row for each claim that may be used, and one for each interview that has none.

    Memos are without the `words` of who withdrew.

    Where a claim's values are in conflict there is a row for each, under the id of its event.
    """
    registers = {school.code: school for school in schools}
    by_stream = {each.stream: _without(each, words) for each in interviews}
    alike = Counter(interview.label.casefold() for interview in by_stream.values())
    # Only where the name does not tell: else the id of another study would be a difference.
    ids = {
        stream: {"interview-id": stream.partition("/")[2]}
        for stream, interview in by_stream.items()
        if alike[interview.label.casefold()] > 1
    }
    begun: set[str] = set()
    for claim in found.claims:
        claim = replace(claim, memos=words.of_memos(claim.memos))
        interview = by_stream[claim.interview]
        header = _header(interview, registers, first=interview.stream not in begun)
        header |= ids.get(interview.stream, {})
        begun.add(interview.stream)
        for number, said in enumerate(dict.fromkeys(claim.said.values)):
            id = claim.said.events[number] if number else claim.id
            yield {**header, **_claim(claim, said), "claim": id}
            header = {**header, "interview-memos": ""}
    for stream, interview in by_stream.items():
        register = registers.get(interview.school)
        gone = register is not None and register.withdrawn("")
        if stream not in begun and interview.recorded and not gone:
            yield _header(interview, registers, first=True) | ids.get(stream, {})


def code_rows(codebook: Codebook, language: str) -> Iterator[Row]:
    """Yield a row for each code, merged ones too."""
    for code in codebook.codes.values():
        yield {
            "code": code.id,
            "kind": code.kind,
            "parent": code.parent,
            "name": code.name[language],
            "definition": code.definition,
            "counts-when": code.counts_when,
            "counts-not-when": code.counts_not_when,
            "example": code.example,
            "aliases": "\n".join(code.aliases),
            "merged-into": code.into,
        }


def table_bytes(format: str, columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return the rows as `csv` (safe for a spreadsheet), `csv-raw` (as typed) or `xlsx`."""
    if format == "xlsx":
        return xlsx_table(columns, rows)
    return csv_table(columns, rows, safe=format == "csv")


def csv_table(columns: Sequence[str], rows: Iterable[Row], safe: bool = True) -> bytes:
    """Return the rows as CSV: UTF-8, comma, CRLF.

    Safe for a spreadsheet it begins with a byte order mark, a text that would be run has an
    apostrophe in front, and a last column, empty, is there to say so.
    """
    target = StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow((*columns, SHIELD) if safe else columns)
    for row in rows:
        cells = [row.get(column, "") for column in columns]
        writer.writerow([*map(shielded, cells), ""] if safe else cells)
    return (b"\xef\xbb\xbf" if safe else b"") + target.getvalue().encode()


def xlsx_table(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """Return the rows as a workbook of one sheet in which every cell is a text, never a formula.

    A text that is longer than a cell may be goes on in the next row, whose `part` says so. Raises
    Refused for more rows than a sheet holds.
    """
    target = BytesIO()
    with book_in(target) as book:
        table, _ = book.sheet("observation")
        table.begin([Column(each, width=60 if each in WIDE else 14) for each in columns], FOUND_BY)
        for row in rows:
            table.write(row)
        table.end()
    return target.getvalue()


def _header(interview: Interview, registers: Mapping[str, School], first: bool) -> dict[str, str]:
    """What is said of the interview; its memos stand in its first row. Who withdrew is left out."""
    school = registers.get(interview.school)
    present = [c for c in interview.participants if school is None or not school.withdrawn(c)]
    return {
        "interview": interview.label,
        "kind": interview.kind,
        "date": interview.date,
        "school": interview.school,
        "topic-list": interview.topic_list,
        "participants": "; ".join(_participant(code, school) for code in present),
        "interview-memos": in_one_cell(m.text for m in interview.memos) if first else "",
    }


def _without(interview: Interview, words: Withheld) -> Interview:
    return replace(interview, memos=words.of_memos(interview.memos))


def _participant(code: str, school: School | None) -> str:
    known = school.respondents.get(code) if school else None
    return " ".join(filter(None, (code, known.role, known.group))) if known else code


def _claim(claim: Claim, said: Said) -> dict[str, str]:
    plain = {
        name.replace("_", "-"): getattr(said, name)
        for name in ("form", "text", "codebook", "stance", "mode", "scope", "frequency", "about",
                     "unit", "place", "topic", "coder")
    }  # fmt: skip
    source = said.source
    if source:
        plain |= {
            "source-tool": source.tool,
            "source-document": source.document,
            "source-id": source.id,
        }
    return {
        "claim": claim.id,
        "label": claim.label,
        "respondents": "; ".join(said.respondents),
        "codes": "; ".join(said.codes),
        "number": "" if said.number is None else str(said.number),
        "memos": in_one_cell(memo.text for memo in claim.memos),
        **plain,
    }
