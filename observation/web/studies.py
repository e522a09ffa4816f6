"""The study: its schools, their observations and the state of the work."""

from __future__ import annotations

from collections.abc import Collection, Iterator
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

from . import backups

pages = Blueprint("studies", __name__)


@dataclass(frozen=True, slots=True)
class Row:
    """An observation as the list shows it; `begun` is the wall clock of the place.

    `in_backup` says whether all that is kept of it is in a checked backup.
    """

    record: Record
    begun: datetime | None
    in_backup: bool

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
    return render_template(
        "studies/index.html", studies=list(_studies(context)), backup=backups.summary()
    )


def _studies(context: Context) -> Iterator[StudyView]:
    events = context.store.events
    for id in events.studies():
        records = context.catalogue.records(id)
        # After the records: what is said to be in a backup is never older than what is shown.
        covered, versions = context.in_backup.versions(id), events.versions(id)
        safe = {stream for stream, version in versions.items() if covered.get(stream) == version}
        rows = [_row(record, safe) for record in records]
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


def _row(record: Record, safe: Collection[str]) -> Row:
    observation = record.observation
    in_backup = observation.stream in safe
    if observation.begun is None:
        return Row(record, None, in_backup)
    zone = str(observation.begun.data.get("moment", observation.begun.at))
    return Row(record, local_time(observation.start, zone), in_backup)
