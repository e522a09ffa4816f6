"""What the pages of a study's registers, interviews and codebook share: which study, its codebook, who acts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid5

from flask import abort, g, redirect, request, session

from observation.core.codebook import Codebook, open_codebook
from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.instrument import Instrument
from observation.core.kinds import CODE, DATE, KINDS, NAME, NAMES, NO_NAME, PERSON
from observation.core.registers import School, Study, fold_school, fold_study
from observation.core.story import taken_back
from observation.instruments.codebooks import codebook_file
from observation.store.reading import read_stream

from .recording import Act, Check, act_from_form, record
from .roles import ROWS
from .screens import Answer, at_place, context
from .trouble import not_recorded
from .words import said

MEMBER = "member"  # of the session: the code of who acted last


@dataclass(frozen=True, slots=True)
class Area:
    """A study with its instrument and codebook; `damaged` says what of it cannot be read."""

    id: str
    study: Study
    instrument: Instrument
    codebook: Codebook
    damaged: list[Refused] = field(default_factory=list)

    @property
    def stream(self) -> str:
        """The study's own stream, also before anything is in it."""
        return f"study/{self.id}"

    def schools(self) -> list[School]:
        """Return its schools by code; what cannot be read is named in `damaged`."""
        found = []
        for stream in context().store.events.versions(self.id):
            if stream.startswith("school/"):
                try:
                    if events := events_of(self.id, stream):
                        found.append(fold_school(events))
                except Refused as refused:
                    self.damaged.append(refused)
        return sorted(found, key=lambda school: (school.code, school.stream))

    def school(self, code: str) -> School | None:
        """Return the school with this code, or None; raise Damaged."""
        return self.by_code([code]).get(code)

    def by_code(self, codes: Collection[str]) -> dict[str, School]:
        """Return the schools with these codes, as far as they are there; raise Damaged."""
        known = context().catalogue.school_summaries.look(self.id).values
        first: dict[str, str] = {}
        for stream in sorted(known):
            first.setdefault(known[stream].school, stream)
        return {
            code: fold_school(events_of(self.id, first[code])) for code in codes if code in first
        }


def chosen() -> Area:
    """Return the study that the address names, else the visitor's first one, else the one to come."""
    asked = request.args.get("study", "")
    if asked and asked not in context().store.events.studies():
        abort(404)
    return area(asked or g.visitor.first(ROWS[request.endpoint or ""].roles))


def area(study: str) -> Area:
    """Return the study; of a stream that cannot be read nothing is used, and it is named."""
    damaged: list[Refused] = []
    found, instruments = Study(""), context().instruments
    try:
        if events := events_of(study, f"study/{study}"):
            found = fold_study(events)
    except Refused as refused:
        damaged.append(refused)
    instrument = instruments.newest(found.instrument) if found.instrument else instruments.newest()
    codebook = open_codebook(codebook_file(instrument.id), instrument, found.versions)
    return Area(study, found, instrument, codebook, damaged)


def area_of(stream: str) -> Area:
    """Return the study that a stream belongs to, or answer 404."""
    study = context().store.events.study_of(stream)
    if study is None:
        abort(404)
    return area(study)


def member(found: Area) -> str:
    """Return who acts by default: whose account it is, who did last in this browser, or the first member.

    Whoever signed in with an account that is no member says so, lest it stands under somebody else's name.
    """
    own = g.visitor.member(found.id) or session.get(MEMBER)
    first = "" if g.visitor.account else next(iter(found.study.members), "")
    return str(own or first)


def submit(
    study: str,
    stream: str,
    kinds: Collection[str],
    show: Callable[[str], Answer],
    address: str,
    act: Callable[[], Act] | None = None,
    check: Check = lambda _: (),
    also: Collection[str] = (),
) -> Answer:
    """Record the submitted event in the stream if it is one of these kinds, then go to the address.

    `_by` names who acts and `_to` the place on the page to come back to. `show` renders the page with
    the sentence when it is refused, `act` makes the act where the form is no event by itself, and
    `check` finds what else is wrong with the stream. What may be taken back is of these kinds, or of
    those in `also`.
    """
    try:
        made = act() if act else act_from_form(request.form)
        if made.kind not in kinds:
            raise Refused(N_("This form is not one of this program; open the page again."))
        _refuse_misspelt(made)
        acts = _with_what_it_replaced(study, stream, made)
        _refuse_of_another_page(study, stream, {*kinds, *also}, acts)
        record(context(), study, stream, acting(study), acts, check)
    except Refused as refused:
        return not_recorded(refused, show(said(refused)))
    return redirect(at_place(address), code=303)


def refuse_known(act: Act, kind: str, field: str, known: Mapping[str, Collection[str]]) -> None:
    """Raise Refused when an act adds a code that is there already: `known` are the events of each code.

    Whoever puts it right names what it replaces, and the same form sent twice is the same event.
    """
    code = str(act.data.get(field, ""))
    if act.kind != kind or code not in known or act.data.get("replaces"):
        return
    if act.id not in known[code]:
        raise Refused(
            N_("“%(code)s” is there already; change it where it stands, or use another code."),
            code=code,
        ).at(field)


def _refuse_misspelt(act: Act) -> None:
    """Refuse codes and dates that cannot be used, in the words of whoever types them."""
    for name, required, rule in KINDS[act.kind].all_fields():
        value = act.data.get(name)
        if rule.holds(value) or (value is None and not required):
            continue
        text = " ".join(value) if isinstance(value, list) else value
        if rule in (CODE, PERSON) and not CODE.holds(value):
            raise Refused(N_("Write 1 to 64 characters instead of “%(text)s”."), text=text).at(name)
        if rule is PERSON:
            raise Refused(N_("This word has a meaning of its own; choose another code.")).at(name)
        if rule in (NAME, NAMES):
            raise Refused(NO_NAME, text=text).at(name)
        if rule is DATE:
            raise Refused(N_("Write a date as 2018-03-13 instead of “%(text)s”."), text=text).at(
                name
            )


def _refuse_of_another_page(
    study: str, stream: str, kinds: Collection[str], acts: Collection[Act]
) -> None:
    """Refuse to take back what this page records nothing of: who may use it may not undo what others may only do."""
    back = [str(act.data["event"]) for act in acts if act.kind == "event-retracted"]
    known = events_of(study, stream) if back else ()
    if any(taken_back(known, id) not in kinds for id in back):
        raise Refused(N_("This form is not one of this program; open the page again."))


def _with_what_it_replaced(study: str, stream: str, act: Act) -> list[Act]:
    """Of what is taken back, everything that it replaced goes too: else that would stand again."""
    if act.kind != "event-retracted":
        return [act]
    known = {event.id: event for event in events_of(study, stream)}
    wanted, found = [str(act.data["event"])], dict[str, None]()
    while wanted:
        id = wanted.pop()
        if id in known and id not in found:
            found[id] = None
            wanted += known[id].replaces
    more = [id for id in found if id != act.data["event"]]
    # The same form gives the same events again.
    return [act, *(Act(str(uuid5(UUID(act.id), id)), act.kind, {"event": id}) for id in more)]


def acting(study: str) -> str:
    """Return who acts in the study, and keep it for the next form; raise Refused without one.

    That is the member whose account is signed in, else whom the form says.
    """
    if own := g.visitor.member(study):
        return str(own)
    by = request.form.get("_by", "").strip()
    if not NAME.holds(by):
        raise Refused(
            N_("Say in “By” who does this: your code as a member of the study, such as W1.")
        ).at("_by")
    session[MEMBER] = by
    return by


def events_of(study: str, stream: str) -> tuple[Event, ...]:
    """Return the events of a stream; raise Damaged."""
    return read_stream(context().store.events, study, stream).events
