"""A full disk: nothing acknowledged is lost, reading and exporting go on, and with room so does all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.small_disk import environment, run_on_small_disk
from tests.soak import seeded

pytestmark = pytest.mark.slow

FILLER = Path(__file__).with_name("filler.py")
FILLS = 10  # of each disk
SIZES = 100  # of the largest file that may be written


@pytest.mark.parametrize("megabytes", [2, 4, 8])
def test_a_disk_that_is_filled_again_and_again_loses_nothing(megabytes):
    seed = seeded(f"a disk of {megabytes} MB").randrange(10**6)
    counts = json.loads(run_on_small_disk(megabytes, FILLER, FILLS, seed))
    print(f"a disk of {megabytes} MB: {counts}")
    assert (counts["full"], counts["lost"]) == (FILLS, 0)
    assert counts["kept"] > 100 * FILLS


def test_whatever_size_a_file_may_have_a_save_is_whole_or_refused(tmp_path):
    command = [sys.executable, str(FILLER.with_name("limited.py")), str(tmp_path), str(SIZES)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout)
    print(f"{SIZES} limits of a file's size: {counts}")
    assert counts["refused"] + counts["kept"] == SIZES
    assert counts["refused"] > SIZES / 2
    assert counts["kept"] > SIZES / 10
