"""The study: its schools, their observations and the state of the work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from flask import Blueprint, current_app, render_template

from observation.core.errors import Refused
from observation.core.events import Event, local_time
from observation.core.records import Record
from observation.core.registers import Study, fold_study
from observation.settings import Context
from observation.store.catalogue import read_stream

pages = Blueprint("studies", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """An observation as the list shows it; `begun` is the wall clock of the place."""

    record: Record
    begun: datetime | None

    @property
    def school(self) -> str:
        """The school's code, empty while nothing says it."""
        header = self.record.observation.header
        return header["school"].value if "school" in header else ""


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study with its observations by school, and what of it cannot be read."""

    study: Study
    schools: list[tuple[str, list[Row]]]
    damaged: list[Refused]


@pages.get("/")
def index() -> str:
    """Show every study that is kept here."""
    context: Context = current_app.extensions["observation"]
    return render_template("studies/index.html", studies=list(_studies(context)))


def _studies(context: Context) -> Iterator[StudyView]:
    events = context.store.events
    for id in events.studies():
        rows = [_row(record) for record in context.catalogue.records(id)]
        rows.sort(key=lambda row: row.school)
        schools = [(school, list(group)) for school, group in groupby(rows, lambda row: row.school)]
        damaged = context.catalogue.damaged(id)
        log: list[Event] = []
        for stream in events.versions(id):
            if stream.startswith("study/"):
                try:
                    log += read_stream(events, id, stream).events
                except Refused as refused:
                    damaged.append(refused)
        yield StudyView(fold_study(log), schools, damaged)


def _row(record: Record) -> Row:
    observation = record.observation
    if observation.begun is None:
        return Row(record, None)
    zone = str(observation.begun.data.get("moment", observation.begun.at))
    return Row(record, local_time(observation.start, zone))
