"""The sample study, folded: records of three board sessions, one of them by two observers."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

from observation.core.cells import Case, Interviewed, Triangulation
from observation.core.codebook import open_codebook
from observation.core.interviews import FOCUS_GROUP, fold_interview, heard
from observation.core.records import Record
from observation.core.registers import fold_school, fold_study
from observation.core.sessions import observed_of
from observation.core.triangulation import triangulate
from observation.importing.bundle import read_bundle
from observation.instruments import SHIPPED, Instruments
from observation.instruments.codebooks import codebook_file
from observation.settings import SCHEDULES
from observation.store import Receipt, open_store
from observation.store.catalogue import Catalogue
from observation.store.deposit import deposit

FILE = Path(__file__).parents[1] / "observation" / "sample" / "study.jsonl"
with FILE.open("rb") as _source:
    BUNDLE = read_bundle(_source)


@cache
def records() -> dict[str, Record]:
    """Return the sample's observations by label."""
    store = open_store("memory:")
    catalogue = Catalogue(store.events, Instruments())
    receipt = Receipt("2018-04-06T08:00:00.000Z", "test")
    deposit(store.events, catalogue, BUNDLE.study, BUNDLE.events, receipt)
    return {record.observation.label: record for record in catalogue.records(BUNDLE.study)}


@cache
def triangulations() -> dict[str, Triangulation]:
    """Return what is suggested of the sample's schools, by code."""
    streams = defaultdict(list)
    for event in BUNDLE.events:
        streams[event.stream].append(event)
    by_kind = defaultdict(list)
    for stream, events in streams.items():
        by_kind[stream.partition("/")[0]].append(events)
    instrument = Instruments().newest()
    (study,) = map(fold_study, by_kind["study"])
    codebook = open_codebook(codebook_file(instrument.id), instrument, study.versions)
    schools = list(map(fold_school, by_kind["school"]))
    interviews = {each.stream: each for each in map(fold_interview, by_kind["interview"])}
    testimony = heard(interviews.values(), schools)
    observed = [observed_of(record.observation, instrument) for record in records().values()]
    taken = {k: Interviewed(v.date, v.kind == FOCUS_GROUP, v.label) for k, v in interviews.items()}
    return {
        school.code: triangulate(
            Case(
                school,
                tuple(each for each in observed if each.school == school.code),
                tuple(c for c in testimony.claims if interviews[c.interview].school == school.code),
                taken,
                testimony.interviewed.get(school.code, ()),
            ),
            instrument,
            codebook,
        )
        for school in schools
    }


def another_version(data: Path) -> None:
    """Put version 1.1 of the schedule into a data folder: its phase “Inhoud” is called “Thema”."""
    source = (SHIPPED / "appendix-4.toml").read_text(encoding="utf-8")
    source = source.replace('version = "1.0"', 'version = "1.1"')
    source = source.replace('nl = "Inhoud", en = "Content"', 'nl = "Thema", en = "Theme"')
    folder = data / SCHEDULES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.toml").write_text(source, encoding="utf-8")
