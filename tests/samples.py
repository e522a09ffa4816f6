"""The sample study, folded: records of three board sessions, one of them by two observers."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from observation.core.records import Record
from observation.importing.bundle import read_bundle
from observation.instruments import SHIPPED, Instruments
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


def another_version(data: Path) -> None:
    """Put version 1.1 of the schedule into a data folder: its phase “Inhoud” is called “Thema”."""
    source = (SHIPPED / "appendix-4.toml").read_text(encoding="utf-8")
    source = source.replace('version = "1.0"', 'version = "1.1"')
    source = source.replace('nl = "Inhoud", en = "Content"', 'nl = "Thema", en = "Theme"')
    folder = data / SCHEDULES
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "own.toml").write_text(source, encoding="utf-8")
