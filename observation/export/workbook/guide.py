"""The first sheet of a workbook: what it is, by which settings, and what every sheet, word and sign means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from observation.core import verdicts
from observation.core.agreement import LEAST_SESSIONS, LEAST_UNITS
from observation.core.cells import Settings, Triangulation
from observation.core.codebook import Codebook
from observation.core.errors import N_
from observation.core.instrument import Instrument
from observation.core.saturation import BASE, RUN
from observation.core.triangulation import RULES
from observation.export.pdf.behaviours import STATES as STATE_WORDS
from observation.export.pdf.provenance import NO_JUDGEMENT
from observation.export.pdf.triangulation import AUDIENCES
from observation.export.pdf.words import Speech
from observation.export.small_groups import of_school_line
from observation.export.triangulation import FEW, INTERNAL
from observation.export.verdict_words import (
    BREADTHS,
    CLAIMS,
    FLAGS,
    GLYPHS,
    STANCES,
    STATES,
    STRENGTHS,
    VERDICTS,
)
from observation.export.xlsx import Column, Value

Row = dict[str, Value]
SHEETS = {
    "comparison": N_(
        "Indicators by schools: the verdict, in how many of the sessions in which it was judged it was seen, and how many of those interviewed took a position. “Over schools” is which verdict stands at the schools where it was tested: everywhere, mostly the same (more than half), varying, once (one school only). What is provisional does not count there. Below it: at how many indicators of a style each verdict stands. No average and no score."
    ),
    "claims": N_(
        "Every claim that may be used, a row each; before them the respondents and the leaders of each school. With the observations enough to come to every verdict again. Words and ids in English, as in the other exports."
    ),
    "observations": N_(
        "Every record (row: record), every judgement in it (judgement), which records are of one session (matched), and what observers agreed to where they differed (consensus). What has no row is blank: nobody said anything. “counted” is whether the settings above let it count."
    ),
    "wishes": N_(
        "What was wished for, beside what was seen. A wish is no fact and enters no verdict."
    ),
    "saturation": N_(
        "Whether more interviews bring new open codes (context, roles, own codes), after Guest, Namey & Chen 2020: a base of %(base)s interviews, runs of %(run)s, in the order in which they were held, and in other orders. Interviews without a claim are not coded yet and left out. Below it: how many claims each respondent made on each indicator; saturation says nothing about those."
    ),
    "agreement": N_(
        "How far observers of one session agree. A unit is a behaviour in a session. Intervals come from drawing whole sessions; below %(sessions)s sessions there is none, below %(units)s units no coefficient of a single behaviour. Undefined stays undefined."
    ),
    "codebook": N_("Every code as it stands."),
    "rulings": N_(
        "What researchers rule, what observers agreed to afterwards, and what respondents said of a finding when it was shown to them."
    ),
}
SCHOOL_SHEET = N_(
    "The sheet of a school: a row for each behaviour of a leader, the leadership or the team, in the board session and in general. Printed are the columns in words; those with a grey heading are for programs and are the columns of the CSV."
)
REPORT = N_(
    "Copy for the school: it holds no claim, no code of a respondent, and no name of an observer or researcher; one person is written “%(few)s”; what leaders said stands in it only where they agreed. So the sheets with claims, saturation and coverage are left out."
)
SIGN = N_(
    "Filled: the verdict as it stands. Hollow: provisional, it rests on too little to conclude from."
)


@dataclass(frozen=True)
class Edition(Speech):
    """What holds for a whole workbook: study, instrument, codebook, settings, language and audience.

    `period` is the period's name for people. `lacking` are sentences on what could not be read.
    """

    study: str
    instrument: Instrument
    codebook: Codebook
    settings: Settings
    language: str
    audience: str = INTERNAL
    period: str = ""
    lacking: Sequence[str] = ()

    @property
    def inside(self) -> bool:
        return self.audience == INTERNAL


@dataclass(frozen=True)
class Told:
    """What the guide says of a school: its sheet, how much was counted, and a stamp of its data."""

    code: str
    sheet: str
    sessions: int
    left_out: int
    unapproved: int
    interviewed: int
    stamp: str
    small: str  # which roles have few people, in a sentence, or empty

    @classmethod
    def of(cls, found: Triangulation, sheet: str, stamp: str, edition: Edition) -> Told:
        """Return what the guide says of this school."""
        return cls(
            found.case.school.code,
            sheet,
            len(found.sessions),
            found.left_out,
            found.unapproved,
            len(found.case.interviewed),
            stamp,
            of_school_line(found.case, edition.instrument, edition.language, edition.audience),
        )


def guide_columns(edition: Edition) -> list[Column]:
    """Return the columns of the guide."""
    return [
        Column("what", edition.say(N_("Reading guide")), 40),
        Column("value", edition.study or "—", 34),
        Column("told", edition.say(NO_JUDGEMENT), 100),
        Column("id", width=22, quiet=True),
    ]


def guide_rows(
    edition: Edition, schools: Sequence[Told], names: dict[str, str], stamp: str
) -> Iterator[tuple[Row, bool]]:
    """Yield the rows, each with whether it is a heading. `names` are those of the sheets by id."""
    for sentence in edition.lacking:
        yield (
            {"what": edition.say(N_("Not in this workbook")), "told": sentence, "id": "lacking"},
            False,
        )
    yield from _part(edition, N_("Settings"), _settings(edition, stamp))
    yield from _part(edition, N_("Sheets"), _sheets(edition, names))
    yield from _part(edition, N_("Schools"), (_school(edition, each) for each in schools))
    yield from _part(edition, N_("Verdicts"), _verdicts(edition))
    yield from _part(edition, N_("Signs and words"), _signs(edition))
    yield from _part(edition, N_("Remarks beside a verdict"), _flags(edition))
    yield from _part(edition, N_("Columns for programs"), _machine(edition))


def _part(edition: Edition, title: str, rows: Iterator[Row]) -> Iterator[tuple[Row, bool]]:
    yield {}, False
    yield {"what": edition.say(title)}, True
    for row in rows:
        yield row, False


def _settings(edition: Edition, stamp: str) -> Iterator[Row]:
    settings, period = edition.settings, edition.settings.period
    yes, no = edition.say(N_("yes")), edition.say(N_("no"))
    days = " – ".join(filter(None, (period.since, period.until)))
    whole = edition.say(N_("whole study"))
    instrument, version = edition.instrument, edition.codebook.version
    values: tuple[tuple[str, str, Value, str], ...] = (
        ("audience", N_("Copy"), edition.say(AUDIENCES[edition.audience]), ""),
        ("period", N_("Period"), (edition.period or period.name) if period.name else whole, days),
        ("approved", N_("approved observations only"), yes if settings.approved_only else no, ""),
        ("strict", N_("strict: equal prominence"), yes if settings.strict else no, ""),
        ("broad", N_("broadly carried from, respondents"), settings.broad,
         edition.say(N_("and at least half of those who spoke of it, with a teacher among them"))),
        ("leading", N_("leads from, seconds"), instrument.leading_seconds, ""),
        ("rules", N_("Rules, version"), RULES, ""),
        ("instrument", N_("Observation schedule"), f"{edition.of(instrument.title)} {instrument.version}",
         instrument.digest),
        ("codebook", N_("Codebook, version"), version, ""),
        ("data", N_("Stamp of the data"), stamp,
         edition.say(N_("Changes with anything that is recorded of these schools."))),
    )  # fmt: skip
    for id, name, value, told in values:
        yield {"what": edition.say(name), "value": value, "told": told, "id": id}
    if settings.disputable:
        low = N_("behaviours on which observers agree too little")
        codes = "; ".join(sorted(settings.disputable))
        yield {"what": edition.say(low), "told": codes, "id": "disputable"}
    if not edition.inside:
        yield {
            "what": edition.say(AUDIENCES[edition.audience]),
            "told": edition.say(REPORT, few=FEW),
        }


def _sheets(edition: Edition, names: dict[str, str]) -> Iterator[Row]:
    values = {"base": BASE, "run": RUN, "sessions": LEAST_SESSIONS, "units": LEAST_UNITS}
    for id, sentence in SHEETS.items():
        if id in names:
            yield {"what": names[id], "told": edition.say(sentence, **values), "id": id}
    yield {"what": edition.say(N_("a sheet a school")), "told": edition.say(SCHOOL_SHEET)}


def _school(edition: Edition, one: Told) -> Row:
    told = [
        edition.say(N_("sessions: %(number)s"), number=one.sessions),
        edition.say(
            N_("interviewed: %(number)s"),
            number=FEW if not edition.inside and one.interviewed == 1 else one.interviewed,
        ),
    ]
    if one.left_out:
        told.append(edition.say(N_("outside the period: %(number)s"), number=one.left_out))
    if one.unapproved:
        told.append(edition.say(N_("not approved: %(number)s"), number=one.unapproved))
    told += [one.small] if one.small else []
    told.append(edition.say(N_("data %(stamp)s"), stamp=one.stamp))
    return {"what": one.sheet, "value": one.code, "told": " · ".join(told), "id": "school"}


def _verdicts(edition: Edition) -> Iterator[Row]:
    yield {"what": "● ○", "told": edition.say(SIGN)}
    for verdict, meaning in MEANINGS.items():
        sign = " ".join(dict.fromkeys(GLYPHS[verdict]))
        told = edition.say(meaning)
        meta = "; ".join(filter(None, (verdicts.farmer(verdict), verdicts.meta(verdict))))
        if verdict in verdicts.VERDICTS:
            told = f"{told} ({meta})"
        yield {
            "what": f"{sign} {edition.say(VERDICTS[verdict])}",
            "told": told,
            "id": verdict,
        }


MEANINGS = {
    verdicts.CORROBORATED: N_("What was said is what was seen, or both say that it varies."),
    verdicts.PARTLY_CORROBORATED: N_("Observation bears out a part of what was said."),
    verdicts.CONTRADICTED: N_("Observation shows the opposite of what was said."),
    verdicts.PARTLY_CONTRADICTED: N_("Observation contradicts a part of what was said."),
    verdicts.DIVIDED: N_("Some affirm and some deny it; beside it stands whom observation supports."),
    verdicts.SUPPLEMENTED: N_("It was seen, and nobody spoke of it."),
    verdicts.UNMENTIONED_UNSEEN: N_("It was looked for and not seen, and nobody spoke of it: nothing follows."),
    verdicts.UNTESTED: N_("It was spoken of, and no session gives anything to go by."),
    verdicts.NO_DATA: N_("Nobody spoke of it, and no session gives anything to go by."),
    verdicts.REALISED: N_("What was wished for was seen."),
    verdicts.PARTLY_REALISED: N_("What was wished for was seen in some of the sessions."),
    verdicts.GAP: N_("What was wished for was not seen."),
    verdicts.UNDETERMINABLE: N_("No session gives anything to go by, or the wishes differ."),
}  # fmt: skip


def _signs(edition: Edition) -> Iterator[Row]:
    for state, sign in STATES.items():
        words = STATE_WORDS.get(state, N_("observers disagree"))
        yield {
            "what": f"{sign} {edition.say(words)}",
            "told": edition.say(N_("one session")),
            "id": state,
        }
    for stance, (sign, word) in STANCES.items():
        yield {
            "what": f"{sign} {edition.say(word)}",
            "told": edition.say(N_("respondents")),
            "id": stance,
        }
    for names, meanings in ((STRENGTHS, STRONG), (BREADTHS, BROAD)):
        for id, named in names.items():
            yield {"what": edition.say(named), "told": edition.say(meanings[id]), "id": id}
    for pattern, word in CLAIMS.items():
        yield {"what": edition.say(word), "id": pattern}
    for pattern, sentence in SEEN.items():
        yield {"what": edition.say(sentence), "id": pattern}


STRONG = {
    "strong": N_("two sessions or more, and two sources or more of which one is a teacher"),
    "moderate": N_("one of these two"),
    "weak": N_("neither of these two"),
}
BROAD = {
    "broad": N_("by as many respondents as the settings ask"),
    "limited": N_("by two or more, and fewer than that"),
    "single": N_("by one respondent"),
}
SEEN = {
    verdicts.SEEN: N_("Seen in each session in which it was judged"),
    verdicts.VARYING: N_("Seen in one session, and not or its opposite in another"),
    verdicts.NOT_SEEN: N_("Looked for and not seen"),
    verdicts.NOTHING: N_("Nothing to go by: not judgeable, blank or disputed"),
}


def _flags(edition: Edition) -> Iterator[Row]:
    for id, word in FLAGS.items():
        yield {"what": edition.say(word), "id": id}


def _machine(edition: Edition) -> Iterator[Row]:
    for columns, sentence in (
        ("school, code, actor, period, line, headline", N_("Which cell it is: the behaviour by its first code, who does it, the period or nothing for the whole study, session or general; headline is yes for one line of each.")),
        ("claims, affirms, denies, sometimes", N_("The pattern of the claims, and how many respondents say so.")),
        ("observation, m, a, T", N_("The pattern of the sessions; seen in m of them, looked for and not seen in a, together T.")),
        ("verdict, provisional, rule, supports, farmer, meta", N_("What is suggested, by which row and column of the rules, and how Farmer et al. 2006 and Guetterman et al. 2015 would call it.")),
        ("strength, breadth, flags, wish, wish-provisional", N_("How well it is supported, how widely it is carried, what else to know, and what became of wishes.")),
        ("ruling, evidence", N_("What researchers rule; every label that it rests on: ! speaks against it, ○ not seen, × a counter-example, ≠ observers disagree.")),
    ):  # fmt: skip
        yield {"what": columns, "told": edition.say(sentence)}
