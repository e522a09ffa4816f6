"""What a verdict cites: each claim and each session by its label, and whether it speaks against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import verdicts
from .cells import Cell, Sights
from .claims import DENIES, SOMETIMES, TESTABLE
from .format import clock
from .judgements import SEEN
from .sessions import Consolidated, Session

CLAIM, SIGHTING, ABSENCE, COUNTER, DISPUTE = "claim", "seen", "not-seen", "counter", "disputed"
_AFFIRMED = (verdicts.ALL, verdicts.SOME, verdicts.VARY)
_TURNED = (verdicts.CONTRADICTED, verdicts.PARTLY_CONTRADICTED)


@dataclass(frozen=True, slots=True)
class Cited:
    """A piece of evidence: its label (`A-01@07:42`, `S2-c14`), what it is, and the event that says it.

    `against` is whether it speaks against the verdict. An absence is not one event, so has none.
    """

    label: str
    what: str
    event: str
    against: bool


def cited(cell: Cell) -> tuple[Cited, ...]:
    """Return all that a verdict rests on: claims by label, then sessions by day."""
    affirmed = _says_it_is_so(cell)
    return (*_claims(cell, affirmed), *_sessions(cell.sights, affirmed))


def label_of(observation: str, time: int | None) -> str:
    """Return the label of a moment in an observation (ms since its start), or of the whole."""
    return observation if time is None else f"{observation}@{clock(time)}"


def _says_it_is_so(cell: Cell) -> bool:
    """Whether the verdict says that the behaviour is there, rather than that it is not."""
    verdict, pattern = cell.verdict.verdict, cell.positions.pattern
    if verdict == verdicts.DIVIDED:
        return cell.supports != DENIES
    if pattern == verdicts.SILENT:
        return cell.sights.pattern != verdicts.NOT_SEEN
    return (pattern in _AFFIRMED) != (verdict in _TURNED)


def _claims(cell: Cell, affirmed: bool) -> Iterator[Cited]:
    agreed = {"affirms" if affirmed else DENIES}
    if cell.positions.pattern == verdicts.VARY:
        agreed.add(SOMETIMES)  # what all say speaks against none of it
    for each in cell.tested:
        statement = each.statement
        stance = SOMETIMES if statement.frequency == SOMETIMES else statement.said.stance
        against = stance not in agreed
        yield Cited(
            statement.claim.label,
            CLAIM,
            statement.claim.said.events[0],
            against and statement.use == TESTABLE,
        )


def _sessions(sights: Sights, affirmed: bool) -> Iterator[Cited]:
    for session, said in sights.said:
        if session in sights.seen:
            yield from _moments(session, said, not affirmed)
        elif session in sights.absent or session in sights.bare:
            yield Cited(session.label, ABSENCE, "", affirmed)
        elif session in sights.disputed:
            yield Cited(session.label, DISPUTE, "", True)
        elif not sights.observable and said.state == SEEN:
            yield from _moments(session, said, not affirmed)
        for counter in (each for each in sights.counters if each.session is session):
            label = label_of(counter.label, counter.sighting.time)
            yield Cited(label, COUNTER, counter.sighting.event, affirmed)


def _moments(session: Session, said: Consolidated, against: bool) -> Iterator[Cited]:
    if not said.sightings:
        yield Cited(session.label, SIGHTING, "", against)
    for label, sighting in said.sightings:
        yield Cited(label_of(label, sighting.time), SIGHTING, sighting.event, against)
