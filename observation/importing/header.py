"""What a document's name and columns say of the interview: who took part, which kind, which school. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from observation.core.errors import N_
from observation.core.interviews import FOCUS_GROUP
from observation.core.kinds import DATE, NAME, ROLE
from observation.core.registers import LEADER

from .interpret import Finding, Meant, people_in
from .known import Known
from .mapping import Answers, Document, Newcomer
from .profiles import OWN
from .segments import APART, Segment

OF_INTERVIEW = ("kind", "date", "school", "topic-list", "participants")
LABEL = 64  # characters of an interview's name


def stream_of(document: str, known: Known, answers: Answers, id: str = "") -> str:
    """Return the stream of a document's interview: that of the id, that of its name, or a new one."""
    if f"interview/{id}" in known.streams:
        return f"interview/{id}"
    if APART in document:
        return known.stream("interview", document)
    label = answers.documents.get(document, Document()).interview or document
    return known.interviews.get(label[:LABEL].casefold()) or known.stream("interview", label)


class Header:
    """The interview that a document is, as far as the table, the mapping and the registers say.

    `findings` names what is unknown or wrong of what was asked.
    """

    def __init__(
        self, document: str, segments: Sequence[Segment], known: Known, answers: Answers
    ) -> None:
        self.document, self.first, self.known, self.answers = document, segments[0], known, answers
        self.segments = segments
        self.answer = answers.documents.get(document, Document())
        self.own = segments[0].tool == OWN
        self.findings: list[Finding] = []

    def listed(self) -> dict[str, Newcomer]:
        """Return the participants as this program's own table lists them: code, role, focus group."""
        found: dict[str, Newcomer] = {}
        cell = self.first.cell("participants")
        school = self.first.text("school")
        for text in filter(None, map(str.strip, cell.text.split(";"))) if self.own else ():
            code, role, group = (*text.split(), "", "")[:3]
            if not NAME.holds(code) or (role and not ROLE.holds(role)):
                self.findings.append(
                    Finding(
                        "error",
                        cell.row,
                        cell.column,
                        N_("“%(text)s” is no participant: write code, role and focus group."),
                        {"text": text},
                    )
                )
            else:
                found[code] = Newcomer(school, role, group)
        return found

    def named(self) -> Iterator[str]:
        """Yield the respondents whom the document's name tells: by code, range, or number of the group."""
        if self.own:
            return
        codes = [code for code in people_in(self.document) if code in self.known.respondents]
        for code in codes:
            yield self.known.respondents[code][0][1]
        if (
            not codes
            and self._kind() == FOCUS_GROUP
            and (number := re.search(r"\d+", self.document))
        ):
            for school in self.known.schools.values():
                for each in school.respondents.values():
                    if each.group == number.group():
                        yield each.code

    def school(self, speakers: list[str], listed: Mapping[str, Newcomer], recorded: str) -> str:
        """Return the school that mapping, table or document names, or that all speakers are of.

        `recorded` is that of the interview as it is here already, or empty.
        """
        column = self.first.text("school").strip()
        text = f"{self.first.text('group')} {self.document}"
        words = re.findall(r"\bschool\s+(\w+)", text, re.I)
        schools = {
            school
            for code in speakers
            for school, _ in self.known.respondents.get(code.upper(), ())
        } | {self.answers.new[code].school for code in speakers if code in self.answers.new}
        named = (
            self.answer.school or column or next((w for w in words if w in self.known.schools), "")
        )
        named = named or recorded
        if not named and len(schools) == 1:
            named = schools.pop()
        said = self.own or self.answer.school or listed
        if not NAME.holds(named) or not (named in self.known.schools or said or named in schools):
            self._find(
                "document",
                "document",
                N_("Nothing says of which school “%(document)s” is; name it in the mapping."),
                name=self.document,
            )
            return ""
        return named

    def same_throughout(self) -> None:
        """Name where two rows of this program's own table say different things of the interview."""
        for hold in OF_INTERVIEW if self.own else ():
            for segment in self.segments:
                cell = segment.cell(hold)
                if cell.text != self.first.text(hold):
                    self.findings.append(
                        Finding(
                            "error",
                            cell.row,
                            hold,
                            N_(
                                "“%(text)s” is not what row %(first)s says of this interview; put one of them right."
                            ),
                            {"text": cell.text, "first": self.first.row},
                        )
                    )
                    break

    def agree(self, school: str, meant: Iterable[Meant]) -> None:
        """Name every respondent of another school, once."""
        rows: dict[str, int] = {}
        for each in meant:
            for respondent in each.said.respondents:
                rows.setdefault(respondent, each.row)
        for respondent, row in rows.items():
            held = [of for of, _ in self.known.respondents.get(respondent.upper(), ())]
            if held and school not in held:
                self.findings.append(
                    Finding(
                        "error",
                        row,
                        "document",
                        N_(
                            "Respondent %(respondent)s is of school %(other)s, and “%(document)s” is of school %(school)s; put one of them right."
                        ),
                        {
                            "respondent": respondent,
                            "other": held[0],
                            "school": school,
                            "document": self.document,
                        },
                    )
                )

    def described(self, school: str, speakers: list[str]) -> dict[str, Any]:
        """Return the data of the interview; without a date or topic list where nothing says them."""
        register = self.known.schools.get(school)
        roles = {
            register.respondents[code].role
            for code in speakers
            if register and code in register.respondents
        }
        kind = "interview" if roles == {LEADER} or len(speakers) == 1 else FOCUS_GROUP
        column = self.first.text("kind").strip()
        if column and column not in ("interview", FOCUS_GROUP):
            words = self.known.codebook.word(column, "kind")
            column = words[0][1] if words else ""
        date = self.answer.date or self.first.text("date").strip()
        if date and not DATE.holds(date):
            self._find("error", "date", N_("“%(date)s” is no date as YYYY-MM-DD."), date=date)
            date = ""
        topics = self.answer.topic_list or self.first.text("topic-list").strip()
        return {
            "interview": (self.answer.interview or self.first.document or school)[:LABEL].strip(),
            "kind": self.answer.kind or column or self._kind() or kind,
            "school": school,
            "participants": speakers,
            **({"date": date} if date else {}),
            **({"topic-list": topics} if topics else {}),
        }

    def _kind(self) -> str:
        for text in re.split(r"[^\w]+", self.document):
            for name, value in self.known.codebook.word(text, "kind"):
                return value if name == "kind" else ""
        return ""

    def _find(
        self, kind: str, column: str, sentence: str, name: str = "", **values: object
    ) -> None:
        cell = self.first.cell(column)
        values = {"document": self.document, **values}
        self.findings.append(Finding(kind, cell.row, cell.column, sentence, values, name))
