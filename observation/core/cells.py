"""The values of a triangulation: what goes in (a case, its settings) and what comes out (cells).

A cell is a school, a behaviour, an actor (a leader, the leadership, the team), a period and a line (in
the session, or in general); `triangulation.py` makes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import verdicts
from .claims import UNJUDGED, WISH, Positions, Statement
from .interviews import Claim
from .records import Sighting
from .registers import School
from .rulings import Ruling
from .sessions import DISPUTED, Consolidated, Observed, Session
from .verdicts import Verdict

CHANGED = "changed-since-ruling"
IN_SESSION, IN_GENERAL = "session", "general"
TEACHER = "teacher"


@dataclass(frozen=True, slots=True)
class Period:
    """A named range of dates (YYYY-MM-DD), both days included; without a name the whole study."""

    name: str = ""
    since: str = ""
    until: str = ""

    def holds(self, day: str) -> bool:
        """Return whether a day lies in it; an unknown day lies in the whole study only."""
        if not self.name:
            return True
        return bool(day) and self.since <= day <= (self.until or day)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a researcher may set; printed on the sheet.

    `broad` is from how many respondents a result can be broad. With `strict` an agreement whose
    prominence in claims and in observation lies two thirds apart is partial. `disputable` are the
    behaviours of which observers agree too little.
    """

    period: Period = Period()
    approved_only: bool = False
    strict: bool = False
    broad: int = 3
    disputable: frozenset[str] = frozenset()

    def may_use(self, observed: Observed) -> bool:
        """Return whether an observation counts, in whatever period."""
        return not self.approved_only or observed.state == "approved"


USUAL = Settings()


@dataclass(frozen=True, slots=True)
class Interviewed:
    """An interview as a triangulation takes it: its day (YYYY-MM-DD or ""), whether it is a focus group, its name."""

    day: str
    group: bool
    label: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one school: its register, observations, and the claims that may be used.

    `interviews` are by stream, `interviewed` who took part and did not withdraw.
    """

    school: School
    observed: tuple[Observed, ...] = ()
    claims: tuple[Claim, ...] = ()
    interviews: Mapping[str, Interviewed] = field(default_factory=dict)
    interviewed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Counter:
    """One sighting of what counts against a behaviour; `label` is that of the observation."""

    session: Session
    label: str
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Sights:
    """What the sessions say of a behaviour of one actor, on one line.

    `said` is every session with what stands of it. `seen` and `absent` are those that count,
    `countered` those in which a counter was seen, `bare` those whose bare absence does not count
    here. `observable` is False for what no board session can show.
    """

    said: tuple[tuple[Session, Consolidated], ...] = ()
    seen: tuple[Session, ...] = ()
    absent: tuple[Session, ...] = ()
    countered: tuple[Session, ...] = ()
    bare: tuple[Session, ...] = ()
    counters: tuple[Counter, ...] = ()
    observable: bool = True

    @property
    def total(self) -> int:
        """T: in how many sessions it was judged seen or not seen."""
        return len(self.seen) + len(self.absent)

    @property
    def pattern(self) -> str:
        """One of the patterns O+, O±, O− and O0."""
        if not self.total:
            return verdicts.NOTHING
        if not self.seen:
            return verdicts.NOT_SEEN
        varies = self.absent or any(session in self.seen for session in self.countered)
        return verdicts.VARYING if varies else verdicts.SEEN

    @property
    def hangs_on_one_absence(self) -> bool:
        """Whether it rests on absence in fewer than two sessions, and no counter was recorded."""
        return self.pattern == verdicts.NOT_SEEN and len(self.absent) < 2 and not self.countered

    @property
    def disputed(self) -> tuple[Session, ...]:
        """The sessions whose observers contradict each other."""
        return tuple(session for session, said in self.said if said.state == DISPUTED)

    @property
    def counted(self) -> Iterator[Consolidated]:
        """What stands of the sessions that count."""
        # Equal sessions are the same one; to compare all that was recorded would take as long as the rest.
        counting = {id(session) for session in (*self.seen, *self.absent)}
        return (said for session, said in self.said if id(session) in counting)


@dataclass(frozen=True, slots=True)
class Tested:
    """A claim with its own verdict: of a fact, of a wish, or why there is none."""

    statement: Statement
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Cell:
    """What is suggested of one behaviour of one actor at a school, and all that it rests on.

    `headline` is True for one line of each row. `supports` is the side that observation supports
    where respondents are divided. `wish` is the verdict of its wishes together, or None. `breadth`
    is broad, limited, single or "", `carried` by whom; `strength` is strong, moderate or weak.
    `rulings` are those of researchers, by event.
    """

    school: str
    behaviour: str
    actor: str
    period: str
    line: str
    headline: bool
    positions: Positions
    sights: Sights
    verdict: Verdict
    supports: str
    wish: Verdict | None
    tested: tuple[Tested, ...]
    strength: str
    breadth: str
    carried: tuple[str, ...]
    flags: tuple[str, ...]
    rulings: tuple[Ruling, ...]

    @property
    def to_judge(self) -> int:
        """How many of its claims are not judged yet."""
        return sum(each.statement.use == UNJUDGED for each in self.tested)

    @property
    def wishes(self) -> tuple[Tested, ...]:
        return tuple(each for each in self.tested if each.statement.use == WISH)


@dataclass(frozen=True, slots=True)
class Triangulation:
    """A school's cells in the order of the instrument, and what is in none of them.

    `others` are, by code, the claims on a style as a whole, on context and roles, and on own codes.
    `left_out` is how many sessions lie outside the period, `unapproved` how many observations wait
    for approval where only approved ones count.
    """

    case: Case
    settings: Settings
    sessions: tuple[Session, ...]
    cells: tuple[Cell, ...]
    others: Mapping[str, tuple[Claim, ...]]
    left_out: int
    unapproved: int

    def row(self, behaviour: str, actor: str) -> tuple[Cell, ...]:
        """Return the lines of a behaviour of one actor."""
        return tuple(c for c in self.cells if (c.behaviour, c.actor) == (behaviour, actor))
