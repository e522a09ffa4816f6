"""Install what the tests need beside Python packages, or say which line to type.

    python tests/system_packages.py

Installs with apt where that is possible; elsewhere it names the line and fails, since a test that
is quietly left out would say more than it knows.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# A program that must be there, and the Debian package that brings it.
NEEDED = {
    "node": "nodejs",
    "chromium": "chromium",
    "chromedriver": "chromium-driver",
    "pdftoppm": "poppler-utils",
    "WebKitWebDriver": "webkit2gtk-driver",
    "Xvfb": "xvfb",
    "xauth": "xauth",
    "certutil": "libnss3-tools",
    "caddy": "caddy",
}
# Packages that let the system start them at every boot: the tests start their own.
SERVICES = {"caddy", "postgresql"}
# What the system's own Python must be able to import, and the packages that bring it.
BINDINGS = "import gi; gi.require_version('Gtk', '3.0'); gi.require_version('WebKit2', '4.1')"
BRING_BINDINGS = ["python3-gi", "gir1.2-gtk-3.0", "gir1.2-webkit2-4.1"]
SYSTEM_PYTHON = "/usr/bin/python3"


def main() -> int:
    packages = missing()
    if not packages:
        return 0
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    if shutil.which("apt-get") and os.geteuid() == 0:
        print(f"Installing for the tests: {', '.join(packages)}", flush=True)
        for command in ("apt-get update -qq", f"{line} -qq"):
            subprocess.run(command.split(), env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        for service in SERVICES.intersection(packages) if shutil.which("systemctl") else ():
            for word in ("disable", "stop"):  # the second where the system was started by systemd
                subprocess.run(["systemctl", "--quiet", word, service], capture_output=True)
        packages = missing()
        if not packages:
            return 0
    print(
        f"The tests need {', '.join(packages)}. On Debian or Ubuntu type:\n  sudo {line}\n"
        "and run make test again.",
        file=sys.stderr,
    )
    return 1


def missing() -> list[str]:
    """Return the packages that are still to be installed."""
    packages = {package for program, package in NEEDED.items() if not shutil.which(program)}
    if postgresql() is None:
        packages.add("postgresql")
    imports = [SYSTEM_PYTHON, "-c", BINDINGS]
    if not os.path.exists(SYSTEM_PYTHON) or subprocess.run(imports, capture_output=True).returncode:
        packages.update(BRING_BINDINGS)
    return sorted(packages)


def postgresql() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs; Debian has them off the path."""
    found = shutil.which("pg_ctl")
    folders = [Path(found).resolve().parent] if found else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    servers = [folder for folder in folders if (folder / "initdb").exists()]
    return max(servers, key=_version, default=None)


def _version(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


if __name__ == "__main__":
    sys.exit(main())
