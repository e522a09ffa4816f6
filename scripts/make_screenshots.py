"""Take the pictures of the documentation: screens of a session that goes on, and pages of a print.

    python scripts/make_screenshots.py [FOLDER]

writes PNG files to `docs/screenshots/`. Needs Chromium, ChromeDriver and pdftoppm.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from selenium.webdriver.chrome.webdriver import WebDriver  # noqa: E402

from observation.core.events import instant  # noqa: E402
from observation.settings import Context  # noqa: E402
from observation.store import Receipt  # noqa: E402
from observation.store.deposit import deposit  # noqa: E402
from tests.browser.place import HeldClock, chromium, serving  # noqa: E402
from tests.samples import BUNDLE, records  # noqa: E402

NOW = "2018-03-13T15:17:42+01:00"  # of the session A-01
LANDSCAPE, PORTRAIT, PHONE = (1180, 820), (820, 1180), (390, 844)
SCREENS = (
    ("study", "/", LANDSCAPE, "light"),
    ("new", "/observations/new?school=A&unit=7-8", PORTRAIT, "light"),
    ("capture", "/observations/{running}/capture", LANDSCAPE, "light"),
    ("capture-dark", "/observations/{running}/capture", LANDSCAPE, "dark"),
    ("capture-portrait", "/observations/{running}/capture", PORTRAIT, "light"),
    ("capture-phone", "/observations/{running}/capture", PHONE, "light"),
    ("paper", "/observations/{paper}/paper", PORTRAIT, "light"),
    ("finish", "/observations/{done}/finish", PORTRAIT, "light"),
    ("schedule", "/observations/{done}/schedule", LANDSCAPE, "light"),
    ("observation", "/observations/{done}", LANDSCAPE, "light"),
    ("interview", "/interviews/{interview}", LANDSCAPE, "light"),
    ("codebook", "/codebook", LANDSCAPE, "light"),
    ("school", "/schools/{school}", PORTRAIT, "light"),
    ("observation-dark", "/observations/{done}", PORTRAIT, "dark"),
)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        data, profile = Path(place) / "data", Path(place) / "profile"
        with serving(data, HeldClock(NOW)) as (url, context), chromium(profile) as browser:
            streams = _load(context)
            for name, path, size, scheme in SCREENS:
                _take(browser, url + path.format(**streams), size, scheme, folder / f"{name}.png")
    for page in ("1", "2"):
        print_ = ROOT / "exports" / "A-01.nl.pdf"
        target = folder / f"print-{page}"
        command = [
            "pdftoppm",
            "-r",
            "70",
            "-png",
            "-f",
            page,
            "-l",
            page,
            "-singlefile",
            print_,
            target,
        ]
        subprocess.run(command, check=True)


def _load(context: Context) -> dict[str, str]:
    """The sample study, with A-01 as far as it had come by NOW."""
    running = records()["A-01"].observation.stream
    events = [e for e in BUNDLE.events if e.stream != running or instant(e.at) <= instant(NOW)]
    deposit(
        context.store.events,
        context.catalogue,
        BUNDLE.study,
        events,
        Receipt("2018-03-13T14:17:42.000Z", "sample"),
    )
    labels = {"running": "A-01", "done": "D-02", "paper": "D-01"}
    streams = {name: records()[label].observation.stream for name, label in labels.items()}
    for name, kind in (("interview", "interview-recorded"), ("school", "school-recorded")):
        streams[name] = [event.stream for event in BUNDLE.events if event.kind == kind][-1]
    return {name: stream.partition("/")[2] for name, stream in streams.items()}


def _take(
    browser: WebDriver, address: str, size: tuple[int, int], scheme: str, target: Path
) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(address)
    browser.save_screenshot(str(target))
    print(f"{target.name}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots")
