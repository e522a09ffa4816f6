"""How a form becomes an event: the server is the device, for browsers without JavaScript.

Every form carries the id of the event that it will make, so that sending it twice is harmless.
"""

from __future__ import annotations

import re
import secrets
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from observation.core.errors import N_, Problem, Refused
from observation.core.events import Event, is_uuid, local_time, read_event, stream_kind, utc, uuid7
from observation.core.fold import fold_observation
from observation.core.interviews import fold_interview
from observation.core.kinds import KINDS, Field
from observation.core.records import Observation
from observation.core.registers import fold_school, fold_study
from observation.settings import Context
from observation.store import Log, Receipt, Unavailable
from observation.store.deposit import next_number, says_label, settle_labels
from observation.store.erased import refuse_erased
from observation.store.erasure import erased_meanwhile

from .trouble import Unwritten

DEVICE = "forms"
BOOT = secrets.token_hex(8)
TIME_OF_DAY = re.compile(r"(\d\d?)[:.]?(\d\d)(?:[:.]?(\d\d))?")
SINCE = re.compile(r"\+(\d{1,3})(?:[:.]([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be recorded: the id that its form carried, its kind and data."""

    id: str
    kind: str
    data: dict[str, Any]


def new_id() -> str:
    """Return the id for an event that a form may make."""
    return uuid7(time.time_ns() // 1_000_000, str(uuid.uuid4()))


Check = Callable[[Sequence[Event]], Iterable[Problem]]  # what is wrong with a stream's events


def record(
    context: Context,
    study: str,
    stream: str,
    by: str,
    acts: Sequence[Act],
    check: Check = lambda _: (),
) -> list[Event]:
    """Record the acts in the stream as made now by this member, and return the events.

    An act whose id and content are there already is left out. Raises Refused, and records nothing,
    when an act cannot be used: a moment before the start, somebody or something that is not known,
    what `check` finds wrong with it; and Unwritten when the disk takes nothing more.
    """
    now = context.clock.now()
    receipt = Receipt(utc(now), DEVICE)
    # One act of the observer can be several events: they happened at once.
    at, elapsed = now.isoformat(timespec="milliseconds"), context.clock.elapsed()

    def make(log: Log) -> list[Event]:
        made: list[Event] = []
        known = {event.id: event for event in log.events}
        for act in acts:
            before = known.get(act.id)
            if before is not None and (before.kind, before.data) == (act.kind, act.data):
                continue
            event = Event(
                # A form that was sent, changed and sent again says something new.
                id=act.id if before is None else new_id(),
                stream=stream,
                kind=act.kind,
                at=at,
                elapsed=elapsed,
                device=DEVICE,
                boot=BOOT,
                seq=next_number(log, DEVICE) + len(made),
                by=by,
                data=dict(act.data),
            )
            made.append(read_event(event.as_dict()))
        refuse_erased(context.store, study, made)
        _refuse_problems(context, check, [*log.events, *made], made)
        return made

    try:
        with erased_meanwhile(context.store, study, [stream], receipt.received, context.catalogue):
            made = context.store.events.compose(study, stream, make, receipt)
        if says_label(made):
            settle_labels(context.store.events, context.catalogue, study, receipt)
    except (OSError, Unavailable) as error:
        raise Unwritten(error) from error
    return made


def act_from_form(form: MultiDict[str, str], observation: Observation | None = None) -> Act:
    """Return the act that a form's fields describe; raise Refused when it describes none.

    `_id` and `_kind` are the event's own, every other field is a value of its data.

    `clock`, a time of day as on the wall, becomes the moment on the day of the observation.
    """
    kind = KINDS.get(form.get("_kind", ""))
    id = form.get("_id", "")
    if kind is None or not is_uuid(id):
        raise Refused(N_("This form is not one of this program; open the page again."))
    data: dict[str, Any] = {}
    for name, required, field in kind.all_fields():
        try:
            value = _value(field, form.getlist(name))
        except Refused as refused:
            raise refused.at(name) from None
        if value is not None or required:
            data[name] = value if value is not None else ([] if field.form == "list" else "")
    clock = form.get("clock", "").strip()
    # A correction of a moment says nothing without one.
    if observation is not None and (clock if kind.timed else data.get("moment") == ""):
        data["moment"] = moment_at(observation, clock)
    return Act(id, kind.name, data)


def moment_at(observation: Observation, clock: str) -> str:
    """Return a written time on the observation's day as ISO 8601; raise Refused.

    That is a time of day, `15:10`, `15:10:20` or `151020`, or with a plus minutes and seconds since
    the beginning, `+5:20`. Without the plus nobody could tell which of the two `10:20` is.
    """
    begun = observation.begun
    if begun is None:
        raise Refused(N_("The beginning of this record has not arrived yet."))
    start = local_time(observation.start, str(begun.data.get("moment", begun.at)))
    if since := SINCE.fullmatch(clock):
        return (start + timedelta(minutes=int(since[1]), seconds=int(since[2] or 0))).isoformat()
    time_of_day = TIME_OF_DAY.fullmatch(clock)
    hour, minute, second = map(int, time_of_day.groups("0")) if time_of_day else (24, 0, 0)
    try:
        return start.replace(hour=hour, minute=minute, second=second, microsecond=0).isoformat()
    except ValueError:
        raise Refused(
            N_(
                "Write the time as on the wall clock, 15:10:20, or with a plus since the beginning, "
                "+5:20, not “%(clock)s”."
            ),
            clock=clock,
        ).at("clock") from None


def _value(field: Field, given: Iterable[str]) -> Any:
    """The value that a form's texts stand for, or None when nothing was filled in."""
    texts = [text.replace("\r\n", "\n") for text in given]
    if field.form == "list":
        return [text.strip() for text in texts if text.strip()] or None
    text = next((each for each in texts if each.strip()), None)
    if text is None or field.form == "text":
        return text
    if field.form == "flag":
        return text == "true"
    if field.form == "number":
        try:
            return int(text)
        except ValueError:
            raise Refused(N_("Write a whole number instead of %(text)s."), text=text) from None
    return text.strip()


def _refuse_problems(
    context: Context, check: Check, events: Sequence[Event], made: Sequence[Event]
) -> None:
    """Refuse what the fold would only name: here somebody is still there to put it right."""
    new = {event.id for event in made}
    if not new:
        return
    for problem in (*_problems(context, events), *check(events)):
        if problem.event in new:
            raise _refused(problem)


def _problems(context: Context, events: Sequence[Event]) -> Iterable[Problem]:
    kind = stream_kind(events[0].stream)
    if kind == "study":
        return fold_study(events).problems
    if kind == "school":
        return fold_school(events).problems
    if kind == "interview":
        return fold_interview(events).problems
    return fold_observation(events, context.instruments.pinned(events)).problems


def _refused(problem: Problem) -> Refused:
    values = dict(problem.values)
    return Refused(problem.sentence, **values).at(values.get("field", ""))
