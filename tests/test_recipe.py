"""The recipe for systemd is one that the program understands."""

from __future__ import annotations

import shlex
from pathlib import Path

from observation import settings
from observation.cli import parser

UNIT = Path(__file__).parents[1] / "deploy" / "observation@.service"


def test_what_the_unit_starts_and_sets_is_the_programs() -> None:
    lines = [line.partition("=") for line in UNIT.read_text().splitlines()]
    (command,) = [shlex.split(value) for name, _, value in lines if name == "ExecStart"]
    options = parser().parse_args([word.replace("%i", "8001") for word in command[1:]])
    assert (Path(command[0]).name, options.port, options.host) == ("observation", 8001, "127.0.0.1")
    known = {value for name, value in vars(settings).items() if name.startswith("ENVIRONMENT_")}
    given = {value.partition("=")[0] for name, _, value in lines if name == "Environment"}
    assert given <= known
    assert len(given) == 3
