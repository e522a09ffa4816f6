"""Bundles: a study's events as JSON Lines, the form in which records travel and are kept.

The first line is a header `{"bundle": 1, "study": ..., "made": ..., "events": n}`, every other line
one event. `made` and `events` are optional; by `events` a bundle that was cut off is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from observation.core.canonical import parse_json
from observation.core.errors import N_, Refused
from observation.core.events import Event, instant, is_uuid, read_event
from observation.core.work import Progress, Step, quietly

FORMAT = 1
READ = N_("Events read")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A study's id, when the bundle was made (ISO 8601, or empty), and its events as in the file.

    `device` is the tablet that saved it, empty for any other bundle.
    """

    study: str
    made: str
    events: tuple[Event, ...]
    device: str = ""


def read_bundle(
    lines: Iterable[bytes],
    leave_out: Callable[[Refused], object] | None = None,
    progress: Progress = quietly,
    parts: int = 1,
) -> Bundle:
    """Return the bundle in these lines; raise Refused, naming the line, when anything is wrong.

    It is read whole before anything is kept, so a bad bundle leaves nothing behind. With
    `leave_out`, which is told what is wrong, lines that are no events are left out instead. To read it is
    the first of `parts` of some work.
    """
    study = made = None
    device, expected = "", None
    events: list[Event] = []
    number = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            value = _value(line, begun=study is not None)
            if study is None:
                study, made, expected, device = _header(value)
            else:
                events.append(read_event(value))
                progress(Step(READ, len(events), expected or 0, 1, parts))
        except Refused as refused:
            if leave_out is not None and study is not None:
                leave_out(
                    Refused(
                        N_("Line %(line)s is left out: %(reason)s"), line=number, reason=refused
                    )
                )
                continue
            raise Refused(
                N_("Line %(line)s of the bundle: %(reason)s Nothing was taken in."),
                line=number,
                reason=refused,
            ) from None
    if study is None or made is None:
        raise Refused(N_("The bundle is empty; its first line must be its header."))
    if expected is not None and expected != len(events):
        if leave_out is None:
            raise Refused(
                N_(
                    "The bundle should hold %(expected)s events and holds %(found)s: it was cut off or put together by hand. Nothing was taken in; fetch it again."
                ),
                expected=expected,
                found=len(events),
            )
        leave_out(
            Refused(
                N_("Of %(expected)s events %(found)s are left."),
                expected=expected,
                found=len(events),
            )
        )
    return Bundle(study, made, tuple(events), device)


def _value(line: bytes, begun: bool) -> Any:
    """What stands in a line; of a file that does not begin as a bundle does, None."""
    try:
        return parse_json(_text(line))
    except Refused:
        if begun:
            raise
        return None


def _text(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise Refused(N_("This is not UTF-8 text.")) from None


def _header(value: Any) -> tuple[str, str, int | None, str]:
    if not isinstance(value, dict) or "bundle" not in value:
        raise Refused(
            N_(
                'This is no bundle: one begins with a header such as {"bundle": 1, "study": ...}. A table must end in its kind, such as .csv.'
            )
        )
    if type(value["bundle"]) is not int or value["bundle"] != FORMAT:
        raise Refused(
            N_(
                "This bundle has format %(format)s; this program reads %(known)s. Install a newer one."
            ),
            format=str(value["bundle"])[:60],
            known=FORMAT,
        )
    study, events = value.get("study"), value.get("events")
    if not is_uuid(study):
        raise Refused(N_("The header names no study; “study” must be its UUID in lower case."))
    if "events" in value and not (type(events) is int and events >= 0):
        raise Refused(N_("In the header, “events” must be a whole number, 0 or more."))
    if "made" in value:
        instant(value["made"])
    device = value.get("device")
    return study, value.get("made", ""), events, device if isinstance(device, str) else ""
