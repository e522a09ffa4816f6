"""What JavaScript says on the page of this tablet."""

from __future__ import annotations

from flask_babel import gettext as _

from observation.core.errors import N_
from observation.core.prefill import leader_name
from observation.core.records import NOBODY, NOT_RECORDED

from . import entries

STATES = ("seen", "not-seen", "not-judgeable")

SENTENCES = {
    "unknown-session": N_("Observation without a beginning"),
    "an-interview": N_("Interview"),
    "interview": N_("Interview"),
    "focus-group": N_("Focus group"),
    "claim": N_("Claim %(number)s"),
    "claims": N_("claims: %(number)s"),
    "on-this-tablet": N_("on this tablet"),
    "on-the-server": N_("on the server"),
    "not-on-the-server": N_("not on the server yet: %(number)s"),
    "set-aside": N_("set aside on the server: %(number)s"),
    "in-a-checked-backup": N_("in a checked backup"),
    "not-in-a-checked-backup": N_("not in a checked backup yet"),
    "all-sent": N_("Everything is on the server."),
    "some-aside": N_("Everything was sent. Entries set aside on the server: %(number)s. %(why)s"),
    "some-unsent": N_("Entries not sent yet: %(number)s, the oldest %(age)s."),
    "faults": N_("What went wrong in the app itself: %(number)s"),
    "times": N_("%(number)s times"),
    "removed": N_("Removed from the list: %(number)s"),
    "hidden-until": N_("stands in the list again on %(day)s"),
    "nothing": N_("Nothing was recorded on this tablet yet."),
    "never-tried": N_("Not tried yet."),
    "tried": N_("Last try %(time)s: it worked."),
    "tried-in-vain": N_("Last try %(time)s. %(why)s"),
    "no-connection": N_("No connection."),
    "no-server": N_("Something else answered instead of the server."),
    "server-busy": N_("The server cannot take it in now."),
    "not-enrolled": N_("This tablet is not enrolled."),
    "not-approved": N_("This tablet waits for approval."),
    "recovered": N_(
        "This tablet's records were cleared by the browser; entries put back: %(number)s (%(time)s)."
    ),
    "erased": N_(
        "Erased on the server: entries %(number)s, of records %(records)s. They are deleted on this tablet too."
    ),
    "empty-now": N_("Empty it"),
    "empty-sure": N_("Yes, delete everything on this tablet"),
    "empty-lacking": N_(
        "Not on the server yet: %(number)s. Send that first, or save a copy that somebody keeps."
    ),
    "empty-saved": N_(
        "A copy was saved; look whether the file is there before you empty the tablet."
    ),
    "empty-held": N_("Another page of this app holds the records; close it and try again."),
    "ready": N_("ready"),
    "ready-not": N_("not ready: %(held)s of %(all)s files"),
    "ready-never": N_("not possible here: this needs HTTPS and a browser that can keep pages"),
    "stays-already": N_("promised by the browser, before it was asked here"),
    "stays-granted": N_("promised by the browser when it was asked"),
    "stays-denied": N_("not promised by the browser"),
    "stays-unsupported": N_("this browser makes no promise"),
    "stays-error": N_("the browser could not be asked"),
    "stays-not-asked": N_("asked when the first observation begins"),
    "room": N_("%(number)s MB free"),
    "room-unknown": N_("the browser does not say"),
    "clock-right": N_("as the server's, within two minutes"),
    "clock-unknown": N_("not compared with the server's yet"),
    "clock-ahead": N_("%(number)s min ahead of the server's"),
    "clock-behind": N_("%(number)s min behind the server's"),
    "wrong-answer": N_("The server cannot be reached. Try again when there is a connection."),
    "taken-in": N_("Entries taken in: %(number)s."),
    "unknown-kind": N_("Entry “%(kind)s”, which this version does not know"),
    "page-hidden": N_("The screen was left"),
    "page-shown": N_("Back on the screen"),
    "no-copy": N_("This file is no copy of a tablet; choose the one that “Save a copy” wrote."),
}


def words() -> dict[str, str]:
    """Return them in the language of this request."""
    said = {
        name: _(sentence)
        for name, sentence in (entries.SENTENCES | entries.FIELDS | SENTENCES).items()
    }
    said |= {f"lead-{who}": leader_name(who, _).capitalize() for who in (NOBODY, NOT_RECORDED)}
    return said | {state: entries.state_name(state) for state in STATES}
