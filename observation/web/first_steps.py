"""The first hour: what is next until the first observation is there, by what the study holds and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import g, url_for
from flask_babel import gettext as _

from observation.core.registers import School
from observation.store.devices import devices
from observation.store.server import SAMPLE

from .area import Area, area
from .quarantine import readable
from .screens import context


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do before the first observation: what, why or how far, and where it is done.

    `endpoint` is the route that it takes, by which a role may do it or not. With `may_wait` the next one can be
    done before it. `shell` is where a tablet does it without a network, empty for none.
    """

    name: str
    about: str
    act: str
    address: str
    endpoint: str
    done: bool = False
    may_wait: bool = False
    shell: str = ""


def first_steps(study: str) -> Sequence[Step]:
    """Return what the visitor can do towards the first observation of the study, in order; empty once it is there."""
    if not study or study == SAMPLE or _is_observed(study):
        return ()
    return [each for each in _steps(area(study)) if g.visitor.may(each.endpoint, study)]


def next_step(study: str) -> Step | None:
    """Return the first of them that is not done."""
    return next((each for each in first_steps(study) if not each.done), None)


def _is_observed(study: str) -> bool:
    look = context().catalogue.look(study)
    return bool(look.values or look.damaged or look.missing)


def _steps(found: Area) -> Iterator[Step]:
    store = context().store
    of: dict[str, Any] = {"study": found.id if found.id in store.events.studies() else None}
    schools, members = found.schools(), found.study.members
    units = [unit for school in schools for unit in school.units]
    every = readable(lambda registry: devices(registry, []), []) or []  # Tablets names the damage
    tablets = [each.name for each in every if each.study == found.id and not each.revoked]
    yield Step(
        _("Name the study"),
        found.study.name or _("A name by which you know it; it can be put right later."),
        _("Name the study"),
        url_for("register.show", **of),
        "register.event",
        bool(found.study.name),
    )
    yield Step(
        _("Add a school"),
        ", ".join(_("School %(school)s", school=school.code) for school in schools)
        or _("By a code, never by its name."),
        _("Add a school"),
        url_for("schools.index", **of) + "#new",
        "schools.add",
        bool(schools),
    )
    yield Step(
        _("Say who observes, and which unit"),
        " · ".join(
            [
                ", ".join(members) or _("no observer yet"),
                ", ".join(units) or _("no unit yet"),
            ]
        ),
        _("Add a unit") if members else _("Add an observer"),
        _place_of_units(schools, of) if members else url_for("register.show", **of) + "#members",
        "schools.event",
        bool(members and units),
    )
    yield Step(
        _("Add a tablet"),
        ", ".join(tablets) or _("This may wait: the device that you look at can record as well."),
        _("Add a tablet"),
        url_for("tablets.index", **of),
        "tablets.code",
        bool(tablets),
        may_wait=True,
    )
    yield Step(
        _("Record the first observation"),
        _("Its form asks who is expected; from the second time on they are there already."),
        _("New observation"),
        url_for("beginning.show", **of),
        "beginning.begin",
        shell=url_for("shell.show_new"),
    )


def _place_of_units(schools: Sequence[School], of: dict[str, Any]) -> str:
    """Where a unit is added: on the page of the first school, or where there is none yet the list of them."""
    if not schools:
        return url_for("schools.index", **of) + "#new"
    return url_for("schools.show", school=schools[0].stream.partition("/")[2]) + "#units"
