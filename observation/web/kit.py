"""What a tablet may read: the field kits, what it began itself, and instruments. Never others' records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from flask import Blueprint, Response, abort, json, request

from observation.core.codebook import Code, Codebook
from observation.core.errors import N_, Refused
from observation.core.events import utc
from observation.language import LANGUAGES
from observation.store.accounts import OBSERVER
from observation.store.catalogue import in_order
from observation.store.devices import Device
from observation.store.pending import erased_streams, heard
from observation.store.projection import Look
from observation.store.reading import read_stream
from observation.store.summary import InterviewSummary, Summary, begun_by

from .api import Denied, answer, bearer, routes_of
from .area import area
from .deposits import server
from .screens import context
from .units import Known, Unit, highest_number, known

routes = routes_of("kit")
public = Blueprint("instruments", __name__)

STILL_READING = Refused(N_("The server is still reading its records; ask again in a minute."))
OBSERVES = N_("This tablet was enrolled for observations only.")
FOR_EVER = "public, max-age=31536000, immutable"  # a released instrument never changes


@routes.get("/kit")
def show() -> Response:
    """Answer with what the tablet needs for an observation, and what became of its own."""
    device = bearer(reading=True)
    look = context().catalogue.look(device.study)
    if look.missing:  # the tablet goes on with the kit that it has, which is better than half a one
        raise STILL_READING
    found, instrument = known(context(), device.study, look), context().instruments.newest()
    registry, now = context().store.registry, utc(context().clock.now())
    streams = _streams(device, look)
    heard(registry, device.study, device.id, now)
    return answer(
        {
            "study": device.study,
            "server": server(),
            "instrument": {
                "id": instrument.id,
                "version": instrument.version,
                "digest": instrument.digest,
            },
            "units": [_unit(unit) for unit in found.units],
            "observers": list(found.members),
            "labels": _labels(found),
            "streams": streams,
        }
    )


@routes.get("/kit/interviews")
def interviews() -> Response:
    """Answer with what a tablet needs for claims, or 304 when that is what it has already."""
    device = bearer(reading=True)
    if device.role == OBSERVER:
        raise Denied(403, OBSERVES)
    look = context().catalogue.interviews(device.study)
    if look.missing:
        raise STILL_READING
    found = area(device.study)
    gone = context().catalogue.withdrawn(device.study)
    codebook, schools = found.codebook, context().catalogue.schools(device.study)
    response = answer(
        {
            "codebook": {
                "version": codebook.version,
                "codes": [_code(codebook, code) for code in codebook.codes.values()],
            },
            "members": list(found.study.members),
            "schools": [plain(each) for each in schools],
            "interviews": [_interview(e) for e in look.values.values() if e.school not in gone],
        }
    )
    response.add_etag()
    response.make_conditional(request)
    return response


@routes.get("/streams/<any(observation, interview):kind>/<uuid:uuid>")
def stream(kind: str, uuid: object) -> Response:
    """Answer with all events of an observation or interview that this tablet began."""
    device, name = bearer(reading=True), f"{kind}/{uuid}"
    if kind == "interview" and device.role == OBSERVER:
        raise Denied(403, OBSERVES)
    events = context().store.events
    version = events.versions(device.study).get(
        name, ""
    )  # before the read: what comes later differs
    log = read_stream(events, device.study, name)
    if begun_by(log) != device.id:
        raise Denied(404, N_("There is no such thing here."))
    return answer(
        {
            "stream": name,
            "version": version,
            "events": [event.as_dict() for event in log.events],
            "erased": [shell.id for shell in log.shells],
        }
    )


@public.get("/instruments/<digest>.json")
def instrument(digest: str) -> Response:
    """Answer with the instrument whose file has this SHA-256."""
    found = context().instruments.with_digest(digest)
    if found is None:
        abort(404)
    response = Response(
        json.dumps(plain(found), ensure_ascii=False), content_type="application/json"
    )
    response.headers["Cache-Control"] = FOR_EVER
    return response


def plain(value: Any) -> Any:
    """Return a value of dataclasses, texts by language and tuples as JSON knows them."""
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    return value


def _unit(unit: Unit) -> dict[str, Any]:
    people = [{"person": each["person"], "role": each["role"]} for each in unit.people]
    return {"school": unit.school, "unit": unit.unit, "place": unit.place, "people": people}


def _labels(found: Known) -> dict[str, int]:
    schools = sorted({unit.school for unit in found.units})
    return {school: highest_number(school, found.labels) for school in schools}


def _code(codebook: Codebook, code: Code) -> dict[str, Any]:
    path = {each: codebook.path(code.id, each) for each in LANGUAGES}
    merged = {"into": code.into} if code.into else {}
    return {"id": code.id, "name": plain(code.name), "aliases": code.aliases, "path": path} | merged


def _interview(each: InterviewSummary) -> dict[str, Any]:
    return {
        "stream": each.stream,
        "interview": each.label,
        "kind": each.kind,
        "school": each.school,
        "date": each.date,
        "topic-list": each.topic_list,
        "participants": each.participants,
        "claims": len(each.codes),
        "number": each.next_number,
    }


def _streams(device: Device, look: Look[Summary]) -> dict[str, Any]:
    """What became of what this tablet recorded: of what it began all, of others' interviews its own part."""
    covered = context().in_backup.versions(device.study)
    versions = context().store.events.versions(device.study)
    found: dict[str, Any] = {}
    for name in erased_streams(context().store.registry, device.study, device.id):
        if name in versions:  # nothing of it is to be asked for
            gone = {"version": "", "label": "", "events": 0}
            found[name] = _state(device, name, versions, covered) | gone
    own = [each for each in in_order(look.values.values()) if each.source == device.id]
    found |= {
        each.stream: _state(device, each.stream, look.versions, covered)
        | {"label": each.label, "state": each.state, "events": each.events}
        for each in own
    }
    interviews = context().catalogue.interviews(device.study)
    for each in interviews.values.values():
        if device.id not in each.sent:
            continue
        state = _state(device, each.stream, interviews.versions, covered) | {"label": each.label}
        begun = each.source == device.id
        if not begun:  # nor a version, by which it would ask for what others wrote down
            state["version"] = ""
        events = sum(each.sent.values()) if begun else each.sent[device.id]
        found[each.stream] = state | {"events": events}
    return found


def _state(
    device: Device, name: str, versions: Mapping[str, str], covered: Mapping[str, str]
) -> dict[str, Any]:
    version = versions.get(name, "")
    try:
        shells = [s.id for s in read_stream(context().store.events, device.study, name).shells]
        unknown = False
    except Refused:  # damaged since it was last folded: one record hides no other
        shells, unknown = [], True
    return {
        "version": version,
        "shells": shells,
        "unknown": unknown,
        "backup": bool(version) and covered.get(name) == version,
    }
