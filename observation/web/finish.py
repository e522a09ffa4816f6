"""Finishing: what is still open in a record, after the session and without any hurry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _

from observation.core.instrument import Instrument
from observation.core.moments import moment, wall_clock
from observation.core.records import Record
from observation.core.unsettled import Unjudged, Unsettled, unsettled

from .answers import drafts
from .entries import state_name
from .posting import post
from .screens import Answer, find, page, uuid_of
from .words import language

pages = Blueprint("finish", __name__, url_prefix="/observations")

KINDS = (
    "lead-taken",
    "person-recorded",
    "person-arrived",
    "indicator-judged",
    "answer-given",
    "observation-ended",
    "observation-finished",
)


@pages.get("/<uuid:observation>/finish")
def show(observation: object) -> Answer:
    """Show what is still open."""
    return _screen(find(observation))


@pages.post("/<uuid:observation>/finish/events")
def event(observation: object) -> Answer:
    """Record one thing that was open, and show what still is; who finished sees the observation."""
    done = request.form.get("_kind") == "observation-finished"
    return post(observation, KINDS, _screen, "observations.show" if done else "finish.show")


def _screen(found: Record, refused: str = "") -> Answer:
    # Not as it runs on: what is asked must not grow while it is answered.
    found = find(uuid_of(found))
    state = found.observation
    return page(
        "observations/finish.html",
        found,
        refused,
        open=unsettled(found, language()),
        drafts=drafts(found),
        judged="later" if state.finished else "finish",
        latest=wall_clock(state, state.end).strftime("%H:%M:%S"),
        start=moment(state, 0),
        **names(found.instrument),
    )


def names(instrument: Instrument) -> dict[str, Any]:
    """Return how the screen calls states, roles and reasons."""
    roles = {role.id: role.short[language()] for role in instrument.roles}
    reasons = {reason.id: reason.name[language()] for reason in instrument.absences}
    return {
        "state_name": state_name,
        "role_name": lambda id: roles.get(id, id or _("role not known")),
        "reason_name": lambda id: reasons.get(id, id),
    }


def whatever(blank: Record) -> Unsettled:
    """Return everything that any session may leave open, by a record of which nothing is known."""
    instrument, found = blank.instrument, unsettled(blank, language())

    def shown(table: str) -> Iterator[Unjudged]:
        for each in instrument.behaviours():
            if each.locus != "outside" and instrument.group(each.group).table == table:
                codes = instrument.codes_of(each.code)
                called = tuple(instrument.indicator(code).name[language()] for code in codes)
                yield Unjudged(each, called, ())

    return replace(
        found,
        leadership=tuple(shown("leadership")),
        collaboration=tuple(shown("collaboration")),
    )
