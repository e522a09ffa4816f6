"""What a segment says: who speaks, under which codes, and how it is judged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from observation.core.codebook import GROUP as STYLE
from observation.core.codebook import INDICATOR
from observation.core.errors import N_, Refused
from observation.core.fitting import names_perhaps
from observation.core.interviews import CONTRADICTIONS, UNJUDGED, Said, Source
from observation.core.kinds import FREQUENCIES, MODES, SCOPES, STANCES

from .known import Known
from .mapping import AT, GROUP, LEAVE_OUT, Answers
from .profiles import OWN
from .segments import FIELDS, Cell, Segment

ONE_OF = {"stance": STANCES, "mode": MODES, "scope": SCOPES, "frequency": FREQUENCIES,
          "form": ("quotation", "paraphrase")}  # fmt: skip
PEOPLE = re.compile(r"([A-Za-z]{1,2})(\d{1,4})(?:\s*[-–]\s*([A-Za-z]{0,2})(\d{1,4}))?")
CODE = re.compile(r"[A-Za-z]{1,2}\d{1,4}")
OWN_SPLIT = re.compile(";")
SPLIT = re.compile(r"[\s,;+]+")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a place in the file.

    `kind` is code, respondent or document (unknown: `name` is what the mapping must say), error
    or warning. Only warnings let an import go on.
    """

    kind: str
    row: int
    column: str
    sentence: str
    values: Mapping[str, object]
    name: str = ""

    def refused(self) -> Refused:
        """Return the whole sentence, with its place."""
        return Refused(
            N_("Row %(row)s, column “%(column)s”: %(problem)s"),
            row=self.row,
            column=self.column,
            problem=Refused(self.sentence, **self.values),
        )


@dataclass(frozen=True, slots=True)
class Meant:
    """A claim that a segment makes, under the name by which it is known again; `key` is the segment's."""

    name: str
    key: str
    said: Said
    memos: tuple[str, ...]
    row: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a segment says; `left_out` counts codings that the mapping leaves out."""

    meant: tuple[Meant, ...]
    findings: tuple[Finding, ...]
    left_out: int = 0


def interpret(segment: Segment, known: Known, answers: Answers, named: frozenset[str]) -> Reading:
    """Return the claims of a segment and what is unknown or wrong in it.

    `named` are the respondents whom the document's name tells, as written in the register.
    """
    said = _Said(segment, known, answers, named)
    said.read()
    return Reading(tuple(said.claims()), tuple(said.findings), said.left_out)


def people_in(text: str) -> Iterator[str]:
    """Yield the codes of people in a text, in capitals, those of a range (R6-R9) one by one."""
    for found in PEOPLE.finditer(text):
        letters, first, other, last = found.groups()
        if last is None or (other and other.upper() != letters.upper()):
            yield f"{letters}{first}".upper()
            if last is not None:
                yield f"{other}{last}".upper()
        else:
            for number in range(int(first), min(int(last), int(first) + 99) + 1):
                yield f"{letters}{number}".upper()


class _Said:
    """One segment, as it is made out."""

    def __init__(self, segment: Segment, known: Known, answers: Answers, named: frozenset[str]):
        self.segment, self.known, self.answers, self.named = segment, known, answers, named
        self.findings: list[Finding] = []
        self.codes: dict[str, None] = {}
        self.speakers: dict[str, None] = {}
        self.values: dict[str, dict[str, Cell]] = {}
        self.group = False
        self.left_out = 0

    def read(self) -> None:
        for cell in self.segment.cells.get("respondents", ()):
            for text in (OWN_SPLIT if self.segment.tool == OWN else SPLIT).split(cell.text):
                if text.strip():
                    self._speaker(replace(cell, text=text.strip()))
        for cell in self.segment.codes:
            self._code(cell)
        for name in FIELDS:
            for cell in self.segment.cells.get(name, ()):
                self._field(name, cell)
        if self.segment.tool != OWN and not self.speakers and not self.group:
            self._speaker_of_document()
        text = self.segment.cell("text")
        words = (*self.known.codebook.file.capitalised, *self.known.schools)
        if names := names_perhaps(text.text, words):
            self._find("warning", text, N_("“%(names)s” may be a name of a person; look at it."),
                       names=", ".join(names[:3]))  # fmt: skip

    def claims(self) -> Iterator[Meant]:
        """Yield a claim for each indicator or style, and one for all codes of context and roles."""
        segment, codebook = self.segment, self.known.codebook
        judged = {name: self._one(name) for name in ("form", "mode", "scope", "frequency")}
        stances = self.values.get("stance", {})
        stance = next(iter(stances)) if len(stances) == 1 else "mixed" if stances else UNJUDGED
        if (stance, judged["frequency"]) in CONTRADICTIONS:
            self._find(
                "warning",
                segment.cell("text"),
                N_("“%(stance)s” and “%(frequency)s” contradict each other; it comes in unjudged."),
                stance=stance,
                frequency=judged["frequency"],
            )
            stance = UNJUDGED
        if segment.tool == OWN:
            sets = [("", tuple(self.codes))]
        else:
            alone = [id for id in self.codes if codebook.codes[id].kind in (INDICATOR, STYLE)]
            rest = tuple(id for id in self.codes if id not in alone)
            sets = [(id, (id,)) for id in alone] + ([("open", rest)] if rest else [])
        place = [segment.text("place"), segment.text("place-end")]
        where = "-".join(dict.fromkeys(part for part in place if part))
        memos = tuple(cell.text for cell in segment.cells.get("memo", ()))
        number = segment.key if segment.tool != OWN else segment.text("number")
        source = Source(segment.tool, segment.document, segment.key)
        if segment.tool == OWN:
            parts = [segment.text(f"source-{part}") for part in ("tool", "document", "id")]
            own = Source(*parts) if any(parts) else None
        for name, codes in sets:
            yield Meant(
                f"{segment.tool} {segment.document} {segment.key} {name}",
                segment.key,
                Said(
                    respondents=tuple(self.speakers),
                    form=judged["form"] or "quotation",
                    text=segment.text("text"),
                    codes=codes,
                    codebook=segment.text("codebook").strip() or codebook.version,
                    stance=stance,
                    mode=judged["mode"] or UNJUDGED,
                    scope=judged["scope"],
                    frequency=judged["frequency"],
                    about=self._one("about"),
                    unit=self._one("unit"),
                    place=where,
                    topic=self._one("topic"),
                    coder=segment.text("coder").strip().replace(" ", "-")[:64],
                    number=int(number) if re.fullmatch(r"\d{1,9}", number) else None,
                    source=own if segment.tool == OWN else source,
                ),
                memos,
                segment.row,
            )

    def _code(self, cell: Cell) -> None:
        """A code, a respondent, or a word about the claim: tools know only tags."""
        text = self.answers.codes.get(cell.text, cell.text)
        if text == LEAVE_OUT:
            self.left_out += 1
            return
        codebook = self.known.codebook
        if self.segment.tool == OWN or text in codebook.codes:
            if text not in codebook.codes:
                self._unknown_code(cell, text)
            self.codes[text] = None
            return
        tail = re.split(r">|\\|::|/", text)[-1].strip()
        if text in self.answers.respondents or tail.upper() in self.known.respondents or (
            CODE.fullmatch(tail) and tail[0] in "SR"
        ):  # fmt: skip
            self._speaker(
                replace(cell, text=tail if text not in self.answers.respondents else text)
            )
        elif (words := codebook.word(text)) and not codebook.find(text):
            for name, value in words:
                if name == "speaker":
                    self.group = True
                elif name != "kind":
                    self.values.setdefault(name, {}).setdefault(value, cell)
        elif code := codebook.find(text):
            self.codes[code] = None
        else:
            self._unknown_code(cell, text)

    def _unknown_code(self, cell: Cell, text: str) -> None:
        self._find(
            "code",
            cell,
            N_(
                "The codebook has no code “%(code)s”; name one in the mapping, or “-” to leave it out."
            ),
            name=cell.text,
            code=text,
        )

    def _speaker(self, cell: Cell) -> None:
        text = self.answers.respondents.get(cell.text, cell.text).strip()
        if text == GROUP:
            self.group = True
            return
        held = self.known.respondents.get(text.upper(), ())
        if held:
            self.speakers[held[0][1]] = None
        elif text in self.answers.new or self.segment.tool == OWN:
            self.speakers[text] = None
        else:
            self._find(
                "respondent",
                cell,
                N_("No register has a respondent “%(respondent)s”; record who that is, or name another in the mapping."),
                name=cell.text,
                respondent=text,
            )  # fmt: skip

    def _speaker_of_document(self) -> None:
        document = self.segment.document
        place = "-".join(filter(None, (self.segment.text("place"), self.segment.text("place-end"))))
        for name in (f"{document}{AT}{place}", document):
            if name in self.answers.respondents:
                self._speaker(Cell(name, self.segment.row, "document"))
                return
        if len(self.named) == 1:
            self.speakers |= dict.fromkeys(self.named)
            return
        self._find(
            "respondent",
            self.segment.cell("document"),
            N_("Nothing says who speaks in “%(document)s”; name a respondent in the mapping, or “group” for the group without a speaker."),
            name=document,
            document=document,
        )  # fmt: skip

    def _field(self, name: str, cell: Cell) -> None:
        text = cell.text.strip()
        words = [value for field, value in self.known.codebook.word(text, name) if field == name]
        if name in ONE_OF and text not in ONE_OF[name] and not words:
            self._find(
                "error",
                cell,
                N_("“%(text)s” is not one of %(known)s; write one of these."),
                text=text,
                known=", ".join(ONE_OF[name]),
            )
            return
        value = (
            text
            if text in ONE_OF.get(name, (text,)) and not (name == "about" and words)
            else words[0]
        )
        self.values.setdefault(name, {}).setdefault(value, cell)

    def _one(self, name: str) -> str:
        """The value of a field; several are an error, since nobody can say which is meant."""
        found = self.values.get(name, {})
        if len(found) > 1:
            first, second = list(found)[:2]
            self._find(
                "error",
                found[second],
                N_(
                    "“%(first)s” and “%(second)s” cannot both be; take one of them off this stretch."
                ),
                first=first,
                second=second,
            )
        return next(iter(found), "")

    def _find(
        self, kind: str, cell: Cell, sentence: str, *, name: str = "", **values: object
    ) -> None:
        self.findings.append(Finding(kind, cell.row, cell.column, sentence, values, name))
