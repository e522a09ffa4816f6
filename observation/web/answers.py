"""The schedule: the eleven questions with the observer's answers, or a draft of each from the log."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, request

from observation.core.instrument import Question
from observation.core.records import Issue, Record
from observation.export.answers import shown_answers

from .posting import post
from .screens import Answer, find, page
from .words import language

pages = Blueprint("answers", __name__, url_prefix="/observations")

KINDS = ("answer-given", "issue-answered", "observation-finished")


@dataclass(frozen=True, slots=True)
class Row:
    """A question with its answers: one, several that contradict each other, or a draft.

    `replaces` are the events of the answers that stand; `issues` what a reviewer asked of it.
    """

    question: Question
    texts: tuple[str, ...]
    draft: bool
    replaces: tuple[str, ...]
    issues: tuple[Issue, ...]

    @property
    def text(self) -> str:
        """The answer, the draft, or the first of those that contradict each other."""
        return self.texts[0] if self.texts else ""


@pages.get("/<uuid:observation>/schedule")
def show(observation: object) -> Answer:
    """Show the schedule to be worked out."""
    return _screen(find(observation))


@pages.post("/<uuid:observation>/schedule/events")
def event(observation: object) -> Answer:
    """Record an answer, and show the schedule again; who finished sees the observation."""
    done = request.form.get("_kind") == "observation-finished"
    return post(observation, KINDS, _screen, "observations.show" if done else "answers.show")


def rows(record: Record) -> Iterator[Row]:
    """Yield every question of the schedule as it stands, in the page's language."""
    given = record.observation.answers
    issues = record.observation.review.issues
    for shown in shown_answers(record, language()):
        id = shown.question.id
        yield Row(
            shown.question,
            shown.texts,
            shown.draft,
            given[id].events if id in given else (),
            tuple(issue for issue in issues if issue.question == id),
        )


def drafts(record: Record) -> int:
    """Return how many answers are only a draft from the log."""
    return sum(row.draft and bool(row.text) for row in rows(record))


def _screen(found: Record, refused: str = "") -> Answer:
    issues = found.observation.review.issues
    return page(
        "observations/schedule.html",
        found,
        refused,
        rows=list(rows(found)),
        whole=[issue for issue in issues if not issue.question],
    )
