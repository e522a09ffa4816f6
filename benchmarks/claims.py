"""An import of coded segments beside one pass of `csv` over the same file: seconds and memory.

    make bench-claims

Each import runs in a process of its own on a data folder of its own, once as it is and once with
twice as much in the file: memory must not follow the file.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLAIMS = 35_000
PER_INTERVIEW = 100
TAGS = ("learning.feedback", "intervening.informs", "community.seek-each-other")
RUN = """
import resource, sys
from observation.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""


def table(path: Path, claims: int) -> None:
    """Write so many claims as Taguette does, a row a tag, in focus groups of school A."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "document", "tag", "content"))
        for number in range(claims):
            document = f"R6-R9 focusgroep school A nr {number // PER_INTERVIEW}"
            text = f"Dat zeg ik voor de {number}e keer: we doen het samen, en soms ook niet."
            for tag in (f"R{6 + number % 4}", TAGS[number % 3], "bevestigt", "beschrijvend"):
                writer.writerow((number, document, tag, text))


def passed(path: Path) -> float:
    """Return the seconds of one pass of `csv` over the file."""
    began = time.perf_counter()
    with path.open(newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.perf_counter() - began


def run(*words: str) -> tuple[float, int]:
    """Run a command of the program; return its seconds and the most memory that it had, in MB."""
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words], check=True, capture_output=True, text=True
    )
    return time.perf_counter() - began, int(done.stdout.splitlines()[-1]) // 1024


def main() -> None:
    print("claims, MB of file: csv alone; dry run; import; the same again (seconds, MB of memory)")
    for claims in (CLAIMS, 2 * CLAIMS):
        with tempfile.TemporaryDirectory() as folder:
            path, data = Path(folder) / "table.csv", f"--data={folder}/data"
            table(path, claims)
            run(data, "sample")
            alone = passed(path)
            told = [f"csv {alone:.2f} s"]
            for name, words in (("dry run", ["--dry-run"]), ("import", []), ("again", [])):
                seconds, memory = run(data, "import", str(path), *words)
                told.append(f"{name} {seconds:.1f} s ({seconds / alone:.0f} x), {memory} MB")
            print(f"{claims}, {path.stat().st_size / 2**20:.0f} MB: {'; '.join(told)}", flush=True)


if __name__ == "__main__":
    main()
