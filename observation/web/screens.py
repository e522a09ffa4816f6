"""What the screens of one observation share: the record, its forms, and what happens to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from observation.core.errors import Refused
from observation.core.events import instant
from observation.core.records import Observation, Record
from observation.settings import Context

from .recording import act_from_form, record
from .trouble import not_recorded
from .words import said

PLACE = re.compile(r"[A-Za-z0-9-]{1,64}")

Answer = str | tuple[str, int] | Response | AnyResponse


def context() -> Context:
    """Return what the application serves."""
    found: Context = current_app.extensions["observation"]
    return found


def find(observation: object, running: bool = False) -> Record:
    """Return the record of `observation/<uuid>`, or answer 404.

    With `running`, the tracks of a session that goes on run to this moment, or from paper to the
    last one that was typed in; a millisecond more, so that what was just recorded has a length.
    """
    stream = f"observation/{observation}"
    events = context().store.events
    study = events.study_of(stream)
    if study is None:
        abort(404)
    found = context().catalogue.record(study, stream)
    state = found.observation
    if not running or state.ended:
        return found
    now = instant(context().clock.now().isoformat(timespec="milliseconds"))
    until = state.start + state.end if state.from_paper else now
    return context().catalogue.record(study, stream, until + 1)


def at_place(address: str) -> str:
    """Return the address with the place on its page that the submitted form comes back to, `_to`."""
    place = request.form.get("_to", "")
    return f"{address}#{place}" if PLACE.fullmatch(place) else address


def uuid_of(record: Record) -> str:
    """Return the observation's part of its address."""
    return record.observation.stream.partition("/")[2]


def observer(observation: Observation) -> str:
    """Return the code of who observes."""
    return observation.header["observer"].value if "observer" in observation.header else "?"


def school_of(observation: Observation) -> str:
    """Return the code of the school, empty while it is not known."""
    return observation.header["school"].value if "school" in observation.header else ""


def page(template: str, record: Record, refused: str = "", **more: Any) -> Answer:
    """Render a screen of the record.

    With a sentence in `refused` it stands on top, the status is 422 and what was typed is `typed`,
    so that nothing of it is lost.
    """
    typed: MultiDict[str, str] = request.form if refused else MultiDict()
    html = render_template(
        template,
        record=record,
        observation=record.observation,
        instrument=record.instrument,
        uuid=uuid_of(record),
        refused=refused,
        typed=typed,
        **more,
    )
    return (html, 422) if refused else html


def submit(
    observation: object, show: Callable[[Record, str], Answer], endpoint: str, by: str = ""
) -> Answer:
    """Record the event of the submitted form, then go to the endpoint's page.

    `show` renders the screen with the sentence when the event is refused; `by` is the member who
    acts where that is not the observer.
    """
    found = find(observation, running=True)
    state = found.observation
    try:
        act = act_from_form(request.form, state)
        made = record(context(), found.study, state.stream, by or observer(state), [act])
    except Refused as refused:
        return not_recorded(refused, show(found, said(refused)))
    just = made[0].id if made else None
    return redirect(url_for(endpoint, observation=observation, just=just), code=303)
