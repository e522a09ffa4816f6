"""The register of a study: its name, members, periods, and what theory led it to expect."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from .area import Area, chosen, member, refuse_known, submit
from .recording import Act, act_from_form
from .retention import retention
from .screens import Answer

pages = Blueprint("register", __name__, url_prefix="/register")

KINDS = (
    "study-recorded",
    "member-recorded",
    "period-recorded",
    "expectation-recorded",
    "retention-recorded",
    "memo-written",
    "event-retracted",
)


@pages.get("")
def show() -> Answer:
    """Show the register of a study."""
    return _page(chosen())


@pages.post("/events")
def event() -> Answer:
    """Record what the form says of the study, and show its register again."""
    found = chosen()

    def act() -> Act:
        made = act_from_form(request.form)
        for what, slots in (
            ("member", found.study.members),
            ("period", found.study.periods),
            ("expectation", found.study.expectations),
        ):
            known = {code: slot.events for code, slot in slots.items()}
            refuse_known(made, f"{what}-recorded", what, known)
        return made

    return submit(
        found.id,
        found.stream,
        KINDS,
        lambda refused: _page(found, refused),
        url_for("register.show", study=request.args.get("study")),
        act,
        also=("codebook-changed",),
    )


def _page(found: Area, refused: str = "") -> str:
    return render_template(
        "registers/study.html",
        area=found,
        member=member(found),
        only_read=not g.visitor.may("register.event", found.id),
        retention=retention(found.study),
        refused=refused,
        typed=request.form if refused else MultiDict(),
    )
