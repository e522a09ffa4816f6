"""How far an observation is: draft, finished, has issues, approved, and edited, set by nobody.

Finishing and approving say how many events of content they were made in the sight of. Any that comes
later, also late from another device, makes the numbers differ, and the record is *edited*: no clock
decides it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .errors import N_
from .records import Entry, Issue, Review

REVIEWING = ("issue-raised", "issue-closed", "observation-approved")  # by the member who says so
# What each state is called, wherever it is shown.
STATES = {
    "draft": N_("draft"),
    "finished": N_("finished"),
    "has-issues": N_("has issues"),
    "approved": N_("approved"),
    "edited": N_("edited"),
}
# What is said about a record, or recorded by the machine, does not change what the record says.
ABOUT = frozenset(
    (
        "observation-finished",
        "observation-approved",
        "issue-raised",
        "issue-answered",
        "issue-closed",
        "label-assigned",
        "page-hidden",
        "page-shown",
    )
)


def content_events(log: Iterable[Entry]) -> int:
    """Return how many events of a log say something of the session, retracted ones included."""
    return sum(entry.event.kind not in ABOUT for entry in log)


def review(log: Sequence[Entry], counted: Sequence[Entry]) -> Review:
    """Return the state of review of a record: `log` holds all its events, `counted` those that count."""
    number = content_events(log)
    issues = _issues(counted)
    finished = [e.event for e in counted if e.event.kind == "observation-finished"]
    approved = [e.event for e in counted if e.event.kind == "observation-approved"]
    if any(issue.open for issue in issues):
        state = "has-issues"
    elif any(event.data["events"] == number for event in approved):
        state = "approved"
    elif any(event.data["events"] == number for event in finished):
        state = "finished"
    else:
        state = "edited" if finished or approved else "draft"
    return Review(
        state,
        number,
        finished[-1].id if finished else "",
        approved[-1].id if approved else "",
        issues,
    )


def _issues(counted: Sequence[Entry]) -> tuple[Issue, ...]:
    answers: dict[str, list[str]] = {}
    closed: set[str] = set()
    for entry in counted:
        data = entry.event.data
        if entry.event.kind == "issue-answered":
            answers.setdefault(data["issue"], []).append(data["text"])
        elif entry.event.kind == "issue-closed":
            closed.add(data["issue"])
    return tuple(
        Issue(
            entry.event.id,
            entry.event.data.get("question", ""),
            entry.event.data["text"],
            entry.event.by,
            tuple(answers.get(entry.event.id, ())),
            entry.event.id not in closed,
        )
        for entry in counted
        if entry.event.kind == "issue-raised"
    )
