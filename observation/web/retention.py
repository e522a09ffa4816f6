"""Until when records may be kept, as pages show it to leads."""

from __future__ import annotations

from observation.core.registers import Study
from observation.core.retention import Retention, retention_of

from .screens import context


def retention(study: Study) -> Retention | None:
    """Return how long the study's records may be kept as of today, or None where nobody said so."""
    return retention_of(study, context().clock.now().date())
