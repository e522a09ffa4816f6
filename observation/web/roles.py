"""Who may do what: one table, a row for every route."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from flask import abort, request

from observation.core.errors import Refused
from observation.store.accounts import ANALYST, LEAD, OBSERVER, OPERATOR, ROLES
from observation.store.devices import find_device
from observation.store.erasure import erasure
from observation.store.server import SAMPLE, current_study
from observation.store.sessions import Session

from .made import find_made
from .quarantine import study_of_group
from .screens import context
from .uploads import find_upload

Roles = frozenset[str]

EVERYBODY: Roles = frozenset(ROLES)
CAPTURE: Roles = frozenset({OBSERVER, ANALYST, LEAD})
ANALYSIS: Roles = frozenset({ANALYST, LEAD})
LEADING: Roles = frozenset({LEAD})
OPERATION: Roles = frozenset({OPERATOR, LEAD})


@dataclass(frozen=True, slots=True)
class Row:
    """Who may use a route.

    `of` finds the study that a request is about, and answers 404 where there is none; None for what is
    about no study in particular, which a role in any study allows. With `own` an observer uses it for
    what that observer recorded only. `open` needs no account: it holds nothing of a study, or knows a
    tablet by its token.
    """

    roles: Roles = frozenset()
    of: Callable[[], str] | None = None
    own: bool = False
    open: bool = False


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks, with roles and codes as a member by study.

    `session` is None for who did not sign in. With `here` it is whoever sits at the server itself, who leads
    every study.
    """

    session: Session | None = None
    here: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, str] = field(default_factory=dict)

    @property
    def account(self) -> str:
        """The name of the account, empty without one."""
        return self.session.account if self.session else ""

    def role(self, study: str) -> str:
        """Return the role in this study, empty for none."""
        return LEAD if self.here else self.roles.get(study, "")

    def member(self, study: str) -> str:
        """Return the code of whoever it is as a member of this study, empty where none is said."""
        return self.members.get(study, "")

    def may(self, endpoint: str, study: str = "") -> bool:
        """Return whether the route may be used: in this study, or in any."""
        row = ROWS.get(endpoint, Row())
        found = {self.role(study)} if study or self.here else {*self.roles.values()}
        return row.open or bool(row.roles & found)

    def may_see(self, study: str, observer: Collection[str]) -> bool:
        """Return whether an observation of the study may be seen that these members observed."""
        role = self.role(study)
        return role in ANALYSIS or (role in CAPTURE and self.member(study) in observer)

    def studies(self, roles: Roles = EVERYBODY) -> list[str]:
        """Return the studies of which something is kept here and in which it has one of these roles."""
        every = context().store.events.studies()
        return [study for study in every if self.role(study) in roles]

    def first(self, roles: Roles) -> str:
        """Return the study that is meant where none is named, empty where it has none of these roles."""
        first = current_study(context().store)
        if self.role(first) in roles:
            return first
        return min((study for study, role in self.roles.items() if role in roles), default="")


def study_for(visitor: Visitor, endpoint: str) -> str:
    """Return the study that the request is about, empty for none; answer 404 for who may not use the route.

    That is the answer to what does not exist, too: it tells nobody that something is there.
    """
    row = ROWS.get(endpoint, Row())
    if row.of is None:
        return "" if visitor.may(endpoint) else abort(404)
    study = row.of() or visitor.first(row.roles)
    if not study or not visitor.may(endpoint, study):
        abort(404)
    if row.own and visitor.role(study) not in ANALYSIS:
        stream = f"observation/{(request.view_args or {})['observation']}"
        header = context().catalogue.record(study, stream).observation.header
        if not visitor.may_see(study, header["observer"].values if "observer" in header else ()):
            abort(404)
    return study


def _stream(kind: str, name: str = "") -> Callable[[], str]:
    """The study of the stream that the address names."""

    def found() -> str:
        uuid = (request.view_args or {})[name or kind]
        study = context().store.events.study_of(f"{kind}/{uuid}")
        return study or abort(404)

    return found


def _chosen() -> str:
    """The study that the address names; empty where it names none."""
    return request.args.get("study", "")


def _begun() -> str:
    """The study in which an observation is to begin: where the form says, whatever its address says."""
    given = request.form if request.method == "POST" else request.args
    return given.get("study", "")


def _tablet() -> str:
    device = find_device(context().store.registry, str((request.view_args or {})["device"]))
    return device.study if device else abort(404)


def _upload() -> str:
    return find_upload((request.view_args or {})["key"]).study


def _made() -> str:
    return find_made((request.view_args or {})["key"]).study


def _erasure() -> str:
    try:
        return erasure(context().store.registry, str((request.view_args or {})["id"])).study
    except Refused:
        abort(404)


def _sample() -> str:
    return SAMPLE if request.args.get("study", SAMPLE) == SAMPLE else abort(404)


def _set_aside() -> str:
    return study_of_group((request.view_args or {})["key"]) or abort(404)


_OPEN = Row(open=True)
_OWN = Row(CAPTURE, _stream("observation"), own=True)
_ANALYSIS = Row(ANALYSIS, _chosen)
_LEADING = Row(LEADING, _chosen)

TABLE: tuple[tuple[Row, str], ...] = (
    (_OPEN, "access.accept access.enter access.invitation access.sign_in static"),
    (_OPEN, "instruments.instrument offline.manifest offline.worker scripts.show styles.show"),
    # Pages of the tablet, which hold nothing of a study.
    (_OPEN, "shell.show_capture shell.show_claims shell.show_finish shell.show_new"),
    (_OPEN, "shell.show_new_interview shell.show_practice shell.show_rescue shell.show_schedule"),
    (_OPEN, "shell.show_guide shell.show_tablet"),
    # What knows a tablet by its token, or gives it one.
    (_OPEN, "deposits.deposit devices.enrolment kit.interviews kit.show kit.stream"),
    (
        Row(EVERYBODY),
        "access.account access.change access.end access.sign_out schedule.blank studies.index",
    ),
    (Row(CAPTURE, _begun), "beginning.begin beginning.show"),
    (_OWN, "answers.event answers.show capture.event capture.show finish.event finish.show"),
    (_OWN, "observations.event observations.export observations.show paper.event paper.show"),
    (_ANALYSIS, "codebook.index codebook.memo codebook.show codebook.version"),
    (_ANALYSIS, "exports.codebook exports.sheet imports.index imports.upload"),
    (_ANALYSIS, "interviews.add interviews.index interviews.new register.show schools.index"),
    (_ANALYSIS, "triangulation.agreement.index triangulation.comparison triangulation.index"),
    (Row(ANALYSIS, _stream("interview")), "interviews.event interviews.show"),
    (Row(ANALYSIS, _stream("school")), "schools.show triangulation.agreement.match"),
    (Row(ANALYSIS, _stream("school")), "triangulation.cell triangulation.event triangulation.show"),
    (Row(ANALYSIS, _stream("observation", "one")), "triangulation.agreement.show"),
    (Row(ANALYSIS, _upload), "imports.forget imports.mapping imports.mapping_file"),
    (Row(ANALYSIS, _upload), "imports.show imports.take"),
    (_LEADING, "accounts.add accounts.anew accounts.index accounts.off accounts.part"),
    (_LEADING, "exports.claims exports.triangulation register.event schools.add"),
    (_LEADING, "audit.index erasure.erase erasure.index erasure.new tablets.code tablets.index"),
    (Row(LEADING, _made), "exports.end exports.file exports.made"),
    (Row(LEADING, _erasure), "erasure.backups erasure.go_on erasure.show"),
    (Row(LEADING, _stream("school")), "schools.event"),
    (Row(LEADING, _tablet), "tablets.revocation"),
    (Row(LEADING, _set_aside), "quarantine.decision quarantine.events quarantine.show"),
    (Row(LEADING), "sample.put"),
    (Row(LEADING, _sample), "sample.remove sample.show"),
    (Row(OPERATION), "backups.cancel backups.index backups.make"),
)
ROWS: Mapping[str, Row] = {name: row for row, names in TABLE for name in names.split()}
