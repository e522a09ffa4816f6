"""The pages of the shell: the same markup as the plain forms, without any data of a study.

A tablet keeps every page of this blueprint; JavaScript fills them from the log on the tablet.
"""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_babel import gettext as _

from observation.core.errors import N_
from observation.core.records import Record
from observation.store import Log
from observation.store.catalogue import record_of

from . import beginning, capture, this_tablet
from .entries import SENTENCES, state_name
from .screens import Answer, context, page
from .timeline import timeline

pages = Blueprint("shell", __name__)

RESTING = ("/tablet", "/rescue")  # where nothing is recorded: a new version may take over there

# What JavaScript says on the capture screen beside the sentences of the log.
CAPTURE = {
    "school": N_("School %(school)s"),
    "of-about": N_("of about %(usual)s"),
    "nobody": N_("Nobody"),
    "not-recorded": N_("Not recorded"),
    "band-nobody": N_("nobody leads"),
    "band-not-recorded": N_("not recorded"),
    "interruption-over": N_("Interruption is over"),
    "note-written": N_("Note"),
    "note-corrected": N_("Correct the note"),
    "recognise": N_("How to recognise %(person)s"),
    "taken-back": N_("taken back"),
    "take-back": N_("Take back: %(what)s"),
    "event-retracted": N_("Taken back"),
    "moment-corrected": N_("Put at another moment"),
    "by-whom": N_("By whom?"),
    "who-leads": N_("Who leads? Tap it above."),
    "tap-says": N_("A tap says: seen. The i opens the card with the other answers."),
    "on-this-tablet": N_("on this tablet"),
    "on-the-server": N_("on the server"),
    "unsent": N_("%(number)s not sent yet. %(why)s"),
    "no-connection": N_("No connection."),
    "no-server": N_("Something else answered instead of the server."),
    "server-busy": N_("The server cannot take it in now."),
    "not-enrolled": N_("This tablet is not enrolled."),
    "saving": N_("saving …"),
    "entries": N_("%(number)s entries"),
    "before-start": N_("That lies before the beginning of the session."),
    "known-person": N_("This code is already among the people."),
    "reserved-code": N_("This word has a meaning of its own; choose another code."),
}
STATES = ("seen", "not-seen", "not-judgeable", "conflict")


# What JavaScript says on the screen of a new observation.
NEW = {
    "school": N_("School"),
    "unit": N_("Unit"),
    "label": N_("Observation"),
    "observer": N_("Observer"),
    "fill-in": N_("Fill in “%(field)s”, at most 64 characters."),
    "twice": N_("“%(code)s” stands twice among the people; keep one."),
    "reserved-code": N_("This word has a meaning of its own; choose another code."),
    "whole-number": N_("Write a whole number instead of %(text)s."),
}


@pages.get("/new")
def show_new() -> Answer:
    """Show the form of a new observation, for any unit."""
    return render_template(
        "observations/new.html",
        shell=True,
        words={name: _(sentence) for name, sentence in NEW.items()},
        beginning=beginning.NOTHING,
        instrument=context().instruments.newest(),
        rows=beginning.ROWS + beginning.SPARE_ROWS,
        typed={},
    )


@pages.get("/capture")
def show_capture() -> Answer:
    """Show the capture screen without a session."""
    words = {name: _(sentence) for name, sentence in (SENTENCES | CAPTURE).items()}
    words |= {state: state_name(state) for state in STATES}
    words |= {
        f"lead-{who}": words[f"band-{who}"].capitalize() for who in ("nobody", "not-recorded")
    }
    blank = _blank()
    return page(
        "observations/capture.html",
        blank,
        shell=True,
        words=words,
        capture=capture.view(blank),
        timeline=timeline(blank),
        earlier=capture.EARLIER,
        state_name=state_name,
    )


@pages.get("/tablet")
def show_tablet() -> Answer:
    """Show what is on the tablet and what of it was sent, without any of it."""
    return render_template("tablets/this.html", shell=True, words=this_tablet.words())


@pages.get("/rescue")
def show_rescue() -> Answer:
    """Show the page that saves all that is on a tablet, also where nothing else works any more."""
    return render_template("tablets/rescue.html", shell=True)


def _blank() -> Record:
    """A record of which nothing is known yet."""
    return record_of("", Log(""), context().instruments.newest())
