"""The pages of the shell: the same markup as the plain forms, without any data of a study.

A tablet keeps every page of this blueprint; JavaScript fills them from the log on the tablet.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Blueprint, abort, render_template
from flask_babel import gettext as _

from observation.core import prefill, review
from observation.core.codebook import Codebook, open_codebook
from observation.core.errors import N_
from observation.core.kinds import NO_NAME
from observation.core.records import Record
from observation.instruments.codebooks import codebook_file
from observation.instruments.confused import easily_confused
from observation.store import Log
from observation.store.catalogue import record_of

from . import answers, beginning, capture, finish, interviews, practice, this_tablet
from .entries import SENTENCES, state_name
from .screens import Answer, context, page
from .timeline import timeline
from .words import language

pages = Blueprint("shell", __name__)

RESTING = (
    "/tablet",
    "/rescue",
    "/guide",
)  # where nothing is recorded: a new version may take over there

# What JavaScript says on every screen of a session: where its events are, and why one is refused.
SESSION = {
    "school": N_("School %(school)s"),
    "nobody": N_("Nobody"),
    "on-this-tablet": N_("on this tablet"),
    "on-the-server": N_("on the server"),
    "unsent": N_("%(number)s not sent yet. %(why)s"),
    "set-aside": N_("set aside on the server: %(number)s"),
    "no-connection": N_("No connection."),
    "no-server": N_("Something else answered instead of the server."),
    "server-busy": N_("The server cannot take it in now."),
    "not-enrolled": N_("This tablet is not enrolled."),
    "not-approved": N_("This tablet waits for approval."),
    "saving": N_("saving …"),
    "entries": N_("entries: %(number)s"),
    "before-start": N_("That lies before the beginning of the session."),
    "other-schedule": N_(
        "This session was begun with version %(version)s of the schedule, which is not on this tablet. "
        "The texts here are those of another version; go on, what you record is kept as it is."
    ),
}

# What JavaScript says on the capture screen beside the sentences of the log.
CAPTURE = {
    "of-about": N_("of about %(usual)s"),
    "not-recorded": N_("Not recorded"),
    "band-nobody": N_("nobody leads"),
    "band-not-recorded": N_("not recorded"),
    "interruption-over": N_("Interruption is over"),
    "over": N_("The session ended at %(time)s."),
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
    "known-person": N_("This code is already among the people."),
    "reserved-code": N_("This word has a meaning of its own; choose another code."),
}

# What JavaScript says where a record is worked out.
WORKING = {
    "observer": N_("observer %(observer)s"),
    "observation": N_("Observation %(label)s"),
    "no-clock": N_("The beginning of this record has not arrived yet."),
    "unknown-person": N_("“%(value)s” is not among the people of this session; add who that is."),
    "no-words": N_("Write the question or the answer first."),
}
FINISH = {
    "role-unknown": N_("role not known"),
    "was-there": N_("%(person)s was there from the beginning"),
    "judged": N_("Judged: %(state)s."),
    "log-says": N_("The log says: %(state)s."),
    "marked": N_(
        "Not having looked is not the same as not having seen. What you judge here is marked: %(when)s."
    ),
    "drafts": N_("Answers that are still drafts from your log: %(number)s of %(all)s."),
    "finish": N_("when finishing"),
    "later": N_("later"),
}
SCHEDULE = {"empty": N_("empty"), "open": N_("open"), "settled": N_("settled")}
STATES = ("seen", "not-seen", "not-judgeable", "conflict")


# What JavaScript says on the screen of a new observation.
NEW = {
    "school": N_("School"),
    "unit": N_("Unit"),
    "label": N_("Observation"),
    "observer": N_("Observer"),
    "fill-in": N_("Fill in “%(field)s”, at most 64 characters."),
    "no-code": NO_NAME,
    "twice": N_("“%(code)s” stands twice among the people; keep one."),
    "reserved-code": N_("This word has a meaning of its own; choose another code."),
    "whole-number": N_("Write a whole number instead of %(text)s."),
}


# What JavaScript says of interviews and of claims.
INTERVIEWS = {
    "school": N_("School %(school)s"),
    "interview": N_("Interview"),
    "focus-group": N_("Focus group"),
    "by": N_("Say in “By” who does this: your code as a member of the study, such as W1."),
}
NEW_INTERVIEW = {
    "group": N_("group %(group)s"),
    "claims": N_("claims: %(number)s"),
    "on-this-tablet": N_("on this tablet"),
    "on-the-server": N_("on the server"),
    "label": N_("Label"),
    "fill-in": N_("Fill in “%(field)s”, at most 64 characters."),
    "no-code": NO_NAME,
}
CLAIMS = {
    "unknown-interview": N_("Interview"),
    "withdrawn": N_("Who said this has withdrawn; it is used nowhere."),
    "claim": N_("Claim %(number)s"),
    "revise-claim": N_("Revise claim %(number)s"),
    "save-claim": N_("Save claim"),
    "save-revision": N_("Save revision"),
    "elsewhere": N_(
        "Claims of this interview on the server: %(number)s. Those made elsewhere are not kept here."
    ),
    "about-nobody": N_("the school leadership, or the leader who speaks"),
    "leadership": N_("the school leadership"),
    "about": N_("about %(who)s"),
    "not-said": N_("not said"),
    "none": N_("none"),
    "group": N_("the group"),
    "stance-unjudged": N_("stance not judged yet"),
    "mode-unjudged": N_("mode not judged yet"),
    "names": N_("Names of people? %(words)s. Use pseudonyms."),
    "contradicts": N_("“%(stance)s” and “%(frequency)s” contradict each other; choose again."),
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
@pages.get("/capture/<digest>")
def show_capture(digest: str = "") -> Answer:
    """Show the capture screen without a session, of the newest schedule or of the one named."""
    return _capture(_blank(digest))


@pages.get("/practice")
def show_practice() -> Answer:
    """Show the capture screen for a made-up session of which nothing is sent or stays."""
    blank = _blank("")
    return _capture(blank, practice.words(), practice=True, begun=practice.begun(blank.instrument))


def _capture(blank: Record, more: Mapping[str, str] = MappingProxyType({}), **given: Any) -> Answer:
    words = {name: _(sentence) for name, sentence in (SENTENCES | SESSION | CAPTURE).items()}
    words |= _states()
    words |= {
        f"lead-{who}": words[f"band-{who}"].capitalize() for who in ("nobody", "not-recorded")
    }
    return page(
        "observations/capture.html",
        blank,
        shell=True,
        words={**words, **more},
        capture=capture.view(blank),
        timeline=timeline(blank),
        earlier=capture.EARLIER,
        state_name=state_name,
        **given,
    )


@pages.get("/new-interview")
def show_new_interview() -> Answer:
    """Show the form of a new interview at any school, and the list of interviews without any."""
    return render_template(
        "interviews/new.html",
        shell=True,
        words=_said(INTERVIEWS | NEW_INTERVIEW),
        topic_lists=_codebook().file.topic_lists,
        typed={},
    )


@pages.get("/claims")
def show_claims() -> Answer:
    """Show the form of a claim and the topic lists, without an interview."""
    codebook = _codebook()
    values = {word.id: word.name[language()] for word in codebook.file.words}
    return render_template(
        "interviews/claims.html",
        shell=True,
        words=_said(SESSION | INTERVIEWS | CLAIMS) | values,
        codebook=codebook,
        topic_lists=codebook.file.topic_lists,
        entry=interviews.EMPTY,
        judged=interviews.JUDGED,
        typed={},
    )


@pages.get("/tablet")
def show_tablet() -> Answer:
    """Show what is on the tablet and what of it was sent, without any of it."""
    return render_template("tablets/this.html", shell=True, words=this_tablet.words())


@pages.get("/rescue")
def show_rescue() -> Answer:
    """Show the page that saves all that is on a tablet, also where nothing else works any more."""
    return render_template("tablets/rescue.html", shell=True)


@pages.get("/guide")
def show_guide() -> Answer:
    """Show what an observer needs to know, on two pages to print."""
    newest = context().instruments.newest()
    return render_template(
        "guide/observers.html",
        shell=True,
        instrument=newest,
        pairs=easily_confused(newest),
        state_name=state_name,
        earlier=capture.EARLIER,
    )


@pages.get("/finish")
@pages.get("/finish/<digest>")
def show_finish(digest: str = "") -> Answer:
    """Show what may be open without a session."""
    blank = _blank(digest)
    return page(
        "observations/finish.html",
        blank,
        shell=True,
        words=_worked(FINISH) | _states() | _drafted(),
        open=finish.whatever(blank),
        drafts=0,
        judged="finish",
        latest="",
        start="",
        **finish.names(blank.instrument),
    )


@pages.get("/schedule")
@pages.get("/schedule/<digest>")
def show_schedule(digest: str = "") -> Answer:
    """Show the schedule without a session."""
    blank = _blank(digest)
    return page(
        "observations/schedule.html",
        blank,
        shell=True,
        words=_worked(SCHEDULE) | _drafted(),
        rows=list(answers.rows(blank)),
        whole=[],
    )


def _codebook() -> Codebook:
    """The codebook as it is shipped: what a study made of it comes with the kit."""
    instrument = context().instruments.newest()
    return open_codebook(codebook_file(instrument.id), instrument)


def _said(sentences: Mapping[str, str]) -> dict[str, str]:
    return {name: _(sentence) for name, sentence in sentences.items()}


def _worked(more: Mapping[str, str]) -> dict[str, str]:
    """The words of a screen where a record is worked out."""
    states = {f"review-{state}": sentence for state, sentence in review.STATES.items()}
    return {
        name: _(sentence) for name, sentence in {**SESSION, **WORKING, **states, **more}.items()
    }


def _drafted() -> dict[str, str]:
    """The words that a draft from the log is made of."""
    return {sentence: _(sentence) for sentence in prefill.WORDS}


def _states() -> dict[str, str]:
    return {state: state_name(state) for state in STATES}


def _blank(digest: str) -> Record:
    """A record of which nothing is known yet but its schedule; 404 for one that is not here."""
    instruments = context().instruments
    instrument = instruments.with_digest(digest) if digest else instruments.newest()
    if instrument is None:
        abort(404)
    return record_of("", Log(""), instrument)
