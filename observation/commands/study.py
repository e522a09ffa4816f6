"""The study that a command is about: named by an option, or the only one there is."""

from __future__ import annotations

from argparse import ArgumentParser

from observation.core.errors import N_, Refused
from observation.settings import Context


def add_study(command: ArgumentParser) -> None:
    """Let the command take `--study ID`."""
    command.add_argument("--study", metavar="ID", help="needed where several studies are kept")


def chosen_study(context: Context, wanted: str | None) -> str:
    """Return the study that is wanted, or the only one; raise Refused where that says none."""
    studies = context.store.events.studies()
    if wanted in studies:
        return str(wanted)
    if wanted is not None:
        raise Refused(
            N_("There is no study “%(study)s” here. Known: %(studies)s."),
            study=wanted,
            studies=", ".join(studies) or "-",
        )
    if len(studies) != 1:
        raise Refused(
            N_("Here are %(number)s studies; name one with --study: %(studies)s."),
            number=len(studies),
            studies=", ".join(studies) or "-",
        )
    return studies[0]
