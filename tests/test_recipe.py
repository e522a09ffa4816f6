"""The recipes for systemd and Caddy are ones that the program understands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from observation import settings
from observation.cli import parser

DEPLOY = Path(__file__).parents[1] / "deploy"
KNOWN = {value for name, value in vars(settings).items() if name.startswith("ENVIRONMENT_")}
OF_CADDY = {"OBSERVATION_NAME", "OBSERVATION_PROCESSES"}


def settings_of(file: str) -> list[tuple[str, str]]:
    """The lines `name=value` of a file, in their order."""
    lines = (DEPLOY / file).read_text().splitlines()
    return [
        (name, value)
        for name, found, value in (line.partition("=") for line in lines)
        if found and not name.startswith("#")
    ]


@pytest.mark.parametrize(
    ("unit", "port", "environment"),
    [("observation@.service", 8001, 3), ("observation.service", 8000, 1)],
)
def test_what_a_unit_starts_and_sets_is_the_programs(
    unit: str, port: int, environment: int
) -> None:
    lines = settings_of(unit)
    (command,) = [shlex.split(value) for name, value in lines if name == "ExecStart"]
    options = parser().parse_args([word.replace("%i", "8001") for word in command[1:]])
    assert (Path(command[0]).name, options.port, options.host) == ("observation", port, "127.0.0.1")
    given = {value.partition("=")[0] for name, value in lines if name == "Environment"}
    assert given <= KNOWN
    assert len(given) == environment


def test_the_environment_is_what_the_program_and_caddy_read() -> None:
    given = dict(settings_of("observation.env"))
    assert set(given) <= KNOWN | OF_CADDY
    assert settings.hosts_of(given["OBSERVATION_HOSTS"]) == (given["OBSERVATION_NAME"],)
    read = set(re.findall(r"\{\$(\w+):", (DEPLOY / "Caddyfile").read_text()))
    assert read == OF_CADDY
