"""How a screen that is worked on afterwards takes in a form: which kinds, and where it comes back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from flask import request
from werkzeug.wrappers import Response

from observation.core.errors import N_, Refused
from observation.core.records import Record
from observation.core.review import REVIEWING
from observation.core.story import taken_back

from .recording import Act
from .screens import Answer, at_place, find, submit
from .trouble import not_recorded
from .words import said

WORDED = ("issue-raised", "issue-answered")  # without words these say nothing


def post(
    observation: object,
    kinds: Collection[str],
    show: Callable[[Record, str], Answer],
    endpoint: str,
    by: str = "",
) -> Answer:
    """Record the submitted event if it is one of these kinds, then go to the endpoint's page.

    The form's `_to` names the place on the page to come back to. `show` renders the screen with the
    sentence when the event is refused, with `by` the member who acts where that is not the observer.
    """
    kind, text = request.form.get("_kind", ""), request.form.get("text", "")
    refused = None
    if kind not in kinds:
        refused = Refused(N_("This form is not one of this program; open the page again."))
    elif kind in WORDED and not text.strip():
        refused = Refused(N_("Write the question or the answer first.")).at("text")
    if refused:
        return not_recorded(refused, show(find(observation), said(refused)))
    answer = submit(observation, show, endpoint, by)
    if isinstance(answer, Response) and answer.location:
        answer.location = at_place(answer.location)
    return answer


def is_review(found: Record, kind: str, event: object) -> bool:
    """Return whether an event of this kind is a step of the review, or takes one back: then `event` is which."""
    if kind != "event-retracted":
        return kind in REVIEWING
    return taken_back((entry.event for entry in found.observation.log), str(event)) in REVIEWING


def refuse_review(found: Record, acts: Iterable[Act]) -> None:
    """Raise Refused for a step of the review, which is taken on the page of the observation only."""
    if any(is_review(found, act.kind, act.data.get("event")) for act in acts):
        raise Refused(N_("This form is not one of this program; open the page again."))
