"""The sample study: put in with one tap, and removed with one where nobody recorded anything in it."""

from __future__ import annotations

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask_babel import gettext as _

from observation.core.errors import Refused
from observation.core.events import stream_kind, utc
from observation.store import Store, accounts, sample
from observation.store.catalogue import Catalogue
from observation.store.leftovers import Folders
from observation.store.sample import Own
from observation.store.server import SAMPLE

from .screens import Answer, context
from .trouble import not_recorded
from .words import said

pages = Blueprint("sample", __name__, url_prefix="/sample")


@pages.post("")
def put() -> Answer:
    """Put it in, and show its observations; whose account it is leads it."""
    sample.put_in(*_given(), utc(context().clock.now()))
    account = accounts.find_account(context().store.registry, g.visitor.account)
    if account and SAMPLE not in account.roles:
        accounts.assign(context().store.registry, account.name, SAMPLE, accounts.LEAD)
    return redirect(url_for("studies.index", study=SAMPLE), code=303)


@pages.get("")
def show() -> Answer:
    """Show what the sample study is, and what of it would be lost when it is removed."""
    return _page()


@pages.post("/removal")
def remove() -> Answer:
    """Remove it, and show what is here; or what was recorded in it, where the form does not say that this goes too."""
    agreed = request.form.get("agreed", "") if request.form.get("sure") else ""
    try:
        left = not sample.remove(*_given(), agreed)
    except Refused as refused:
        return not_recorded(refused, _page(said(refused)))
    return redirect(url_for("sample.show" if left else "studies.index"), code=303)


def _given() -> tuple[Store, Catalogue, Folders]:
    return context().store, context().catalogue, context().beside


def _page(refused: str = "") -> str:
    store = context().store
    if not sample.is_here(store):
        abort(404)
    own = sample.recorded(store, context().beside)
    return render_template("sample/show.html", own=own, kinds=_by_kind(own), refused=refused)


def _by_kind(own: Own) -> list[tuple[str, int]]:
    """What would be lost: by label where it is an observation or an interview, and how many entries."""
    catalogue = context().catalogue
    labels = {s: each.label for s, each in catalogue.look(SAMPLE).values.items()}
    labels |= {s: each.label for s, each in catalogue.interviews(SAMPLE).values.items()}
    schools = catalogue.school_summaries.look(SAMPLE).values
    labels |= {s: _("School %(school)s", school=schools[s].school) for s in schools}
    found = [
        (
            labels.get(stream) or (_("The study") if stream_kind(stream) == "study" else stream),
            len(each),
        )
        for stream, each in own.events.items()
    ]
    if own.aside:
        found.append((_("Entries that were set aside"), len(own.aside)))
    if own.tables:
        found.append((_("Tables that wait to be taken in: all of this study"), len(own.tables)))
    return found
