"""Nothing secret and nothing that somebody said stands in a log or in the query of an address."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import quote, unquote_plus, urlencode

import pytest

from observation.cli import main
from observation.settings import ENVIRONMENT_DATA, ENVIRONMENT_PROXIES, ENVIRONMENT_STORE
from tests.recorder import Recorder
from tests.web.desk import Form, read
from tests.web.tablet import DEVICE, body, stream
from tests.web.test_guard import FOREIGN

pytestmark = pytest.mark.slow

# Everything that any library would say is said.
SERVE = (
    "import logging, sys; logging.basicConfig(level=logging.DEBUG);"
    "from observation.cli import main; sys.exit(main())"
)
NOTE, WORDS, TYPED, TABLE = "zqnote kwartaal", "zqwords rekenen", "zqtyped taal", "zqtable lezen"
LINK = re.compile(r'(?:href|src|action|formaction|content)="([^"]*)"')
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
MOST_PAGES = 150


@dataclass
class Browser:
    """Somebody at a server, with cookies; remembers every address that a page or an answer named."""

    port: int
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    addresses: set[str] = field(default_factory=set)

    def ask(self, method: str, path: str, content: bytes = b"", **headers: str) -> tuple[int, str]:
        """Return status and text of what the server answers, after no redirection."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Cookie"] = "; ".join(f"{k}={v.coded_value}" for k, v in self.cookies.items())
        with closing(connection):
            connection.request(method, path, content, named)
            with connection.getresponse() as response:
                text = response.read().decode(errors="replace")
                for cookie in response.headers.get_all("Set-Cookie") or ():
                    self.cookies.load(cookie)
                self.addresses.update(response.headers.get_all("Location") or ())
                self.addresses.update(response.headers.get_all("Refresh") or ())
        self.addresses.update(unescape(each) for each in LINK.findall(text))
        return response.status, text

    def page(self, path: str) -> str:
        """Return a page that is there."""
        status, text = self.ask("GET", path)
        assert status == 200, path
        return text

    def send(self, form: Form, **headers: str) -> tuple[int, str]:
        """Send a form as it is filled in, from a page of the server."""
        given = {
            "Content_Type": "application/x-www-form-urlencoded",
            "Origin": self.origin,
        } | headers
        return self.ask(
            "POST", form.action, urlencode(list(form.fields.items(multi=True))).encode(), **given
        )

    def post(self, path: str, value: bytes, token: str = "") -> tuple[int, str]:
        """Send JSON, as a tablet elsewhere does."""
        headers = {"Content_Type": "application/json", "X_Forwarded_For": "192.0.2.1"}
        headers["X_Forwarded_Proto"] = "https"
        return self.ask("POST", path, value, **headers, Authorization=f"Bearer {token}")

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Server:
    """A process that serves the sample study, and the file in which it says anything."""

    browser: Browser
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """Stop it, and return all that it has said."""
        self.process.terminate()
        self.process.wait(30)
        return self.log.read_text(errors="replace")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server as `observation serve` starts it, which logs all there is to log."""
    data, log = tmp_path / "data", tmp_path / "log"
    assert main(["--data", str(data), "sample"]) == 0
    environment = os.environ | {ENVIRONMENT_DATA: str(data), "PYTHONUNBUFFERED": "1"}
    environment[ENVIRONMENT_PROXIES] = "1"
    environment.pop(ENVIRONMENT_STORE, None)
    with log.open("wb") as target:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVE, "serve", "--port", "0"],
            stdout=target, stderr=subprocess.STDOUT, env=environment,
        )  # fmt: skip
    try:
        while not (port := re.search(r"Open http://127\.0\.0\.1:(\d+) ", log.read_text())):
            assert process.poll() is None, log.read_text()
        yield Server(Browser(int(port[1])), process, log)
    finally:
        process.kill()
        process.wait()


def test_nothing_secret_and_nothing_said_stands_in_a_log_or_a_query(server: Server) -> None:
    browser = server.browser
    secrets = {NOTE, WORDS, TYPED, TABLE, *enrolled(browser)}
    bring_a_table(browser)
    forms, refused = fill_in_everything(browser)
    assert forms >= 40
    assert refused <= forms / 2
    secrets |= {form_token(browser), browser.cookies["session"].value}
    secrets.add(Path(server.log.parent / "data" / "secret-key").read_text())
    assert all(len(secret) >= 10 for secret in secrets)
    queries = {address for address in browser.addresses if "?" in address}
    assert len(queries) >= 20
    assert [(s, q) for s in secrets for q in queries if stands_in(s, q)] == []
    said = server.said()
    assert "Records are kept in" in said
    assert "The CSRF token" in said  # it logs what libraries have to say
    assert [secret for secret in secrets if stands_in(secret, said)] == []


def enrolled(browser: Browser) -> set[str]:
    """Enrol a tablet, let it send, rightly and wrongly, and return the code and the tokens."""
    (form,) = [f for f in read(browser.page("/tablets")).forms if f.action == "/tablets"]
    status, page = browser.send(form)
    shown = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}", page)
    assert (status, bool(shown)) == (200, True)
    assert shown
    code, wrong = shown[0], "AAAAA-BBBBB"
    for each, expected in ((wrong, 403), (code, 201)):
        value = json.dumps({"device": DEVICE, "name": "iPad", "code": each}).encode()
        status, text = browser.post("/api/v1/devices", value)
        assert status == expected, text
    token = json.loads(text)["token"]
    recorder = Recorder(device=DEVICE, stream=stream(1))
    recorder.begin(label="A-07", place=WORDS)
    recorder.add(1, "note-written", text=NOTE, kind="event", tags=[])
    events = [event.as_dict() for event in recorder.events]
    aside = [event | {"stream": f"school/{DEVICE}", "id": DEVICE} for event in events[1:]]
    for value, given, expected in (
        (body(events), token, 200),
        (body(aside), token, 200),
        (body(events), "zqwrongtoken", 401),
        (body(events)[:-20], token, 422),
        (body(events) + b"x" * 1_000_000, token, 413),
    ):
        try:
            status, text = browser.post("/api/v1/events", value, given)
        except (BrokenPipeError, ConnectionResetError):
            assert expected == 413  # the server hung up while the rest still came
        else:
            assert status == expected, text
    browser.ask("GET", "/api/v1/kit", Authorization=f"Bearer {token}")
    browser.ask("GET", f"/api/v1/streams/observation/{DEVICE}", Authorization=f"Bearer {token}")
    return {code, code.replace("-", ""), wrong, token, "zqwrongtoken"}


def bring_a_table(browser: Browser) -> None:
    """Upload a table of claims; it is looked at by a process of its own."""
    token = form_token(browser)
    parts = [("csrf_token", "", token), ("_by", "", "W1")]
    parts.append(
        ("file", f'; filename="{TABLE}.csv"', f"id,document,tag,content\r\n1,x,y,{TABLE}\r\n")
    )
    content = "".join(
        f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'
        for name, more, value in parts
    )
    kind = "multipart/form-data; boundary=x"
    status, _ = browser.ask("POST", "/import", f"{content}--x--\r\n".encode(), Content_Type=kind)
    assert status == 303


def fill_in_everything(browser: Browser) -> tuple[int, int]:
    """Go from page to page and send a form of each sort there is; return how many, and how many were refused."""
    waiting, seen, sorts, refused = ["/"], set[str](), set[tuple[str, str]](), 0
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        _, text = browser.ask("GET", path)
        waiting += [each for each in map(unescape, LINK.findall(text)) if is_page(each)]
        for form in read(text).forms:
            sort = (UUID.sub("", form.action), form.fields.get("_kind", ""))
            if "csrf_token" not in form.fields or sort in sorts:
                continue
            sorts.add(sort)
            refused += sent_in_every_way(browser, form)
    return len(sorts), refused


def is_page(address: str) -> bool:
    files = ("/static", "/scripts", "/styles", "/exports", "/import/", "http", "?")
    return address.startswith("/") and not address.startswith(files) and "/export/" not in address


def sent_in_every_way(browser: Browser, form: Form) -> bool:
    """Send a form with words in all its empty fields; first as another site and without its token."""
    for name in list(form.fields):
        words = [WORDS if "text" in name else value or TYPED for value in form.fields.getlist(name)]
        form.fields.setlist(name, form.fields.getlist(name) if name.startswith("_") else words)
        if name == "_by":
            form.fields[name] = "W1"
    assert browser.send(form, **{n.replace("-", "_"): v for n, v in FOREIGN[0].items()})[0] == 403
    token = form.fields["csrf_token"]
    form.fields["csrf_token"] = "x"
    assert browser.send(form)[0] == 400
    form.fields["csrf_token"] = token
    status, text = browser.send(form)
    assert status in (200, 303, 422), text
    return status == 422


def form_token(browser: Browser) -> str:
    """Return the token of the forms of this browser."""
    return read(browser.page("/tablets")).forms[-1].fields["csrf_token"]


def stands_in(secret: str, text: str) -> bool:
    """Whether it stands there, as it is or as addresses and JSON write it."""
    texts = (text, unquote_plus(text))
    return any(
        form in each for form in (secret, quote(secret), json.dumps(secret)[1:-1]) for each in texts
    )


@pytest.mark.parametrize(
    "written", [WORDS, quote(WORDS), WORDS.replace(" ", "+"), f"/x?q={quote(WORDS)}"]
)
def test_the_search_finds_what_is_written_in_any_way(written: str) -> None:
    assert stands_in(WORDS, f"GET {written} HTTP/1.1")
