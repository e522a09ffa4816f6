"""A tablet that is revoked at any step of the protocol loses nothing and reads nothing more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from observation.store.devices import revoke
from tests.web.lead import Lead
from tests.web.tablet import Tablet, outcomes, stream

STEPS = 10


def protocol(tablet: Tablet) -> list[Callable[[], object]]:
    """Return what the tablet does, a step each: it reads and sends, and sends again what it got no answer to."""
    events = tablet.recorded(12)
    uuid = stream(1).partition("/")[2]
    return [
        lambda: tablet.get("kit"),
        lambda: tablet.send(events[:3]),
        lambda: tablet.get(f"streams/observation/{uuid}"),
        lambda: tablet.send(events[3:6]),
        lambda: tablet.send(events[3:6]),
        lambda: tablet.get("kit/interviews"),
        lambda: tablet.send(events[4:9]),
        lambda: tablet.send(events[:9], {stream(1): 9}),
        lambda: tablet.send(events[9:]),
        lambda: tablet.send([], {stream(1): 12}),
    ]


@pytest.mark.parametrize("button", ["accept", "refuse"])
@pytest.mark.parametrize("revoked_before", range(STEPS + 1))
def test_what_came_before_is_kept_and_what_comes_after_waits_for_a_lead(
    tablet: Tablet, revoked_before: int, button: str
) -> None:
    steps, recorded = protocol(tablet), tablet.recorded(12)
    assert len(steps) == STEPS
    for number, step in enumerate(steps):
        if number == revoked_before:
            revoke(tablet.context.store.registry, tablet.device, tablet.context.clock.now())
        answer = step()
        if isinstance(answer, dict):
            late = number >= revoked_before
            allowed = {"quarantined", "already-kept"} if late else {"kept", "already-kept"}
            assert set(outcomes(answer)) <= allowed
        else:
            assert answer.status_code == (403 if number >= revoked_before else 200)  # type: ignore[attr-defined]
    before = len(tablet.kept())
    lead = Lead(tablet.client)
    groups = lead.groups()
    assert bool(groups) == (before < len(recorded))
    for path in groups:
        lead.decides(path, button)
    assert tablet.kept() == (recorded if button == "accept" else recorded[:before])
