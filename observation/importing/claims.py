"""A table of coded segments becomes claims: first a plan that changes nothing, then all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from observation.core.errors import N_, Refused
from observation.core.events import Event
from observation.core.work import Progress, quietly

from .document import Change, plan_document
from .header import stream_of
from .interpret import Finding
from .known import Known, Read
from .mapping import Answers
from .profiles import profile_of
from .segments import documents
from .tables import Table

MOST_LISTED = 200  # findings, and changes, that a plan lists; the others are counted
UNKNOWN = ("code", "respondent", "document")

Keep = Callable[[str, Iterable[Event]], object]  # the events that come to a stream


@dataclass(slots=True)
class Plan:
    """What a table would bring, or brought.

    `unknown` counts, per kind and name, what the mapping must say; `findings` holds the first place of
    each and every error and warning, at most 200; `counts` says how many of what there are.
    """

    profile: str
    encoding: str
    delimiter: str
    header_row: int
    counts: Counter[str] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    interviews: list[str] = field(default_factory=list)
    respondents: dict[str, None] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether nothing is unknown and nothing wrong."""
        return not self.unknown and not self.counts["errors"]


class NotReady(Refused):
    """Something in the table is unknown or wrong, so nothing of it was taken in; `plan` says what."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(
            N_(
                "Nothing was taken in: %(unknown)s unknown and %(errors)s wrong. Say in a mapping what is unknown, and put right what is wrong."
            ),
            unknown=len(plan.unknown),
            errors=plan.counts["errors"],
        )
        self.plan = plan


def plan_claims(
    table: Table,
    known: Known,
    answers: Answers,
    read: Read,
    keep: Keep,
    revise: bool = False,
    progress: Progress = quietly,
    parts: int = 2,
) -> Plan:
    """Return what the table would bring, and hand its events to `keep`, interview by interview.

    Nothing is changed: whoever wants to take it in writes what was kept, when the plan is `ready`,
    all or nothing (`Store.restoring`). Raises Refused, with the row, for what is no table.
    """
    # Two documents may be one interview: the second is read beside what the first would record.
    begun: dict[str, list[Event]] = {
        stream_of(name, known, answers): [] for name in answers.documents
    }
    profile, _ = profile_of(table.header, answers.profile)
    if profile is None:
        raise Refused(N_("The table has no columns of text and codes; name them in a mapping."))
    plan = Plan(profile.name, table.encoding, table.delimiter, table.header_row)
    for document, segments in documents(table, profile, progress, parts):
        stream = stream_of(document, known, answers, segments[0].text("interview-id").strip())
        log = [*read(stream), *begun.get(stream, ())]
        found = plan_document(document, segments, known, answers, revise, stream, log)
        plan.counts.update(
            segments=len(segments), new=found.new, same=found.same, changed=len(found.changes),
            **{"left out": found.left_out, "taken back": found.taken_back},
        )  # fmt: skip
        if found.new_interview:
            plan.interviews.append(segments[0].document)
        plan.respondents |= dict.fromkeys(found.respondents)
        plan.changes += found.changes[: MOST_LISTED - len(plan.changes)]
        for finding in found.findings:
            _note(plan, finding)
        for name, events in found.events.items():
            keep(name, events)
            if name in begun:
                begun[name] += (each for each in events if each.kind == "interview-recorded")
    if not plan.counts["segments"]:
        raise Refused(N_("The table has a header and no rows; there is nothing to take in."))
    return plan


def _note(plan: Plan, finding: Finding) -> None:
    if finding.kind in UNKNOWN:
        named = finding.kind, finding.name
        plan.unknown[named] += 1
        if plan.unknown[named] > 1:
            return
    else:
        plan.counts[f"{finding.kind}s"] += 1
    if len(plan.findings) < MOST_LISTED:
        plan.findings.append(finding)
