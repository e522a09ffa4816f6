"""Claims of schools beside each other: saturation, who spoke of what, and what theory led to expect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from observation.core.cells import Triangulation
from observation.core.comparison import standing
from observation.core.errors import N_
from observation.core.format import percent
from observation.core.interviews import Claim
from observation.core.registers import Circumstance
from observation.core.saturation import (
    BASE,
    Saturation,
    Spoken,
    by_date,
    coverage,
    open_codes,
    saturation,
    sensitivity,
)
from observation.core.saturation import FEW as FEW_INTERVIEWS

from ..charts import saturation_chart
from ..triangulation import INTERNAL
from .compared import Comparison
from .parts import Figure, Part, Row, Table

MOST_ORDERS = 100  # interviews beyond which other orders take too long to look at


def new_codes(compared: Comparison) -> Part:
    """Return how many new codes of context and roles interviews bring, and whether that is saturation."""
    coded = [open_codes(each.case, compared.codebook) for each in compared.found]
    spoken = by_date({held: codes for each in coded for held, codes in each.items()})
    found = saturation(spoken)
    figures = [_by_interview(compared, spoken)] if any(codes for _, codes in spoken) else []
    figures += [_by_run(compared, found)] if found.runs else []
    return Part(
        "saturation",
        compared.say(N_("Saturation of context and roles")),
        " ".join(_reached(compared, spoken, found)),
        tuple(figures),
    )


def _by_interview(compared: Comparison, spoken: Sequence[Spoken]) -> Figure:
    """How many different codes there are after each interview, drawn and in numbers."""
    known: set[str] = set()
    counts, rows = [], []
    for number, (name, codes) in enumerate(spoken, 1):
        new = set(codes) - known
        known |= new
        counts.append(len(known))
        told = f"{number} · {name}" if compared.audience == INTERNAL else str(number)
        rows.append(Row((told, _new(compared, new), str(len(known)))))
    columns = (
        compared.say(N_("Interview")),
        compared.say(N_("New codes")),
        compared.say(N_("codes so far")),
    )
    title = compared.say(N_("Different codes after each interview"))
    return Figure(Table(columns, tuple(rows)), title, saturation_chart(title, counts))


def _by_run(compared: Comparison, found: Saturation) -> Figure:
    rows = []
    for number, run in enumerate(found.runs):
        known = run.share is not None
        numbers = (str(BASE + number + place) for place in (1, 2))
        rows.append(
            Row(
                (
                    " · ".join(run.interviews if compared.audience == INTERNAL else numbers),
                    _new(compared, run.new),
                    f"{len(run.new)}/{len(found.base)}" if known else "–",
                    f"{percent(len(run.new), len(found.base))}%" if known else "–",
                )
            )
        )
    columns = (
        compared.say(N_("Run of two interviews")),
        compared.say(N_("New codes")),
        compared.say(N_("of those of the base")),
        compared.say(N_("share")),
    )
    return Figure(Table(columns, tuple(rows)), compared.say(N_("New codes in each run")))


def _new(compared: Comparison, codes: Collection[str]) -> str:
    """The codes that are new, in a report how many: an interview may be of one respondent."""
    if compared.audience != INTERNAL:
        return str(len(codes))
    return (
        ", ".join(compared.codebook.path(code, compared.language) for code in sorted(codes)) or "–"
    )


def _reached(compared: Comparison, spoken: Sequence[Spoken], found: Saturation) -> Iterator[str]:
    yield compared.say(
        N_(
            "Open codes and those of the study, by date, of interviews that have claims: the base is the first four interviews, a run is two; saturated is a run with at most 5% of the number of codes of the base (Guest, Namey & Chen 2020)."
        )
    )
    if not found.runs:
        yield compared.say(
            N_("There are too few interviews to tell: %(number)s."), number=len(spoken)
        )
        return
    if found.reached is None:
        yield compared.say(N_("No run reached it."))
    else:
        yield compared.say(N_("Run %(number)s is the first that reached it."), number=found.reached)
    if len(spoken) > MOST_ORDERS:
        return
    orders = sensitivity(spoken)
    if len(spoken) > FEW_INTERVIEWS:
        looked = N_("Of %(orders)s orders of these interviews, drawn by lot,")
    else:
        looked = N_("Of all %(orders)s orders of these interviews,")
    yield compared.say(looked, orders=orders.orders)
    if orders.fewest is None:
        yield compared.say(N_("none reaches it."))
    else:
        yield compared.say(
            N_("%(number)s reach it, after %(fewest)s to %(most)s runs."),
            number=orders.orders - orders.never,
            fewest=orders.fewest,
            most=orders.most,
        )


def who_spoke(compared: Comparison) -> Part:
    """Return how often each respondent spoke of each behaviour."""
    figures = []
    behaviours = [each.code for each in compared.instrument.behaviours()]
    for found, name in zip(compared.found, compared.schools(), strict=True):
        spoken = [
            (code, respondent)
            for claim in found.case.claims
            for code in _behaviours(compared, claim)
            for respondent in claim.said.value.respondents
        ]
        grid = coverage(spoken, behaviours, found.case.interviewed)
        rows = tuple(
            Row(
                (
                    compared.name(compared.instrument.indicator(code)),
                    *(str(n or "·") for n in counts),
                )
            )
            for code, counts in zip(grid.codes, grid.counts, strict=True)
        )
        figures.append(
            Figure(Table((compared.say(N_("Indicator")), *grid.respondents), rows), name)
        )
    return Part(
        "coverage",
        compared.say(N_("Who spoke of what")),
        compared.say(
            N_(
                "Claims of each respondent on each behaviour. Saturation means nothing for behaviours that are fixed beforehand; this shows where nobody was heard."
            )
        ),
        tuple(figures),
    )


def _behaviours(compared: Comparison, claim: Claim) -> set[str]:
    known = {each.code for each in compared.instrument.indicators}
    codes = known & set(map(compared.codebook.current, claim.said.value.codes))
    return set(map(compared.instrument.behaviour, codes))


def expectations(compared: Comparison) -> Part:
    """Return what theory led to expect beside circumstances and findings."""
    figures = []
    for code, slot in compared.study.expectations.items():
        said = slot.value
        columns = (
            compared.say(N_("School")),
            compared.say(N_("Circumstances")),
            compared.say(N_("Findings")),
        )
        rows = [
            Row(
                (
                    name,
                    _circumstances(compared, found),
                    _findings(compared, found, said.get("codes", ())),
                )
            )
            for found, name in zip(compared.found, compared.schools(), strict=True)
        ]
        rows.sort(key=lambda row: (row.cells[1] == "–", str(row.cells[1])))
        figures.append(Figure(Table(columns, tuple(rows)), f"{code}. {said['text']}"))
    return Part(
        "expectations",
        compared.say(N_("Expectations, circumstances and findings")),
        compared.say(
            N_(
                "What theory led the study to expect, what schools went through, and what was found there. The program sets them side by side and draws no conclusion."
            )
        ),
        tuple(figures),
    )


def _circumstances(compared: Comparison, found: Triangulation) -> str:
    return (
        "; ".join(_circumstance(compared, found, c) for c in found.case.school.circumstances) or "–"
    )


def _circumstance(compared: Comparison, found: Triangulation, each: Circumstance) -> str:
    kinds = compared.codebook.file.circumstances
    name = next(
        (compared.of(k.name) for k in kinds if k.id == each.circumstance), each.circumstance
    )
    dates = "–".join((each.since or "…", each.until or "…")) if each.since or each.until else ""
    during = sum(bool(s.day) and each.during(s.day, s.day) for s in found.sessions)
    sessions = compared.say(
        N_("sessions in that time: %(part)s of %(whole)s"),
        part=during,
        whole=len(found.sessions),
    )
    return f"{name} ({', '.join(filter(None, (dates, sessions)))})"


def _findings(compared: Comparison, found: Triangulation, codes: Iterable[str]) -> str:
    """What was found of each code: verdicts of a style, claims and respondents of context and roles."""
    return (
        "; ".join(_finding(compared, found, compared.codebook.current(code)) for code in codes)
        or "–"
    )


def _finding(compared: Comparison, found: Triangulation, code: str) -> str:
    path = (
        compared.codebook.path(code, compared.language) if code in compared.codebook.codes else code
    )
    own = [
        each
        for each in compared.instrument.behaviours()
        for name in compared.instrument.codes_of(each.code)
        if code in (name, compared.instrument.indicator(name).group)
    ]
    if own:
        stands = [standing(cell) for each in own if (cell := compared.cell(found, each))]
        counted = Counter(compared.word(verdict) for verdict in stands)
        return f"{path}: " + ", ".join(f"{n} {word}" for word, n in counted.items())
    below = {each for each in compared.codebook.codes if _is_below(compared, each, code)}
    claims = [
        c
        for c in found.case.claims
        if below & set(map(compared.codebook.current, c.said.value.codes))
    ]
    people = {r for claim in claims for r in claim.said.value.respondents}
    told = compared.say(
        N_("claims: %(claims)s, of respondents: %(people)s"),
        claims=compared.number(len(claims)),
        people=compared.number(len(people)),
    )
    return f"{path}: {told}"


def _is_below(compared: Comparison, code: str, above: str) -> bool:
    while code and code != above:
        code = compared.codebook.codes[code].parent
    return code == above
