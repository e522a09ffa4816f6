"""What an import would bring, or brought, as it tells the page that began it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from observation.core.errors import Refused

from .claims import Plan
from .tables import Table

RUNNING, PLANNED, TAKEN, FAILED = "running", "planned", "taken", "failed"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its values, so that whoever reads it says it in their language."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def refused(self) -> Refused:
        """Return the refusal that says this."""
        return Refused(self.sentence, **{name: _refused(v) for name, v in self.values.items()})


@dataclass(frozen=True, slots=True)
class Told:
    """What a report says.

    `columns` says by header what each column holds; `unknown` are kind, name and how often; `ready`
    is whether it can be taken in. `codes` is how many changes a table of codes would make.
    """

    state: str
    why: Sentence | None = None
    profile: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0
    header: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[tuple[str, str, int], ...] = ()
    findings: tuple[tuple[str, Sentence], ...] = ()
    changes: tuple[tuple[int, str, tuple[str, ...]], ...] = ()
    interviews: tuple[str, ...] = ()
    codes: int | None = None
    ready: bool = False


class Report:
    """What an import tells of its end, in a form that can be written and read; `tell` writes it."""

    def __init__(self, tell: Callable[[dict[str, Any]], object]) -> None:
        self._tell = tell

    def planned(self, table: Table, plan: Plan, columns: Mapping[str, str], taken: bool) -> None:
        """Say what a table of claims would bring, or brought."""
        self._write(
            Told(
                TAKEN if taken else PLANNED,
                profile=plan.profile,
                encoding=plan.encoding,
                delimiter=plan.delimiter,
                header_row=plan.header_row,
                header=table.header,
                columns=columns,
                counts=dict(plan.counts),
                unknown=tuple((kind, name, n) for (kind, name), n in plan.unknown.items()),
                findings=tuple((f.kind, _sentence(f.refused())) for f in plan.findings),
                changes=tuple((c.row, c.document, c.changed) for c in plan.changes),
                interviews=tuple(plan.interviews),
                ready=plan.ready,
            )
        )

    def codes(self, table: Table, changes: int, taken: bool) -> None:
        """Say how many changes to the codebook a table of codes would make, or made."""
        state = TAKEN if taken else PLANNED
        self._write(Told(state, header=table.header, codes=changes, ready=bool(changes)))

    def failed(self, refused: Refused, header: tuple[str, ...] = ()) -> None:
        """Say why nothing was taken in; `header` are the columns where only their meaning lacks."""
        self._write(Told(FAILED, why=_sentence(refused), header=header))

    def _write(self, told: Told) -> None:
        self._tell(asdict(told))


def told_of(report: dict[str, Any]) -> Told:
    """Return what was told of an import; of one that goes on or broke off only that."""
    if "header" not in report:
        return Told(report["state"])
    value = dict(report)
    value["why"] = value["why"] and Sentence(**value["why"])
    value["findings"] = tuple((kind, Sentence(**told)) for kind, told in value["findings"])
    for name in ("unknown", "changes"):
        value[name] = tuple(map(tuple, value[name]))
    return Told(**value)


def _sentence(refused: Refused) -> Sentence:
    values = {
        name: asdict(_sentence(value)) if isinstance(value, Refused) else _plain(value)
        for name, value in refused.values.items()
    }
    return Sentence(refused.sentence, values)


def _plain(value: object) -> object:
    return value if isinstance(value, str | int) else str(value)


def _refused(value: Any) -> Any:
    return Sentence(**value).refused() if isinstance(value, dict) else value
