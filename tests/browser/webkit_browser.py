#!/usr/bin/python3
"""A browser on the engine of every iPad that keeps its profile, for WebKitWebDriver to start.

    webkit_browser.py PROFILE WIDTHxHEIGHT

Debian's own test browser forgets all that a page stored when it ends; this one keeps it under
PROFILE. Runs with the system's Python, for the system's GObject bindings. When PROFILE/page.js is
there, it runs in every page before the page's own scripts do.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402


def main(profile: Path, size: str) -> None:
    kept = WebKit2.WebsiteDataManager(
        base_data_directory=str(profile / "data"), base_cache_directory=str(profile / "cache")
    )
    context = WebKit2.WebContext.new_with_website_data_manager(kept)
    context.set_preferred_languages(["nl"])
    context.set_automation_allowed(True)
    width, height = map(int, size.split("x"))

    def automated(_context: Any, session: Any) -> None:
        name = WebKit2.ApplicationInfo()
        name.set_name("MiniBrowser")  # what Selenium asks for
        session.set_application_info(name)
        view = view_of(context, profile / "page.js")
        window = Gtk.Window()
        window.set_default_size(width, height)
        window.connect("destroy", Gtk.main_quit)
        window.add(view)
        window.show_all()
        session.connect("create-web-view", lambda _session: view)

    context.connect("automation-started", automated)
    Gtk.main()


def view_of(context: Any, script: Path) -> Any:
    """Return a view whose pages first run the script, as its file is when they are loaded."""
    scripts = WebKit2.UserContentManager()
    view = WebKit2.WebView(
        web_context=context, user_content_manager=scripts, is_controlled_by_automation=True
    )

    def changed(_view: Any, event: Any) -> None:
        if event == WebKit2.LoadEvent.STARTED and script.exists():
            scripts.remove_all_scripts()
            scripts.add_script(
                WebKit2.UserScript(
                    script.read_text(),
                    WebKit2.UserContentInjectedFrames.TOP_FRAME,
                    WebKit2.UserScriptInjectionTime.START,
                    None,
                    None,
                )
            )

    view.connect("load-changed", changed)
    return view


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
