"""Every command that a guide tells to type works, in the order in which the guide tells it, in a folder that is empty."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from observation.cli import main

ROOT = Path(__file__).parents[1]
CALLED = re.compile(r"^(?:\.venv/bin/|/opt/observation/bin/)?observation (.+)$")

# What the guide says of it: it is refused, and the sentence says why.
REFUSED = {
    "--data try import segments.csv --dry-run": "nothing says who speaks",
    "user disable anna": "The last lead of a study cannot be disabled",
}
# A highlight of Taguette as the guide for analysts describes it, and what its mapping says.
SEGMENTS = (
    "id,document,tag,content\n1,Focusgroep 3 school D,Kennisdeling,Dat delen we op maandag.\n"
)
MAPPING = '[respondents]\n"Focusgroep 3 school D" = "group"\n'


def commands(page: str) -> Iterator[str]:
    """The commands of this program in the blocks of a page, without what serves or was left open to fill in."""
    for block in re.findall(r"^```\n(.*?)^```|((?:^    \S.*\n)+)", page, re.M | re.S):
        for line in "".join(block).replace("\\\n", " ").splitlines():
            found = CALLED.match(line.strip())
            if found and not re.search(r"\bserve\b|\$|\bFILE\b", found[1]):
                yield found[1].partition(" #")[0].strip()


@pytest.mark.parametrize(
    ("guide", "before", "least"),
    [
        ("README.md", [], 5),
        ("docs/guide-analysts.md", [], 7),
        ("docs/guide-server.md", ["sample"], 12),
        ("docs/https.md", [], 1),
    ],
)
def test_each_command_of_a_guide_does_what_it_says(
    guide: str,
    before: list[str],
    least: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("segments.csv").write_text(SEGMENTS)
    Path("mapping.toml").write_text(MAPPING)
    page = (ROOT / guide).read_text()
    told = [*before, *commands(page)]
    assert len(told) >= least
    for each in told:
        code = main(shlex.split(each))
        printed = capfd.readouterr()
        said = REFUSED.get(each, "")
        assert (code, said in " ".join(page.split())) == (int(bool(said)), True), (each, printed)
    for made in re.findall(r"--output (\S+)", "\n".join(told)):
        assert Path(made).stat().st_size > 100, made
