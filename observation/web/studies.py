"""The study: its schools, their observations and the state of the work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from flask import (
    Blueprint,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext as _

from observation.core.errors import Refused
from observation.core.events import Event
from observation.core.registers import Study, fold_study
from observation.core.retention import Retention
from observation.settings import Context
from observation.store.projection import Look
from observation.store.reading import read_stream
from observation.store.server import SAMPLE
from observation.store.summary import Summary

from . import backups
from .first_steps import first_steps
from .listing import LOOK, Choice, Listing, listing, shown_state
from .retention import retention
from .roles import CAPTURE
from .screens import Answer
from .words import review_name

pages = Blueprint("studies", __name__)

REFRESH = 3  # seconds while records are still to be read
NAMED = 20  # records that cannot be read; the others are counted


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study with a page of its observations, what of it cannot be read, and how many are still to come.

    `in_backup` are the streams that lie in a checked backup with all that is shown of them,
    `withdrawn` the codes of schools of which nothing leaves any more.
    """

    id: str
    study: Study
    listing: Listing
    damaged: list[Refused]
    unnamed: int
    missing: int
    in_backup: Collection[str]
    retention: Retention | None
    withdrawn: Collection[str]

    @property
    def read(self) -> int:
        """How many records have been looked at."""
        return self.listing.total + len(self.damaged) + self.unnamed


@pages.get("/")
def index() -> Answer:
    """Show every study of the visitor; what the address chooses is of the study that it names.

    Who observes sees the own observations, and who keeps the server running the backups.
    """
    context: Context = current_app.extensions["observation"]
    if not g.visitor.may("beginning.show"):
        return redirect(url_for("backups.index"))
    studies = list(_studies(context))
    here = [view.id for view in studies]
    page = render_template(
        "studies/index.html",
        studies=studies,
        steps=first_steps(here[0] if here else g.visitor.first(CAPTURE)),
        may_put_sample=SAMPLE not in here and g.visitor.may("sample.put"),
        may_remove_sample=g.visitor.may("sample.remove", SAMPLE),
        backup=backups.summary() if g.visitor.may("backups.index") else None,
        shown_state=shown_state,
        state_name=_state_name,
    )
    response = make_response(page)
    if any(view.missing for view in studies):
        response.headers["Refresh"] = str(REFRESH)  # the page says how to look again by hand
    return response


def _state_name(state: str) -> str:
    return str(_("needs a look")) if state == LOOK else str(review_name(state))


def _studies(context: Context) -> Iterator[StudyView]:
    ids = sorted(g.visitor.studies(CAPTURE), key=lambda id: (id == SAMPLE, id))
    asked = request.args.get("study", ids[0] if len(ids) == 1 else "")
    for id in ids:
        look = context.catalogue.look(id)
        covered = context.in_backup.versions(id)
        log, damaged = _register(context, id, look)
        damaged += look.damaged.values()
        study = fold_study(log)
        yield StudyView(
            id=id,
            study=study,
            listing=listing(
                (each for each in look.values.values() if g.visitor.may_see(id, [each.observer])),
                Choice.of(request.args) if id == asked else Choice(),
            ),
            damaged=damaged[:NAMED],
            unnamed=len(damaged[NAMED:]),
            missing=look.missing,
            in_backup={s for s, version in look.versions.items() if covered.get(s) == version},
            retention=retention(study),
            withdrawn=context.catalogue.withdrawn(id),
        )


def _register(
    context: Context, study: str, look: Look[Summary]
) -> tuple[list[Event], list[Refused]]:
    """What the study's own streams say, and why some cannot be read."""
    log: list[Event] = []
    damaged: list[Refused] = []
    for stream in look.streams:
        if stream.startswith("study/"):
            try:
                log += read_stream(context.store.events, study, stream).events
            except Refused as refused:
                damaged.append(refused)
    return log, damaged
