"""Sessions of schools beside each other: phases, who led, what was seen in which phase, and styles."""

from __future__ import annotations

from collections.abc import Iterator

from observation.core.comparison import (
    OUTSIDE,
    Led,
    Shown,
    led,
    lengths,
    occasions,
    styles,
)
from observation.core.errors import N_
from observation.core.format import clock, share

from ..charts import (
    axes_chart,
    in_order,
    lead_chart,
    phase_chart,
    short_of,
)
from ..verdict_words import AXES
from .compared import Comparison
from .parts import Figure, Part, Row, Table


def phases(compared: Comparison) -> Part:
    """Return how long phases took, beside what is usual."""
    phases = compared.instrument.phases
    by_school = [[lengths(s) for s in found.sessions] for found in compared.found]
    longest = max((n for school in by_school for each in school for n in each.values()), default=0)
    usual = [f" ± {clock(p.usual_seconds * 1000)}" if p.usual_seconds else "" for p in phases]
    names = [compared.of(phase.name) for phase in phases]
    columns = (
        compared.say(N_("Session")),
        *(f"{name}{more}" for name, more in zip(names, usual, strict=True)),
    )
    figures = []
    for found, name, sessions in zip(compared.found, compared.schools(), by_school, strict=True):
        rows = [
            Row((session.label, *(clock(t[p.id]) if p.id in t else "–" for p in phases)))
            for session, t in zip(found.sessions, sessions, strict=True)
        ]
        drawn = [
            (compared.of(p.name), p.usual_seconds, [t[p.id] for t in sessions if p.id in t])
            for p in phases
        ]
        title = compared.say(N_("Length of phases in minutes, %(school)s"), school=name)
        chart = phase_chart(title, drawn, longest) if rows else None
        figures.append(Figure(Table(columns, tuple(rows)), name, chart))
    return Part(
        "phases",
        compared.say(N_("How long phases took")),
        compared.say(
            N_(
                "A dot is a session, a stroke is what is usual for a phase. Minutes and seconds; – is a phase that a session did not have."
            )
        ),
        tuple(figures),
    )


def leads(compared: Comparison) -> Part:
    """Return for how long each role led, in all and by phase."""
    columns = (
        compared.say(N_("Phase")),
        compared.say(N_("Who led")),
        compared.say(N_("Led")),
        compared.say(N_("of")),
    )
    figures = []
    for found, name in zip(compared.found, compared.schools(), strict=True):
        told = [(compared.say(N_("All phases")), led(found.sessions))]
        told += [
            (compared.of(p.name), led(found.sessions, p.id)) for p in compared.instrument.phases
        ]
        told = [each for each in told if each[1].known or each[1].unknown]
        rows = [row for phase, each in told for row in _led(compared, phase, each)]
        title = compared.say(N_("Who led, as a share of the time, %(school)s"), school=name)
        chart = (
            lead_chart(title, told, compared.instrument, compared.say, compared.language)
            if rows
            else None
        )
        figures.append(Figure(Table(columns, tuple(rows)), name, chart))
    return Part(
        "leads",
        compared.say(N_("Who led")),
        compared.say(
            N_(
                "All sessions of a school together, of the time in which somebody wrote down who led. Of a session with two observers the first record counts."
            )
        ),
        tuple(figures),
    )


def _led(compared: Comparison, phase: str, found: Led) -> Iterator[Row]:
    for place, (role, length) in enumerate(in_order(found.roles, compared.instrument)):
        of = f"{clock(found.known)} ({share(length, found.known)})"
        who = short_of(role, compared.instrument, compared.say, compared.language)
        yield Row(("" if place else phase, who, clock(length), of))
    if found.unknown:
        unknown = compared.say(N_("not recorded"))
        yield Row(("" if found.roles else phase, unknown, clock(found.unknown), ""))


def in_phases(compared: Comparison) -> Part:
    """Return in how many of the sessions that had a phase each behaviour was seen in it."""
    phases = compared.instrument.phases
    figures = []
    for found, name in zip(compared.found, compared.schools(), strict=True):
        agreed, rows = found.case.school.agreed, []
        for indicator in compared.instrument.behaviours():
            if indicator.locus == OUTSIDE or indicator.log:
                continue  # what the log settles has no moment of its own
            every = [occasions(found.sessions, indicator, p.id, agreed) for p in phases]
            if any(each.judged for each in every):
                told = (f"{o.seen}/{o.judged}" if o.judged else "–" for o in every)
                rows.append(Row((compared.name(indicator), *told)))
        had = [sum(p.id in lengths(s) for s in found.sessions) for p in phases]
        names = (
            compared.say(
                N_("%(phase)s (sessions: %(number)s)"), phase=compared.of(p.name), number=n
            )
            for p, n in zip(phases, had, strict=True)
        )
        columns = (compared.say(N_("Indicator")), *names)
        figures.append(Figure(Table(columns, tuple(rows)), name))
    return Part(
        "in-phases",
        compared.say(N_("What was seen in which phase")),
        compared.say(
            N_(
                "3/4: seen in 3 of the 4 sessions that had this phase and in which it was judged. What was remembered without a time lies in no phase; who was there and who led is settled by the log and stands under who led."
            )
        ),
        tuple(figures),
    )


def axes(compared: Comparison) -> Part:
    """Return what was seen of each style, on the two axes of leadership."""
    columns = (
        compared.say(N_("Style")),
        compared.say(N_("Behaviour")),
        compared.say(N_("Seen in sessions")),
    )
    figures = []
    for found, name in zip(compared.found, compared.schools(), strict=True):
        own, rows = styles(found, compared.instrument), []
        for style in own:
            axes = ", ".join(compared.say(AXES[axis]) for axis in style.group.axes)
            told = compared.say(
                N_("%(seen)s of %(judged)s seen"), seen=style.seen, judged=style.judged
            )
            rows.append(Row((f"{compared.of(style.group.name)} ({axes}): {told}",), band=True))
            rows += [
                Row(("", compared.name(s.indicator), _seen(compared, s))) for s in style.behaviours
            ]
        title = compared.say(N_("Leadership seen in sessions, %(school)s"), school=name)
        chart = axes_chart(title, own, compared.say, compared.language)
        figures.append(Figure(Table(columns, tuple(rows)), name, chart))
    return Part(
        "axes",
        compared.say(N_("The two axes of leadership")),
        compared.say(
            N_(
                "A square is a behaviour: filled was seen at least once, open was looked for and not seen, dashed gave nothing to go by, crossed cannot show in a board session. Styles are ideal types, and mixtures are normal."
            )
        ),
        tuple(figures),
    )


def _seen(compared: Comparison, each: Shown) -> str:
    if not each.observable:
        return compared.say(N_("cannot show in a session"))
    return f"{each.m}/{each.total}" if each.total else "–"
