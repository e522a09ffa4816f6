"""Whether observation corroborates, contradicts or supplements what was said: a verdict per cell and claim.

The engine suggests and a researcher rules. It is total, it does not depend on the order of anything,
and every verdict carries its rule and what it rests on.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace

from . import verdicts
from .cells import (
    CHANGED,
    IN_GENERAL,
    IN_SESSION,
    TEACHER,
    USUAL,
    Case,
    Cell,
    Counter,
    Interviewed,
    Settings,
    Sights,
    Tested,
    Triangulation,
)
from .claims import (
    DENIES,
    OTHER_UNIT,
    TESTABLE,
    UNJUDGED,
    WISH,
    Positions,
    Statement,
    is_of_another_unit,
    positions,
    sources,
    use_of,
)
from .codebook import INDICATOR, Codebook
from .instrument import Indicator, Instrument
from .interviews import Claim, leader_of
from .judgements import NOT_SEEN, SEEN
from .records import LEADERSHIP, TEAM
from .registers import LEADER
from .rulings import Ruling
from .sessions import Consolidated, Session, sessions_of
from .verdicts import Verdict

RULES = "1.0"  # the version of these rules, printed on every sheet

OUTSIDE, BOTH = "outside", "session-or-elsewhere"  # loci
EXTREME = ("always", "never", "sometimes")  # what one session cannot show
UNKNOWN = (
    verdicts.UNTESTED,
    verdicts.NO_DATA,
    verdicts.UNDETERMINABLE,
)  # nothing to be provisional about


def triangulate(
    case: Case,
    instrument: Instrument,
    codebook: Codebook,
    settings: Settings = USUAL,
    behaviour: str = "",
) -> Triangulation:
    """Return the verdicts of a school. Total over any records and claims, in any order.

    With a `behaviour` only its cells are worked out; they are the same as among all.
    """
    usable = [each for each in case.observed if settings.may_use(each)]
    every = sessions_of(usable, case.school.matched)
    sessions = tuple(each for each in every if settings.period.holds(each.day))
    desk = _Desk(case, instrument, codebook, settings, sessions)
    return Triangulation(
        case=case,
        settings=settings,
        sessions=sessions,
        cells=tuple(desk.cells(behaviour)),
        others=desk.others,
        left_out=len(every) - len(sessions),
        unapproved=len(case.observed) - len(usable),
    )


def leaving_out(
    case: Case, respondent: str = "", session: Session | None = None, observer: str = ""
) -> Case:
    """Return the case without a respondent, a session or an observer: what would the verdicts be?"""
    streams = session.streams if session else frozenset()
    claims = tuple(
        claim for claim in case.claims if not respondent or respondent not in _speakers(claim)
    )
    observed = tuple(
        each
        for each in case.observed
        if each.stream not in streams and not (observer and each.observer == observer)
    )
    left = tuple(each for each in case.interviewed if each != respondent)
    return replace(case, claims=claims, observed=observed, interviewed=left)


def of_role(case: Case, role: str) -> Case:
    """Return the case with what respondents of one role said, and nothing else: what would the verdicts be?

    What nobody in particular said is nobody's of that role, and rulings are of all claims, so both
    are left out.
    """
    people = case.school.respondents
    own = {code for code, respondent in people.items() if respondent.role == role}

    def kept(claim: Claim) -> Claim:
        said = tuple(
            replace(each, respondents=tuple(r for r in each.respondents if r in own))
            for each in claim.said.values
        )
        return replace(claim, said=replace(claim.said, values=said))

    return replace(
        case,
        school=replace(case.school, rulings=()),
        claims=tuple(each for each in map(kept, case.claims) if each.said.value.respondents),
        interviewed=tuple(each for each in case.interviewed if each in own),
    )


class _Desk:
    """One school's claims, sorted by behaviour and actor, beside its sessions."""

    def __init__(
        self,
        case: Case,
        instrument: Instrument,
        codebook: Codebook,
        settings: Settings,
        sessions: Sequence[Session],
    ) -> None:
        self._case, self._instrument, self._settings = case, instrument, settings
        self._sessions = sessions
        self._units = {session.unit for session in sessions} - {""}
        self._observers = {each.observer for session in sessions for each in session.observed}
        self._said: dict[tuple[str, str], list[Statement]] = {}
        self.others: dict[str, tuple[Claim, ...]] = {}
        for claim in sorted(case.claims, key=lambda each: (each.label, each.interview, each.id)):
            self._sort(claim, codebook)

    def cells(self, behaviour: str) -> Iterator[Cell]:
        """Yield every cell: behaviours in the order of the instrument, then leaders, leadership or team."""
        for indicator in self._instrument.behaviours():
            if behaviour not in ("", indicator.code):
                continue
            for actor in self._actors(indicator):
                yield from self._row(indicator, actor)

    def _sort(self, claim: Claim, codebook: Codebook) -> None:
        codes = {codebook.current(code) for code in claim.said.value.codes}
        behaviours = set()
        for code in sorted(codes):
            if code in codebook.codes and codebook.codes[code].kind == INDICATOR:
                behaviours.add(self._instrument.behaviour(code))
            else:
                self.others[code] = (*self.others.get(code, ()), claim)
        for behaviour in behaviours:
            statement = self._statement(claim)
            actor = TEAM
            if self._instrument.indicator(behaviour).actor != TEAM:
                day = self._interview(claim).day
                actor = leader_of(claim.said.value, self._case.school, day)
            self._said.setdefault((behaviour, actor), []).append(statement)

    def _statement(self, claim: Claim) -> Statement:
        interview = self._interview(claim)
        return Statement(
            claim,
            use_of(claim, self._units),
            tuple(map(self._role, claim.said.value.respondents)),
            claim.interview,
            interview.group,
        )

    def _interview(self, claim: Claim) -> Interviewed:
        return self._case.interviews.get(claim.interview, Interviewed("", False))

    def _role(self, respondent: str) -> str:
        found = self._case.school.respondents.get(respondent)
        return found.role if found else ""

    def _actors(self, indicator: Indicator) -> list[str]:
        if indicator.actor == TEAM:
            return [TEAM]
        leaders = set(self._case.school.leaders)
        leaders |= {
            leader for s in self._sessions for each in s.observed for leader in each.leaders
        }
        leaders |= {actor for behaviour, actor in self._said if behaviour == indicator.code}
        return [*sorted(leaders - {LEADERSHIP}), LEADERSHIP]

    def _row(self, indicator: Indicator, actor: str) -> Iterator[Cell]:
        statements = self._said.get((indicator.code, actor), [])
        if indicator.locus != BOTH:
            line = IN_GENERAL if indicator.locus == OUTSIDE else IN_SESSION
            yield self._cell(indicator, actor, line, True, statements)
            return
        here = [s for s in statements if s.said.scope == "board-session"]
        anywhere = [s for s in statements if s.said.scope != "board-session"]
        general = not positions(here).spoke and bool(positions(anywhere).spoke)
        yield self._cell(indicator, actor, IN_SESSION, not general, here)
        yield self._cell(indicator, actor, IN_GENERAL, general, anywhere)

    def _cell(
        self,
        indicator: Indicator,
        actor: str,
        line: str,
        headline: bool,
        statements: Sequence[Statement],
    ) -> Cell:
        sights = self._sights(indicator, actor, line)
        stands = positions(statements)
        verdict = self._strictly(_verdict(stands, sights, statements), stands, sights)
        supports = _side(sights.pattern) if verdict.verdict == verdicts.DIVIDED else ""
        carried = _carried(stands, supports)
        rulings = self._rulings(indicator, actor, line)
        tested = tuple(Tested(each, _own_verdict(each, sights, self._units)) for each in statements)
        return Cell(
            school=self._case.school.code,
            behaviour=indicator.code,
            actor=actor,
            period=self._settings.period.name,
            line=line,
            headline=headline,
            positions=stands,
            sights=sights,
            verdict=verdict,
            supports=supports,
            wish=_together([each.verdict for each in tested if each.statement.use == WISH]),
            tested=tested,
            strength=self._strength(stands, sights, statements),
            breadth=self._breadth(carried, stands),
            carried=carried,
            flags=(
                *self._flags(indicator, actor, stands, sights, verdict, tested),
                *([CHANGED] if _has_moved(rulings, verdict) else []),
            ),
            rulings=rulings,
        )

    def _rulings(self, indicator: Indicator, actor: str, line: str) -> tuple[Ruling, ...]:
        codes = self._instrument.codes_of(indicator.code)
        found = (
            each
            for each in self._case.school.rulings
            if each.indicator in codes
            and (each.actor, each.line, each.period) == (actor, line, self._settings.period.name)
        )
        return tuple(sorted(found, key=lambda each: each.event))

    def _sights(self, indicator: Indicator, actor: str, line: str) -> Sights:
        said = tuple(
            (each, each.said(indicator.code, actor, self._case.school.agreed))
            for each in self._sessions
        )
        if indicator.locus == OUTSIDE:
            return Sights(said, observable=False)
        seen, absent, countered, bare = [], [], [], []
        evidence: list[Counter] = []
        for session, own in said:
            if own.state not in (SEEN, NOT_SEEN):
                continue
            against = self._counters(indicator, actor, session, own)
            if against is not None:
                countered.append(session)
                evidence += against
            if own.state == SEEN:
                seen.append(session)
            elif line == IN_GENERAL and against is None:
                bare.append(session)
            else:
                absent.append(session)
        return Sights(
            said, tuple(seen), tuple(absent), tuple(countered), tuple(bare), tuple(evidence)
        )

    def _counters(
        self, indicator: Indicator, actor: str, session: Session, own: Consolidated
    ) -> list[Counter] | None:
        """The sightings of what counts against it in this session, or None when nothing does."""
        found = None
        for counter in indicator.counters:
            opposite = self._instrument.indicator(counter.code)
            other = TEAM if opposite.actor == TEAM else LEADERSHIP if actor == TEAM else actor
            if counter.only_when and not (
                own.state == NOT_SEEN and session.was_there(actor, LEADERSHIP)
            ):
                continue
            said = session.said(opposite.code, other, self._case.school.agreed)
            if said.state == SEEN:
                more = [Counter(session, label, each) for label, each in said.sightings]
                found = [*(found or []), *more]
        return found

    def _strictly(self, verdict: Verdict, stands: Positions, sights: Sights) -> Verdict:
        """In strict mode an agreement of what is prominent here and not there is partial."""
        if not self._settings.strict or verdict.verdict != verdicts.CORROBORATED:
            return verdict
        said = _third(len(stands.spoke), len(self._case.interviewed))
        most = len(sights.absent) if stands.pattern == verdicts.NONE else len(sights.seen)
        if abs(said - _third(most, sights.total)) < 2:
            return verdict
        return replace(verdict, verdict=verdicts.PARTLY_CORROBORATED, rule=f"{verdict.rule} strict")

    def _strength(self, stands: Positions, sights: Sights, statements: Sequence[Statement]) -> str:
        teachers = any(self._role(each) == TEACHER for each in stands.spoke)
        said = teachers and len(sources(statements, stands.spoke)) >= 2
        return ("weak", "moderate", "strong")[said + (sights.total >= 2)]

    def _breadth(self, carried: Sequence[str], stands: Positions) -> str:
        if len(carried) < 2:
            return "single" if carried else ""
        half = -(-len(stands.spoke) // 2)
        teachers = any(self._role(each) == TEACHER for each in carried)
        broad = teachers and len(carried) >= max(self._settings.broad, half)
        return "broad" if broad else "limited"

    def _flags(
        self,
        indicator: Indicator,
        actor: str,
        stands: Positions,
        sights: Sights,
        verdict: Verdict,
        tested: Sequence[Tested],
    ) -> Iterator[str]:
        uses = {each.statement.use for each in tested}
        modes = {each.statement.said.mode for each in tested}
        said = list(sights.counted)
        if stands.spoke and self._views_differ(indicator, actor, stands):
            yield "self-view-team-view"
        if stands.spoke and all(self._is_of_itself(each, actor) for each in stands.spoke):
            yield "self-report-only"
        if any(each.verdict.verdict == verdicts.GAP for each in tested):
            yield "gap"
        if uses == {WISH}:
            yield "wishes-only"
        if tested and modes == {"past"}:
            yield "past-only"
        if tested and all(each.statement.said.scope == "elsewhere" for each in tested):
            yield "elsewhere-only"
        if OTHER_UNIT in uses:
            yield OTHER_UNIT
        if sights.bare and not sights.total and stands.spoke:
            yield "not-seen-here"
        if not sights.observable and (tested or any(s.state == SEEN for _, s in sights.said)):
            yield "not-observable"
        if sights.disputed:
            yield "observers-disagree"
        if any(each.one_observer for each in said):
            yield "one-observer"
        if sights.total == 1:
            yield "one-session"
        if indicator.code in self._settings.disputable and said:
            yield "low-agreement"
        if said and any(self._observed_too(each.statement) for each in tested):
            yield "same-person"
        if any(each.late for each in said):
            yield "judged-late"
        if UNJUDGED in uses:
            yield "incomplete"

    def _views_differ(self, indicator: Indicator, actor: str, stands: Positions) -> bool:
        """Whether the leader affirms what most teachers deny, or the reverse.

        A leader speaks of oneself and teachers of the leadership, so both are looked at.
        """
        actors = {actor, LEADERSHIP} if actor != TEAM else {TEAM}
        if actor == LEADERSHIP:
            actors |= set(self._case.school.leaders)
        line = [s for who in actors for s in self._said.get((indicator.code, who), ())]
        all_stand = positions(line)
        leaders = _of_role(all_stand, lambda code: self._role(code) == LEADER)
        teachers = _of_role(all_stand, lambda code: self._role(code) == TEACHER)
        most = len(teachers.spoke) / 2
        up = leaders.affirms and not leaders.denies and len(teachers.denies) > most
        down = leaders.denies and not leaders.affirms and len(teachers.affirms) > most
        return bool(up or down)

    def _is_of_itself(self, respondent: str, actor: str) -> bool:
        """Whether a respondent speaks of what he or she does: teachers of the team, a leader of that leader."""
        role = self._role(respondent)
        if actor == TEAM:
            return role == TEACHER
        if actor == LEADERSHIP:
            return role == LEADER
        return role == LEADER and self._case.school.participant(respondent) == actor

    def _observed_too(self, statement: Statement) -> bool:
        """Whether whoever coded it also observed; of an import only the tool can say who that was."""
        said = statement.said
        return (
            said.coder or (statement.claim.by if said.source is None else "")
        ) in self._observers


def _verdict(stands: Positions, sights: Sights, statements: Iterable[Statement]) -> Verdict:
    found = verdicts.of_cell(stands.pattern, sights.pattern, stands.all_say)
    if found.verdict in UNKNOWN:
        return found
    says = any(
        each.frequency in EXTREME
        for each in statements
        if each.use == TESTABLE and each.said.respondents
    )
    return replace(found, provisional=_is_provisional(sights, says))


def _own_verdict(statement: Statement, sights: Sights, units: Collection[str]) -> Verdict:
    said = statement.said
    if statement.use == UNJUDGED:
        return Verdict(verdicts.TO_JUDGE, UNJUDGED)
    if statement.use == WISH:
        apart = said.scope == "elsewhere" or is_of_another_unit(said, units)
        found = verdicts.of_wish(said.stance, verdicts.NOTHING if apart else sights.pattern)
    elif statement.use == TESTABLE:
        found = verdicts.of_claim(said.stance, said.frequency, sights.pattern)
    elif statement.use == "context":
        return Verdict(verdicts.NOT_COMPARABLE, said.mode)
    else:
        return Verdict(verdicts.UNTESTED, statement.use)
    if found.verdict in UNKNOWN:
        return found
    return replace(found, provisional=_is_provisional(sights, statement.frequency in EXTREME))


def _is_provisional(sights: Sights, says_how_often: bool) -> bool:
    return sights.hangs_on_one_absence or (says_how_often and sights.total < 2)


def _together(wishes: Sequence[Verdict]) -> Verdict | None:
    """The verdict of several wishes: what all of them amount to, else it cannot be determined."""
    if not wishes:
        return None
    first = wishes[0]
    if any(each.verdict != first.verdict for each in wishes):
        return Verdict(verdicts.UNDETERMINABLE, "wishes differ")
    return replace(first, provisional=any(each.provisional for each in wishes))


def _has_moved(rulings: Iterable[Ruling], verdict: Verdict) -> bool:
    """Whether something else is suggested now than when any of them was made."""
    return any(each.suggestion != verdict.verdict for each in rulings)


def _side(pattern: str) -> str:
    return {verdicts.SEEN: "affirms", verdicts.NOT_SEEN: DENIES}.get(pattern, "")


def _carried(stands: Positions, supports: str) -> tuple[str, ...]:
    """Who carries the result: all where nobody is against it, else the supported or larger side."""
    if stands.pattern != verdicts.SPLIT:
        return stands.spoke
    if supports:
        return stands.affirms if supports == "affirms" else stands.denies
    return max(stands.affirms, stands.denies, key=len)


def _of_role(stands: Positions, holds: Callable[[str], bool]) -> Positions:
    return Positions(
        tuple(filter(holds, stands.affirms)),
        tuple(filter(holds, stands.denies)),
        tuple(filter(holds, stands.sometimes)),
    )


def _third(part: int, whole: int) -> int:
    """In which third a share lies: 0, 1 or 2; of nothing it is the first."""
    return 0 if 3 * part <= whole or not whole else 1 if 3 * part <= 2 * whole else 2


def _speakers(claim: Claim) -> set[str]:
    return {respondent for said in claim.said.values for respondent in said.respondents}
