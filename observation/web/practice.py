"""A made-up session to practise on, and what JavaScript says of how far the practice is."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from observation.core.errors import N_
from observation.core.instrument import Instrument

# In place of what Capture says of what is not sent yet: this never is.
SENTENCES = {
    "unsent": N_("practice: never sent"),
    "practice": "",
    "done": N_("done"),
    "not-done": N_("not done yet"),
    "no-connection": N_("No connection."),
    "no-server": N_("Something else answered instead of the server."),
    "server-busy": N_("The server cannot take it in now."),
    "not-enrolled": N_("This tablet is not enrolled."),
    "not-approved": N_("This tablet waits for approval."),
}


def words() -> dict[str, str]:
    """Return the sentences in the language of this request."""
    return {name: sentence and _(sentence) for name, sentence in SENTENCES.items()}


def begun(instrument: Instrument) -> dict[str, Any]:
    """Return the data of the beginning of a session at a made-up school, with somebody of each role."""
    people = [
        {"person": f"P{number}", "role": role.id, "present": True, "expected": True}
        for number, role in enumerate(instrument.roles, 1)
    ]
    return {
        "instrument": {
            "id": instrument.id,
            "version": instrument.version,
            "digest": instrument.digest,
        },
        "school": _("made-up"),
        "unit": _("made-up unit"),
        "label": _("Practice"),
        "people": people,
        "source": "live",
    }
