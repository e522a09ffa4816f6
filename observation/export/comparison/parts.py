"""What the comparison of schools is made of: parts with figures, a figure with a table and a chart."""

from __future__ import annotations

from dataclasses import dataclass

from observation.core.cells import Cell
from observation.core.verdicts import Verdict

from ..charts import Chart


@dataclass(frozen=True, slots=True)
class Mark:
    """A verdict in words, how often seen and said in words and in figures, and the cell that it is of."""

    verdict: Verdict
    word: str
    text: str
    figures: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, the first cell of which names it; a band has only that one, for those below it."""

    cells: tuple[str | Mark, ...]
    band: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The names of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A table with a name where there are several, and the chart that shows it, if any."""

    table: Table
    name: str = ""
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the comparison: its title, what it says in a sentence or two, and its figures."""

    id: str
    title: str
    text: str
    figures: tuple[Figure, ...]
