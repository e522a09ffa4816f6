"""Write the figures of the last run of the tests and of the measurements into docs/promises.md.

    make test && make bench && make figures

reads `build/tests.xml`, which `make test` leaves, and `build/bench.txt`, which `make bench` leaves. Nothing is
written by hand there: a promise whose test did not run, or failed, is named.
"""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "promises.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
TESTS = re.compile(r"`(tests/[\w/]+\.(?:py|js))`")


@dataclass
class Run:
    """What one run of the tests came to, and how often each file's tests passed, failed or were left out."""

    at: datetime
    seconds: float
    files: dict[str, dict[str, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )

    def total(self, outcome: str) -> int:
        return sum(counts[outcome] for counts in self.files.values())


def read_run(xml: str) -> Run:
    """Return what a report of pytest (JUnit) says."""
    root = ElementTree.fromstring(xml)
    suites = list(root.iter("testsuite"))
    run = Run(
        datetime.fromisoformat(suites[0].attrib["timestamp"]),
        sum(float(suite.attrib["time"]) for suite in suites),
    )
    for case in root.iter("testcase"):
        outcome = "passed"
        for mark in ("failure", "error", "skipped"):
            if case.find(mark) is not None:
                outcome = "skipped" if mark == "skipped" else "failed"
        run.files[_file(case.attrib["classname"])][outcome] += 1
    return run


def _file(classname: str) -> str:
    """The file of a test's dotted name, which may end in a class."""
    parts = classname.split(".")
    while len(parts) > 1 and not parts[-1].startswith("test_"):
        parts.pop()
    return "/".join(parts) + ".py"


def figures(run: Run, page: str, bench: str) -> str:
    """Return the section on the last run, in Markdown."""
    promised = sorted({each for each in TESTS.findall(page) if Path(each).name.startswith("test_")})
    shown = sum(run.files[each]["passed"] for each in promised if each in run.files)
    lines = [
        f"Written by `make figures` from the run of {run.at:%Y-%m-%d}, which took {run.seconds / 60:.0f} minutes.",
        "",
        "| | |",
        "|---|---|",
        f"| tests that passed | {run.total('passed'):,} |",
        f"| tests that failed | {run.total('failed'):,} |",
        f"| tests that were left out | {run.total('skipped'):,} |",
        f"| files of tests named above | {len(promised)} |",
        f"| tests in them that passed | {shown:,} |",
    ]
    lacking = [
        each
        for each in promised
        if each not in run.files or run.files[each]["failed"] or not run.files[each]["passed"]
    ]
    if lacking:
        lines += ["", f"**Not shown by this run:** {', '.join(f'`{each}`' for each in lacking)}."]
    if bench:
        lines += ["", "What `make bench` measured last:", "", "```", bench.strip(), "```"]
    return "\n".join(lines)


def with_figures(page: str, section: str) -> str:
    """Return the page with its section on the last run replaced."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{section}\n{END}{rest.partition(END)[2]}"


def main() -> None:
    report, bench = ROOT / "build" / "tests.xml", ROOT / "build" / "bench.txt"
    if not report.exists():
        sys.exit("There is no build/tests.xml; run make test first.")
    page = PAGE.read_text()
    told = bench.read_text() if bench.exists() else ""
    PAGE.write_text(with_figures(page, figures(read_run(report.read_text()), page, told)))
    print(f"{PAGE.relative_to(ROOT)} has the figures of the last run.")


if __name__ == "__main__":
    main()
