"""Install what the tests need beside Python packages, or say which line to type.

    python tests/system_packages.py

Installs with apt where that is possible; elsewhere it names the line and fails, since a test that
is quietly left out would say more than it knows.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

# A program that must be there, and the Debian package that brings it.
NEEDED = {
    "node": "nodejs",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "pdftoppm": "poppler-utils",
}


def main() -> int:
    missing = {program: package for program, package in NEEDED.items() if not shutil.which(program)}
    if not missing:
        return 0
    packages = sorted(set(missing.values()))
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing for the tests: {', '.join(packages)}", flush=True)
        for command in ("apt-get update -qq", f"{line} -qq"):
            subprocess.run(command.split(), env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        missing = {program for program in missing if not shutil.which(program)}
        if not missing:
            return 0
    print(
        f"The tests need {', '.join(sorted(missing))}. On Debian or Ubuntu type:\n  sudo {line}\n"
        "and run make test again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
