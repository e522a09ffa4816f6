"""The sheets of a workbook on wishes, on rulings with consensus and feedback, and the codebook."""

from __future__ import annotations

from collections.abc import Iterator

from observation.core.codebook import GROUP, INDICATOR, Codebook
from observation.core.errors import N_
from observation.core.records import LEADERSHIP, TEAM
from observation.core.rulings import Ruling
from observation.core.spreadsheet import CODE_COLUMNS
from observation.export.claims import WIDE, code_rows
from observation.export.pdf.words import Speech
from observation.export.verdict_words import LINES, glyph
from observation.export.xlsx import Column, Value

from .copies import Copy

Row = dict[str, Value]
CODE_KEYS = ("code",)
EXAMPLES = (INDICATOR, GROUP)  # kinds of codes of which the example is the instrument's


def wish_columns(speech: Speech) -> list[Column]:
    """Return the columns of the wishes."""
    return [
        Column("school", speech.say(N_("School")), 9),
        Column("indicator", speech.say(N_("Indicator")), 44),
        Column("of", speech.say(N_("Whose")), 14),
        Column("where", speech.say(N_("Where")), 18),
        Column("who", speech.say(N_("Wished by")), 16),
        Column("text", speech.say(N_("Wish")), 60),
        Column("m", speech.say(N_("Sessions in which it was seen")), 14),
        Column("T", speech.say(N_("Sessions in which it was judged")), 14),
        Column("in-words", speech.say(N_("What became of it")), 26),
        Column("code", width=30, quiet=True),
        Column("stance", width=10, quiet=True),
        Column("verdict", width=16, quiet=True),
        Column("provisional", width=10, quiet=True),
        Column("label", width=12, quiet=True),
    ]


def wish_rows(copy: Copy) -> Iterator[Row]:
    """Yield a row for each wish; a report has them by cell, with how many wish it and no words."""
    for cell in copy.cells:
        wishes = [each for each in cell.wishes if copy.may_show(each.statement.claim)]
        for each in wishes if copy.inside else wishes[:1]:
            said, claim = each.statement.said, each.statement.claim
            verdict = each.verdict if copy.inside else cell.wish or each.verdict
            people = {who for w in wishes for who in w.statement.said.respondents}
            inside: Row = {"text": said.text, "stance": said.stance, "label": claim.label}
            yield {
                "school": cell.school,
                "indicator": copy.of(copy.instrument.indicator(cell.behaviour).name),
                "of": copy.actor(cell.actor),
                "where": copy.say(LINES[cell.line]),
                "who": "; ".join(said.respondents) if copy.inside else copy.number(len(people)),
                "m": len(cell.sights.seen),
                "T": cell.sights.total,
                "in-words": f"{glyph(verdict)} {copy.verdict(verdict.verdict, verdict.provisional)}",
                "code": cell.behaviour,
                "verdict": verdict.verdict,
                "provisional": "yes" if verdict.provisional else "no",
                **(inside if copy.inside else {}),
            }


def ruling_columns(speech: Speech) -> list[Column]:
    """Return the columns of the rulings."""
    return [
        Column("school", speech.say(N_("School")), 9),
        Column("what", speech.say(N_("What")), 14),
        Column("indicator", speech.say(N_("Indicator")), 44),
        Column("of", speech.say(N_("Whose")), 14),
        Column("where", speech.say(N_("Where")), 18),
        Column("in-words", speech.say(N_("Verdict")), 24),
        Column("suggested", speech.say(N_("Suggested then")), 24),
        Column("text", speech.say(N_("Interpretation")), 50),
        Column("reason", speech.say(N_("Reason")), 40),
        Column("by", speech.say(N_("By")), 10),
        Column("at", speech.say(N_("On")), 26),
        Column("blind", speech.say(N_("without seeing other rulings")), 14),
        Column("row", width=10, quiet=True),
        Column("code", width=30, quiet=True),
        Column("actor", width=12, quiet=True),
        Column("line", width=10, quiet=True),
        Column("period", width=10, quiet=True),
        Column("verdict", width=20, quiet=True),
        Column("suggestion", width=20, quiet=True),
    ]


def ruling_rows(copy: Copy) -> Iterator[Row]:
    """Yield each ruling of every period, what each observer agrees to, and what respondents said of it.

    A report has no reasons, no names and no feedback, and nothing of a cell that is kept back.
    """
    school = copy.found.case.school
    shown = {
        (code, each.actor, each.line)
        for each in copy.visible.cells
        for code in copy.instrument.codes_of(each.behaviour)
    }
    for ruling in school.rulings:
        if copy.inside or (ruling.indicator, ruling.actor, ruling.line) in shown:
            yield {"row": "ruling", "school": school.code, **_ruling(copy, ruling)}
    for (streams, code, actor), votes in sorted(
        school.agreed.items(), key=lambda each: (sorted(each[0][0]), *each[0][1:])
    ):
        labels = [o.label for o in copy.found.case.observed if o.stream in streams]
        for by, vote in sorted(votes.items()) if copy.inside else ():
            yield {
                "row": "consensus",
                "school": school.code,
                "what": copy.say(N_("consensus")),
                **_about(copy, code, actor),
                "text": f"{', '.join(labels)}: {vote.state}",
                "by": by,
            }
    for each in school.feedback if copy.inside else ():
        if each.respondent and school.withdrawn(each.respondent):
            continue
        yield {
            "row": "feedback",
            "school": school.code,
            "what": copy.say(N_("feedback")),
            **_about(copy, each.indicator, ""),
            "text": " ".join(
                filter(None, (f"{each.respondent}:" * bool(each.respondent), each.text))
            ),
            "by": each.by,
        }


def codebook_columns() -> list[Column]:
    """Return the columns of the codebook, those of its export."""
    return [Column(each, width=50 if each in WIDE else 26) for each in CODE_COLUMNS]


def codebook_rows(codebook: Codebook, language: str, inside: bool) -> Iterator[Row]:
    """Yield a row for each code; in a report without the examples that the study chose of what was said."""
    named = language if language in codebook.file.languages else codebook.file.languages[0]
    for row in code_rows(codebook, named):
        own = row["kind"] not in EXAMPLES
        yield {**row, "example": ""} if own and not inside else dict(row)


def _ruling(copy: Copy, ruling: Ruling) -> Row:
    told: Row = {
        "what": copy.say(N_("ruling")),
        **_about(copy, ruling.indicator, ruling.actor),
        "where": copy.say(LINES[ruling.line]) if ruling.line in LINES else ruling.line,
        "in-words": copy.verdict(ruling.verdict),
        "suggested": copy.verdict(ruling.suggestion),
        "text": copy.masked(ruling.text),
        "line": ruling.line,
        "period": ruling.period,
        "verdict": ruling.verdict,
        "suggestion": ruling.suggestion,
    }
    if copy.inside:
        told |= {"reason": ruling.reason, "by": ruling.by, "at": ruling.at}
        told["blind"] = copy.say(N_("yes")) if ruling.blind else ""
    return told


def _about(copy: Copy, code: str, actor: str) -> Row:
    known = any(code == each.code for each in copy.instrument.indicators)
    whole = actor in (TEAM, LEADERSHIP)
    return {
        "indicator": copy.of(copy.instrument.indicator(code).name) if known else code,
        "of": copy.actor(actor) if actor and (whole or copy.inside or copy.may_name(actor)) else "",
        "code": code,
        "actor": actor,
    }
