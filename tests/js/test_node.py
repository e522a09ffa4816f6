"""The JavaScript core passes its own tests under Node, as part of pytest."""

import re
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent


def test_the_javascript_core_passes_its_tests():
    node = shutil.which("node")
    assert node, "Node.js is missing, so JavaScript is not tested; type: apt-get install nodejs"
    tests = sorted(map(str, HERE.glob("*.test.mjs")))
    ran = subprocess.run(
        [node, "--test", "--test-reporter=tap", *tests],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    passed = re.search(r"^# pass (\d+)$", ran.stdout, re.MULTILINE)
    assert int(passed[1] if passed else 0) > 100, "Node ran hardly any test:\n" + ran.stdout
