"""Folded state in, bytes out: the forms in which an observation leaves the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from observation.core.records import Record

from .csv import observation_csv, observation_csv_raw
from .json import observation_json
from .pdf.summary import observation_summary

FORMATS: Mapping[str, Callable[[Record, str], bytes]] = {
    "pdf": observation_summary,
    "csv": observation_csv,
    "csv-raw": observation_csv_raw,
    "json": observation_json,
}
