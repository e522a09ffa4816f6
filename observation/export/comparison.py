"""Schools beside each other, part by part: a page and a print show the same tables and charts.

Nothing here is an average or a score: every figure is a count with what it is out of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from observation.core import verdicts
from observation.core.cells import IN_GENERAL, Cell, Interviewed, Triangulation
from observation.core.codebook import OPEN, Codebook
from observation.core.comparison import (
    EVERYWHERE,
    MOSTLY,
    ONCE,
    OUTSIDE,
    UNTESTED,
    VARYING,
    Led,
    Shown,
    actor_of,
    headline,
    led,
    lengths,
    occasions,
    over_schools,
    standing,
    styles,
)
from observation.core.errors import N_
from observation.core.instrument import Indicator, Instrument
from observation.core.interviews import Claim
from observation.core.prefill import clock, percent
from observation.core.registers import LEADER, Circumstance, Study
from observation.core.saturation import FEW as FEW_INTERVIEWS
from observation.core.saturation import Spoken, coverage, saturation, sensitivity
from observation.core.verdicts import Verdict

from .charts import (
    Chart,
    axes_chart,
    in_order,
    lead_chart,
    phase_chart,
    saturation_chart,
    short_of,
)
from .pdf.words import Speech
from .triangulation import FEW, INTERNAL, shown
from .verdict_words import AXES, LINES, PROVISIONAL, VERDICTS

BESIDE = 8  # schools beside each other on one page
MOST_ORDERS = 100  # interviews beyond which other orders take too long to look at
OVER = {
    EVERYWHERE: N_("everywhere"),
    MOSTLY: N_("mostly"),
    VARYING: N_("varying"),
    ONCE: N_("in one school"),
    UNTESTED: N_("not tested"),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict in words, how often seen and said in words and in figures, and the cell that it is of."""

    verdict: Verdict
    word: str
    text: str
    figures: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, the first cell of which names it; a band has only that one, for those below it."""

    cells: tuple[str | Mark, ...]
    band: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with a name where there are several, and the chart that shows it, if any."""

    table: Table
    name: str = ""
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the comparison: its title, what it says in a sentence or two, and its figures."""

    id: str
    title: str
    text: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Comparison(Speech):
    """Some schools of a study, for one audience, in one language."""

    found: tuple[Triangulation, ...]
    study: Study
    instrument: Instrument
    codebook: Codebook
    language: str
    audience: str = INTERNAL

    def parts(self) -> Iterator[Part]:
        """Yield the parts in the order in which they are read."""
        yield self._verdicts()
        yield self._counts()
        yield self._views()
        yield self._phases()
        yield self._leads()
        yield self._in_phases()
        yield self._axes()
        yield self._saturation()
        if self.audience == INTERNAL:  # a respondent is a column
            yield self._coverage()
        if self.study.expectations:
            yield self._expectations()

    def _verdicts(self) -> Part:
        rows: list[Row] = []
        for name, indicators in self._groups():
            rows.append(Row((name,), band=True))
            for indicator in indicators:
                cells = [self._cell(found, indicator) for found in self.found]
                pattern, usual = over_schools(cells)
                told = self.say(OVER[pattern])
                if usual:
                    told = f"{told}: {self.say(VERDICTS[usual])}"
                marks = (self._mark(*each) for each in zip(self.found, cells, strict=True))
                rows.append(Row((self._name(indicator), *marks, told)))
        columns = (self.say(N_("Indicator")), *self._schools(), self.say(N_("Over these schools")))
        return Part(
            "verdicts",
            self.say(N_("Verdicts")),
            self.say(
                N_(
                    "What stands of each behaviour: what researchers rule where they say the same, else the suggestion. Beside it in how many of the sessions in which it was judged it was seen, and how many of those interviewed took a position. Over the schools counts only what was tested and is not provisional: everywhere is one verdict in all of at least two schools, mostly in more than half."
                )
            ),
            (Figure(Table(columns, tuple(rows))),),
        )

    def _counts(self) -> Part:
        rows: list[Row] = []
        for name, indicators in self._groups():
            rows.append(Row((name,), band=True))
            own = [each for each in indicators if each.same_as is None]
            for found, school in zip(self.found, self._schools(), strict=True):
                stands = [standing(cell) for i in own if (cell := self._cell(found, i))]
                rows.append(Row((school, *self._numbers(stands))))
        columns = (self.say(N_("School")), *(self.say(VERDICTS[v]) for v in verdicts.VERDICTS))
        return Part(
            "counts",
            self.say(N_("How many verdicts of each kind")),
            self.say(
                N_(
                    "Behaviours with this verdict; between brackets how many of them are provisional. A behaviour with two codes is counted once, under the first."
                )
            ),
            (Figure(Table(columns, tuple(rows))),),
        )

    def _views(self) -> Part:
        rows: list[Row] = []
        for name, indicators in self._groups():
            told = [
                (self._name(indicator), *(self._view(found, indicator) for found in self.found))
                for indicator in indicators
            ]
            told = [each for each in told if any(each[1:])]
            rows += [Row((name,), band=True), *map(Row, told)] if told else []
        return Part(
            "views",
            self.say(N_("Leaders’ view, team’s view, observed")),
            self.say(
                N_(
                    "How many leaders and others affirm (+), deny (−) or say it varies (±), and in how many sessions it was seen of those in which it was judged. Behaviours of which nothing was said and nothing judged are left out."
                )
            ),
            (Figure(Table((self.say(N_("Indicator")), *self._schools()), tuple(rows))),),
        )

    def _phases(self) -> Part:
        phases = self.instrument.phases
        by_school = [[lengths(s) for s in found.sessions] for found in self.found]
        longest = max(
            (n for school in by_school for each in school for n in each.values()), default=0
        )
        usual = [f" ± {clock(p.usual_seconds * 1000)}" if p.usual_seconds else "" for p in phases]
        names = [self.of(phase.name) for phase in phases]
        columns = (
            self.say(N_("Session")),
            *(f"{name}{more}" for name, more in zip(names, usual, strict=True)),
        )
        figures = []
        for found, name, sessions in zip(self.found, self._schools(), by_school, strict=True):
            rows = [
                Row((session.label, *(clock(t[p.id]) if p.id in t else "–" for p in phases)))
                for session, t in zip(found.sessions, sessions, strict=True)
            ]
            drawn = [
                (self.of(p.name), p.usual_seconds, [t[p.id] for t in sessions if p.id in t])
                for p in phases
            ]
            title = self.say(N_("Length of phases in minutes, %(school)s"), school=name)
            chart = phase_chart(title, drawn, longest) if rows else None
            figures.append(Figure(Table(columns, tuple(rows)), name, chart))
        return Part(
            "phases",
            self.say(N_("How long phases took")),
            self.say(
                N_(
                    "A dot is a session, a stroke is what is usual for a phase. Minutes and seconds; – is a phase that a session did not have."
                )
            ),
            tuple(figures),
        )

    def _leads(self) -> Part:
        columns = (
            self.say(N_("Phase")),
            self.say(N_("Who led")),
            self.say(N_("Led")),
            self.say(N_("of")),
        )
        figures = []
        for found, name in zip(self.found, self._schools(), strict=True):
            told = [(self.say(N_("All phases")), led(found.sessions))]
            told += [(self.of(p.name), led(found.sessions, p.id)) for p in self.instrument.phases]
            told = [each for each in told if each[1].known or each[1].unknown]
            rows = [row for phase, each in told for row in self._led(phase, each)]
            title = self.say(N_("Who led, as a share of the time, %(school)s"), school=name)
            chart = (
                lead_chart(title, told, self.instrument, self.say, self.language) if rows else None
            )
            figures.append(Figure(Table(columns, tuple(rows)), name, chart))
        return Part(
            "leads",
            self.say(N_("Who led")),
            self.say(
                N_(
                    "All sessions of a school together, of the time in which somebody wrote down who led. Of a session with two observers the first record counts."
                )
            ),
            tuple(figures),
        )

    def _led(self, phase: str, found: Led) -> Iterator[Row]:
        for place, (role, length) in enumerate(in_order(found.roles, self.instrument)):
            of = f"{clock(found.known)} ({percent(length, found.known)}%)"
            who = short_of(role, self.instrument, self.say, self.language)
            yield Row(("" if place else phase, who, clock(length), of))
        if found.unknown:
            unknown = self.say(N_("not recorded"))
            yield Row(("" if found.roles else phase, unknown, clock(found.unknown), ""))

    def _in_phases(self) -> Part:
        phases = self.instrument.phases
        figures = []
        for found, name in zip(self.found, self._schools(), strict=True):
            agreed, rows = found.case.school.agreed, []
            for indicator in self.instrument.behaviours():
                if indicator.locus == OUTSIDE or indicator.log:
                    continue  # what the log settles has no moment of its own
                every = [occasions(found.sessions, indicator, p.id, agreed) for p in phases]
                if any(each.judged for each in every):
                    told = (f"{o.seen}/{o.judged}" if o.judged else "–" for o in every)
                    rows.append(Row((self._name(indicator), *told)))
            had = [sum(p.id in lengths(s) for s in found.sessions) for p in phases]
            names = (
                self.say(N_("%(phase)s (sessions: %(number)s)"), phase=self.of(p.name), number=n)
                for p, n in zip(phases, had, strict=True)
            )
            columns = (self.say(N_("Indicator")), *names)
            figures.append(Figure(Table(columns, tuple(rows)), name))
        return Part(
            "in-phases",
            self.say(N_("What was seen in which phase")),
            self.say(
                N_(
                    "3/4: seen in 3 of the 4 sessions that had this phase and in which it was judged. What was remembered without a time lies in no phase; who was there and who led is settled by the log and stands under who led."
                )
            ),
            tuple(figures),
        )

    def _axes(self) -> Part:
        columns = (
            self.say(N_("Style")),
            self.say(N_("Behaviour")),
            self.say(N_("Seen in sessions")),
        )
        figures = []
        for found, name in zip(self.found, self._schools(), strict=True):
            own, rows = styles(found, self.instrument), []
            for style in own:
                axes = ", ".join(self.say(AXES[axis]) for axis in style.group.axes)
                told = self.say(
                    N_("%(seen)s of %(judged)s seen"), seen=style.seen, judged=style.judged
                )
                rows.append(Row((f"{self.of(style.group.name)} ({axes}): {told}",), band=True))
                rows += [
                    Row(("", self._name(s.indicator), self._seen(s))) for s in style.behaviours
                ]
            title = self.say(N_("Leadership seen in sessions, %(school)s"), school=name)
            chart = axes_chart(title, own, self.say, self.language)
            figures.append(Figure(Table(columns, tuple(rows)), name, chart))
        return Part(
            "axes",
            self.say(N_("The two axes of leadership")),
            self.say(
                N_(
                    "A square is a behaviour: filled was seen at least once, open was looked for and not seen, dashed gave nothing to go by, crossed cannot show in a board session. Styles are ideal types, and mixtures are normal."
                )
            ),
            tuple(figures),
        )

    def _seen(self, each: Shown) -> str:
        if not each.observable:
            return self.say(N_("cannot show in a session"))
        return f"{each.m}/{each.total}" if each.total else "–"

    def _saturation(self) -> Part:
        spoken = self._spoken
        found = saturation(spoken)
        names = {code for _, codes in spoken for code in codes}
        known: set[str] = set()
        counts = []
        for _, codes in spoken:
            known |= set(codes)
            counts.append(len(known))
        rows = [
            Row(
                (
                    " · ".join(run.interviews),
                    ", ".join(self.codebook.path(code, self.language) for code in run.new) or "–",
                    "–" if run.share is None else f"{len(run.new)}/{len(found.base)}",
                    "–" if run.share is None else f"{percent(len(run.new), len(found.base))}%",
                )
            )
            for run in found.runs
        ]
        columns = (
            self.say(N_("Run of two interviews")),
            self.say(N_("New codes")),
            self.say(N_("of those of the base")),
            self.say(N_("share")),
        )
        title = self.say(N_("Different codes after each interview"))
        chart = saturation_chart(title, counts, found) if names else None
        return Part(
            "saturation",
            self.say(N_("Saturation of context and roles")),
            " ".join(self._reached(spoken)),
            (Figure(Table(columns, tuple(rows)), "", chart),),
        )

    def _reached(self, spoken: Sequence[Spoken]) -> Iterator[str]:
        found = saturation(spoken)
        yield self.say(
            N_(
                "Open codes only, by date: the base is the first four interviews, a run is two; saturated is a run with at most 5% of the number of codes of the base (Guest, Namey & Chen 2020)."
            )
        )
        if not found.runs:
            yield self.say(
                N_("There are too few interviews to tell: %(number)s."), number=len(spoken)
            )
            return
        if found.reached is None:
            yield self.say(N_("No run reached it."))
        else:
            yield self.say(N_("Run %(number)s is the first that reached it."), number=found.reached)
        if len(spoken) > MOST_ORDERS:
            return
        orders = sensitivity(spoken)
        if len(spoken) > FEW_INTERVIEWS:
            looked = N_("Of %(orders)s orders of these interviews, drawn by lot,")
        else:
            looked = N_("Of all %(orders)s orders of these interviews,")
        yield self.say(looked, orders=orders.orders)
        if orders.fewest is None:
            yield self.say(N_("none reaches it."))
        else:
            yield self.say(
                N_("%(number)s reach it, after %(fewest)s to %(most)s runs."),
                number=orders.orders - orders.never,
                fewest=orders.fewest,
                most=orders.most,
            )

    @cached_property
    def _spoken(self) -> list[Spoken]:
        """The open codes of each interview of these schools, by date."""
        said: dict[str, set[str]] = {}
        held: dict[str, Interviewed] = {}
        for found in self.found:
            held |= found.case.interviews
            for claim in found.case.claims:
                codes = map(self.codebook.current, claim.said.value.codes)
                said.setdefault(claim.interview, set()).update(filter(self._is_open, codes))
        order = sorted(held.items(), key=lambda each: (each[1].day, each[1].label, each[0]))
        return [(each.label, said.get(stream, set())) for stream, each in order]

    def _is_open(self, code: str) -> bool:
        return code in self.codebook.codes and self.codebook.codes[code].kind == OPEN

    def _coverage(self) -> Part:
        figures = []
        behaviours = [each.code for each in self.instrument.behaviours()]
        for found, name in zip(self.found, self._schools(), strict=True):
            spoken = [
                (code, respondent)
                for claim in found.case.claims
                for code in self._behaviours(claim)
                for respondent in claim.said.value.respondents
            ]
            grid = coverage(spoken, behaviours, found.case.interviewed)
            rows = tuple(
                Row((self._name(self.instrument.indicator(code)), *(str(n or "·") for n in counts)))
                for code, counts in zip(grid.codes, grid.counts, strict=True)
            )
            figures.append(
                Figure(Table((self.say(N_("Indicator")), *grid.respondents), rows), name)
            )
        return Part(
            "coverage",
            self.say(N_("Who spoke of what")),
            self.say(
                N_(
                    "Claims of each respondent on each behaviour. Saturation means nothing for behaviours that are fixed beforehand; this shows where nobody was heard."
                )
            ),
            tuple(figures),
        )

    def _behaviours(self, claim: Claim) -> set[str]:
        known = {each.code for each in self.instrument.indicators}
        codes = known & set(map(self.codebook.current, claim.said.value.codes))
        return set(map(self.instrument.behaviour, codes))

    def _expectations(self) -> Part:
        figures = []
        for code, slot in self.study.expectations.items():
            said = slot.value
            columns = (
                self.say(N_("School")),
                self.say(N_("Circumstances")),
                self.say(N_("Findings")),
            )
            rows = [
                Row(
                    (name, self._circumstances(found), self._findings(found, said.get("codes", ())))
                )
                for found, name in zip(self.found, self._schools(), strict=True)
            ]
            rows.sort(key=lambda row: (row.cells[1] == "–", str(row.cells[1])))
            figures.append(Figure(Table(columns, tuple(rows)), f"{code}. {said['text']}"))
        return Part(
            "expectations",
            self.say(N_("Expectations, circumstances and findings")),
            self.say(
                N_(
                    "What theory led the study to expect, what schools went through, and what was found there. The program sets them side by side and draws no conclusion."
                )
            ),
            tuple(figures),
        )

    def _circumstances(self, found: Triangulation) -> str:
        return (
            "; ".join(self._circumstance(found, c) for c in found.case.school.circumstances) or "–"
        )

    def _circumstance(self, found: Triangulation, each: Circumstance) -> str:
        kinds = self.codebook.file.circumstances
        name = next(
            (self.of(k.name) for k in kinds if k.id == each.circumstance), each.circumstance
        )
        dates = "–".join((each.since or "…", each.until or "…")) if each.since or each.until else ""
        during = sum(bool(s.day) and each.during(s.day, s.day) for s in found.sessions)
        sessions = self.say(
            N_("sessions in that time: %(part)s of %(whole)s"),
            part=during,
            whole=len(found.sessions),
        )
        return f"{name} ({', '.join(filter(None, (dates, sessions)))})"

    def _findings(self, found: Triangulation, codes: Iterable[str]) -> str:
        """What was found of each code: verdicts of a style, claims and respondents of context and roles."""
        return "; ".join(self._finding(found, self.codebook.current(code)) for code in codes) or "–"

    def _finding(self, found: Triangulation, code: str) -> str:
        path = self.codebook.path(code, self.language) if code in self.codebook.codes else code
        own = [
            each
            for each in self.instrument.behaviours()
            for name in self.instrument.codes_of(each.code)
            if code in (name, self.instrument.indicator(name).group)
        ]
        if own:
            stands = [standing(cell) for each in own if (cell := self._cell(found, each))]
            counted = Counter(self._word(verdict) for verdict in stands)
            return f"{path}: " + ", ".join(f"{n} {word}" for word, n in counted.items())
        below = {each for each in self.codebook.codes if self._is_below(each, code)}
        claims = [
            c
            for c in found.case.claims
            if below & set(map(self.codebook.current, c.said.value.codes))
        ]
        people = {r for claim in claims for r in claim.said.value.respondents}
        told = self.say(
            N_("claims: %(claims)s, of respondents: %(people)s"),
            claims=self._number(len(claims)),
            people=self._number(len(people)),
        )
        return f"{path}: {told}"

    def _is_below(self, code: str, above: str) -> bool:
        while code and code != above:
            code = self.codebook.codes[code].parent
        return code == above

    def _groups(self) -> Iterator[tuple[str, list[Indicator]]]:
        for group in self.instrument.groups:
            own = [each for each in self.instrument.indicators if each.group == group.id]
            if own:
                yield self.of(group.name), own

    def _schools(self) -> list[str]:
        return [self.say(N_("School %(school)s"), school=f.case.school.code) for f in self.found]

    def _name(self, indicator: Indicator) -> str:
        return self.of(indicator.name)

    def _cell(self, found: Triangulation, indicator: Indicator) -> Cell | None:
        """The cell that stands for an indicator here, of those that this audience may see."""
        behaviour = self.instrument.behaviour(indicator.code)
        actor = actor_of(self.instrument.indicator(behaviour))
        return headline(shown(found, self.audience), behaviour, actor)

    def _mark(self, found: Triangulation, cell: Cell | None) -> str | Mark:
        if cell is None:
            return "–"
        verdict, line = standing(cell), ""
        if cell.line == IN_GENERAL:
            line = self.say(LINES[cell.line])
        figures = (
            f"{len(cell.sights.seen)}/{cell.sights.total}",
            f"{self._number(len(cell.positions.spoke))}/{len(found.case.interviewed)}",
        )
        words = (
            self.say(N_("%(figures)s seen"), figures=figures[0]),
            self.say(N_("%(figures)s said"), figures=figures[1]),
        )
        if verdict.verdict == verdicts.NO_DATA:
            return Mark(verdict, self._word(verdict), "", "", cell)
        told, short = (" · ".join(filter(None, (*each, line))) for each in (words, figures))
        return Mark(verdict, self._word(verdict), told, short, cell)

    def _view(self, found: Triangulation, indicator: Indicator) -> str:
        """The three views of a behaviour in one cell, or "" where there is none of them."""
        behaviour = self.instrument.behaviour(indicator.code)
        own = [c for c in shown(found, self.audience) if c.behaviour == behaviour and c.headline]
        roles = found.case.school.respondents
        told = []
        views = (N_("leaders"), True), (N_("team"), False)
        for word, of_leaders in views:
            sides = []
            for sign, name in (("+", "affirms"), ("−", "denies"), ("±", "sometimes")):
                people = {
                    who
                    for cell in own
                    for who in getattr(cell.positions, name)
                    if (who in roles and roles[who].role == LEADER) == of_leaders
                }
                if people:
                    sides.append(f"{sign}{self._number(len(people))}")
            if sides and (not of_leaders or self.audience == INTERNAL):
                told.append(f"{self.say(word)} {' '.join(sides)}")
        cell = self._cell(found, indicator)
        if cell and cell.sights.total:
            seen = N_("seen %(part)s/%(whole)s")
            told.append(self.say(seen, part=len(cell.sights.seen), whole=cell.sights.total))
        return "\n".join(told)

    def _numbers(self, stands: Sequence[Verdict]) -> Iterator[str]:
        """How many have each verdict, with how many of these are provisional."""
        for name in verdicts.VERDICTS:
            own = [each for each in stands if each.verdict == name]
            provisional = sum(each.provisional for each in own)
            yield f"{len(own)}{f' ({provisional})' if provisional else ''}" if own else "·"

    def _word(self, verdict: Verdict) -> str:
        word = self.say(VERDICTS[verdict.verdict])
        return f"{self.say(PROVISIONAL)} {word}" if verdict.provisional else word

    def _number(self, number: int) -> str:
        return str(number) if self.audience == INTERNAL or number != 1 else FEW
