"""The sheets of a workbook on the study as a whole: saturation and coverage, and agreement between observers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from observation.core.agreement import (
    LEAST_SESSIONS,
    LEAST_UNITS,
    Agreement,
    Compared,
    Doubly,
    Estimate,
    compare_observers,
)
from observation.core.codebook import INDICATOR, Codebook
from observation.core.errors import N_
from observation.core.instrument import Instrument
from observation.core.saturation import (
    BASE,
    RUN,
    THRESHOLD,
    Held,
    Spoken,
    by_date,
    coverage,
    open_codes,
    saturation,
    sensitivity,
)
from observation.core.sessions import DISPUTED
from observation.export.pdf.behaviours import STATES
from observation.export.pdf.words import Speech
from observation.export.xlsx import Column, Value

from .copies import Copy

Row = dict[str, Value]
QUESTIONS = {
    "judgeable": N_("could it be judged"),
    "states": N_("seen, not seen or not judgeable"),
    "seen": N_("seen or not, where both could judge"),
}
FIGURES = {
    "percent": N_("agreement, share"),
    "kappa": N_("Cohen’s kappa"),
    "pabak": N_("PABAK"),
    "ac1": N_("Gwet’s AC1"),
    "alpha": N_("Krippendorff’s alpha"),
}


@dataclass
class Heard:
    """What is kept of the claims for saturation: the open codes of each interview, and who spoke of what."""

    codebook: Codebook
    instrument: Instrument
    interviews: dict[Held, set[str]] = field(default_factory=dict)
    spoken: list[tuple[str, str]] = field(default_factory=list)
    respondents: list[str] = field(default_factory=list)

    def add(self, copy: Copy) -> None:
        """Take in the claims of a school."""
        case = copy.found.case
        self.respondents += case.interviewed
        self.interviews |= open_codes(case, self.codebook)
        for claim in case.claims:
            for code in {self.codebook.current(each) for each in claim.said.value.codes}:
                known = self.codebook.codes.get(code)
                if known and known.kind == INDICATOR:
                    behaviour = self.instrument.behaviour(code)
                    self.spoken += [(behaviour, who) for who in claim.said.value.respondents]

    def columns(self, speech: Speech) -> list[Column]:
        """Return the columns: what it is, a figure, then for the grid a column a behaviour."""
        return [
            Column("what", speech.say(N_("What")), 52),
            Column("value", speech.say(N_("Value")), 18),
            Column("told", speech.say(N_("Which")), 60),
            *(
                Column(each.code, speech.of(each.short), 12)
                for each in self.instrument.behaviours()
            ),
        ]

    def saturation_rows(self, speech: Speech) -> Iterator[Row]:
        """Yield what the base holds, each run after it, when the threshold is reached, and in other orders."""
        interviews = by_date(self.interviews)
        found = saturation(interviews)
        base = speech.say(N_("codes in the base, the first %(number)s interviews"), number=BASE)
        yield {"what": base, "value": len(found.base), "told": "; ".join(found.base)}
        for number, run in enumerate(found.runs, 1):
            told = speech.say(N_("run %(number)s: new codes over those of the base"), number=number)
            share: Value = speech.say(UNDEFINED) if run.share is None else round(run.share, 4)
            yield {
                "what": f"{told} ({', '.join(run.interviews)})",
                "value": share,
                "told": "; ".join(run.new),
            }
        reached = speech.say(
            N_("runs of %(run)s until new codes are %(share)s %% of the base or fewer"),
            run=RUN,
            share=round(THRESHOLD * 100),
        )
        yield {"what": reached, "value": _runs(speech, found.reached)}
        if interviews:
            yield from _in_other_orders(speech, interviews)

    def coverage_rows(self, speech: Speech) -> Iterator[Row]:
        """Yield in how many claims each respondent spoke of each behaviour, and first all of them together."""
        codes = [each.code for each in self.instrument.behaviours()]
        grid = coverage(self.spoken, codes, self.respondents)
        yield {
            "what": speech.say(N_("all respondents")),
            "value": sum(map(sum, grid.counts)),
            **{code: sum(counts) for code, counts in zip(grid.codes, grid.counts, strict=True)},
        }
        for place, who in enumerate(grid.respondents):
            spoke = {
                code: counts[place]
                for code, counts in zip(grid.codes, grid.counts, strict=True)
                if counts[place]
            }
            yield {"what": who, "value": sum(spoke.values()), **spoke}


UNDEFINED = N_("undefined")
FEW_UNITS = N_("fewer than %(number)s units, so no coefficient")


def agreement_columns(speech: Speech) -> list[Column]:
    """Return the columns of the agreement between observers."""
    return [
        Column("of", speech.say(N_("Behaviour")), 44),
        Column("question", speech.say(N_("Question")), 32),
        Column("figure", speech.say(N_("Figure")), 34),
        Column("n", speech.say(N_("n, units")), 9),
        Column("sessions", speech.say(N_("Sessions observed doubly")), 12),
        Column("value", speech.say(N_("Value")), 18),
        Column("low", speech.say(N_("95 % from")), 12),
        Column("high", speech.say(N_("95 % to")), 12),
        Column("remark", speech.say(N_("Remark")), 44),
        Column("code", width=30, quiet=True),
    ]


def agreement_rows(
    speech: Speech,
    instrument: Instrument,
    sessions: Sequence[Doubly],
    inside: bool,
) -> Iterator[Row]:
    """Yield the figures of the whole study, then what observers disagree on, then the figures of each behaviour.

    A report names no observer, so it has no disagreements.
    """
    found = compare_observers(sessions)
    yield from _compared(speech, speech.say(N_("all behaviours")), "", found.study, QUESTIONS)
    for each in found.disagreements if inside else ():
        yield {
            "of": speech.of(instrument.indicator(each.behaviour).name),
            "question": f"{each.session} · {speech.actor(each.actor)}",
            "figure": speech.say(N_("observers disagree")),
            "remark": "; ".join(f"{who}: {_state(speech, state)}" for who, state in each.said),
            "code": each.behaviour,
        }
    for indicator in instrument.behaviours():
        if compared := found.behaviours.get(indicator.code):
            name = speech.of(indicator.name)
            asked = ("judgeable", "seen")
            yield from _compared(speech, name, indicator.code, compared, asked, LEAST_UNITS)


def _in_other_orders(speech: Speech, interviews: Sequence[Spoken]) -> Iterator[Row]:
    other = sensitivity(interviews)
    orders = N_("orders of the interviews that were looked at")
    everything = N_("all there are") if other.every else N_("drawn with a fixed seed")
    yield {"what": speech.say(orders), "value": other.orders, "told": speech.say(everything)}
    for sentence, value in (
        (N_("fewest runs that it takes in any of them"), other.fewest),
        (N_("most runs that it takes in any of them"), other.most),
    ):
        yield {"what": speech.say(sentence), "value": _runs(speech, value)}
    yield {
        "what": speech.say(N_("orders in which it is not reached")),
        "value": other.never,
    }


def _runs(speech: Speech, number: int | None) -> Value:
    return speech.say(N_("not reached")) if number is None else number


def _compared(
    speech: Speech,
    of: str,
    code: str,
    found: Compared,
    questions: Iterable[str],
    least: int = 0,
) -> Iterator[Row]:
    for question in questions:
        one: Agreement = getattr(found, question)
        if not one.n:
            continue
        head: Row = {
            "of": of,
            "question": speech.say(QUESTIONS[question]),
            "n": one.n,
            "sessions": one.sessions,
            "code": code,
        }
        few = one.n < least
        for name in ("percent",) if few else FIGURES:
            figure = _figure(speech, getattr(one, name), one)
            if few:
                remark = speech.say(FEW_UNITS, number=least)
                figure["remark"] = "; ".join(filter(None, (str(figure.get("remark", "")), remark)))
            yield {**head, "figure": speech.say(FIGURES[name]), **figure}
        for value, estimate in one.specific.items():
            name = speech.say(N_("agreement on “%(value)s”"), value=_state(speech, value))
            yield {**head, "figure": name, **_figure(speech, estimate, one)}
        for said, count in sorted(one.table.items()):
            pair = " / ".join(_state(speech, each) for each in said)
            yield {**head, "figure": speech.say(N_("said: %(pair)s"), pair=pair), "value": count}


def _state(speech: Speech, state: str) -> str:
    if state in ("judgeable", DISPUTED):
        return speech.say({DISPUTED: N_("contradiction")}.get(state, N_("could be judged")))
    return speech.say(STATES[state]) if state in STATES else state


def _figure(speech: Speech, found: Estimate, one: Agreement) -> Row:
    """A figure with its interval; what is undefined, or rests on too little, says so in words."""
    if found.value is None:
        return {"value": speech.say(UNDEFINED)}
    row: Row = {"value": round(found.value, 4)}
    if found.low is not None and found.high is not None:
        row |= {"low": round(found.low, 4), "high": round(found.high, 4)}
    if one.sessions < LEAST_SESSIONS:
        row["remark"] = speech.say(N_("too few sessions for an interval"))
    elif found.undefined:
        remark = N_("undefined in %(number)s of the resamples")
        row["remark"] = speech.say(remark, number=found.undefined)
    return row
