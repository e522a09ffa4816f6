"""What was set aside, in words: by tablet, reason and stream, an entry an event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from observation.core.canonical import digest
from observation.core.errors import N_, Problem, Refused
from observation.core.events import stream_kind
from observation.store import Log, Receipt
from observation.store.accepting import Standing
from observation.store.catalogue import record_of
from observation.store.log import extended
from observation.store.quarantine import SetAside
from observation.store.reading import read_stream

from .entries import lines
from .moments import to_the_second
from .screens import context

UNKNOWN = {
    "observation": N_("Observation not known here"),
    "interview": N_("Interview not known here"),
    "": N_("Of no observation"),
}
KINDS = {"page-hidden": N_("Left the screen"), "page-shown": N_("Back on the screen")}


@dataclass(frozen=True, slots=True)
class Group:
    """What was set aside of one tablet, for one reason and of one stream, as it came.

    `key` names it in addresses; `stream` and `label` are empty where none is known.
    """

    key: str
    tablet: str
    reason: Problem
    stream: str
    label: str
    standings: tuple[Standing, ...]

    @property
    def study(self) -> str:
        """The study of the tablet, empty where that is not known."""
        return self.standings[0].study

    @property
    def name(self) -> str:
        """Return what the group is called on a page."""
        kind = self.stream.partition("/")[0]
        return self.label or _(UNKNOWN.get(kind, UNKNOWN[""]))

    def of(self, state: str) -> list[Standing]:
        """Return those in this state."""
        return [each for each in self.standings if each.state == state]


@dataclass(frozen=True, slots=True)
class Told:
    """An event that was set aside: when by the tablet's own clock, and what it says."""

    time: str
    text: str
    detail: str


def groups(found: Iterable[Standing], tablets: Mapping[str, str]) -> list[Group]:
    """Return them in groups, the newest first; `tablets` are names by device."""
    found = list(found)
    labels = _labels(found)
    grouped: dict[str, list[Standing]] = {}
    for each in found:
        grouped.setdefault(_key(each.item), []).append(each)
    made = []
    for key, own in reversed(grouped.items()):
        item = own[0].item
        stream = _stream(item.event)
        tablet = tablets.get(item.device, item.device)
        label = labels.get(stream, "")
        made.append(Group(key, tablet, item.reason, stream, label, tuple(own)))
    return made


def tell(group: Group, state: str) -> Iterator[Told]:
    """Yield what the events in this state say, in the order and the words of the log."""
    log = _log(group)
    digests = {item.event.id: item.digest for item in log.kept}
    record = record_of("", log, context().instruments.pinned(log.events))
    order = {digests[entry.event.id]: n for n, entry in enumerate(record.observation.log)}
    told = {digests[line.event]: line for line in lines(record)}
    for each in sorted(group.of(state), key=lambda each: order.get(each.item.digest, len(order))):
        line = told.get(each.item.digest)
        value = each.item.event if isinstance(each.item.event, Mapping) else {}
        text, detail = (line.text, line.detail) if line else (_kind(value), "")
        yield Told(to_the_second(str(value.get("at", ""))), text, detail)


def _key(item: SetAside) -> str:
    reason = [item.reason.sentence, [list(pair) for pair in item.reason.values]]
    return digest([item.device, reason, _stream(item.event)])[:16]


def _stream(value: Any) -> str:
    stream = str(value.get("stream")) if isinstance(value, Mapping) else ""
    try:
        stream_kind(stream)
    except Refused:
        return ""
    return stream


def _labels(found: Iterable[Standing]) -> dict[str, str]:
    """The labels of observations and interviews: as they are called here, else as their beginning calls them."""
    labels, studies = {}, set()
    for each in found:
        studies.add(each.study)
        if each.event and each.event.kind == "observation-begun":
            labels[each.event.stream] = str(each.event.data.get("label", ""))
        if each.event and each.event.kind == "interview-recorded":
            labels[each.event.stream] = str(each.event.data.get("interview", ""))
    for study in studies - {""}:
        known = context().catalogue.look(study).values
        labels |= {stream: summary.label for stream, summary in known.items() if summary.begun}
        interviews = context().catalogue.interviews(study).values
        labels |= {stream: each.label for stream, each in interviews.items()}
    return labels


def _log(group: Group) -> Log:
    """The stream as it would be with all of the group in it, of which nothing gives way."""
    nowhere = Receipt("", "")
    own = [each.event for each in group.standings if each.event]
    log, _outcomes = extended(Log(group.stream), own, nowhere)
    study = group.standings[0].study
    try:
        there = read_stream(context().store.events, study, group.stream).events
    except Refused:
        return log
    return extended(log, there, nowhere)[0]


def _kind(value: Mapping[str, Any]) -> str:
    kind = str(value.get("kind", ""))[:60]
    return _(KINDS[kind]) if kind in KINDS else kind or _("no event")
