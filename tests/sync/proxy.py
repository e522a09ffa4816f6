"""A proxy that does to batches what networks do: loses, repeats, delays, changes and makes up answers."""

from __future__ import annotations

import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from observation.core.batch import PROTOCOL
from observation.core.canonical import canonical

BATCHES = "/api/v1/events"
RESET = struct.pack(
    "ii", 1, 0
)  # for SO_LINGER: what was not sent is thrown away, and it is said so
JSON = ("Content-Type", "application/json")
HTML = ("Content-Type", "text/html")

Answer = tuple[int, list[tuple[str, str]], bytes]
Fault = Callable[["Exchange"], Answer | None]  # None: the connection ends without an answer


class Proxy:
    """What goes wrong next, and what went wrong until now."""

    def __init__(self, upstream: str, chance: random.Random) -> None:
        self.upstream, self.chance = upstream.removeprefix("http://"), chance
        self.faults: list[Fault] = [passed]  # one of them, by chance, for every batch
        self.met: Counter[str] = Counter()
        self.late: list[tuple[dict[str, str], bytes]] = []  # batches that arrive after others
        self.url = ""

    @property
    def exchanges(self) -> int:
        """How many batches were sent until now."""
        return self.met.total()

    def forward(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Send a request on and return the answer."""
        connection = HTTPConnection(self.upstream, timeout=20)
        connection.request(method, path, body, headers)
        with connection.getresponse() as response:
            answer = response.status, kept(response), response.read()
        connection.close()
        return answer


class Exchange:
    """One batch on its way."""

    def __init__(self, proxy: Proxy, headers: dict[str, str], body: bytes) -> None:
        self.proxy, self.headers, self.body = proxy, headers, body
        self.batch: dict[str, Any] = json.loads(body)

    def forward(self, body: bytes | None = None) -> Answer:
        """Let the batch, or this instead of it, come through."""
        body = self.body if body is None else body
        headers = self.headers | {"Content-Length": str(len(body))}
        return self.proxy.forward("POST", BATCHES, headers, body)

    def invented(self, **other: Any) -> bytes:
        """Return the answer of a server that kept everything, though none has seen it."""
        results = [
            {"id": e["id"], "digest": sha256(canonical(e)).hexdigest(), "outcome": "kept"}
            for e in self.batch["events"]
        ]
        value = {"protocol": PROTOCOL, "batch": self.batch["batch"], "received": "2026-11-22T14:00:00.000Z",
                 "server": {"log": "0190a5b0-0000-7000-8000-00000000000a", "epoch": 9},
                 "results": results, "missing": {}}  # fmt: skip
        return json.dumps(value | other).encode()


@contextmanager
def proxied(upstream: str, chance: random.Random) -> Iterator[Proxy]:
    """Stand between a page and the server at this address."""
    proxy = Proxy(upstream, chance)

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {n: v for n, v in self.headers.items() if n.lower() != "connection"}
            if self.path == BATCHES:
                fault = proxy.chance.choice(proxy.faults)
                proxy.met[fault.__name__] += 1
                answer = fault(Exchange(proxy, headers, body))
            else:
                answer = proxy.forward(self.command, self.path, headers, body)
            if answer is None:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                return
            status, sent, content = answer
            self.send_response(status)
            for name, value in sent:
                self.send_header(name, value)
            if not any(name == "Content-Length" for name, _ in sent):
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = handle_one

        def log_message(self, *_: Any) -> None:
            """Say nothing: what went wrong is counted."""

    class Listener(ThreadingHTTPServer):
        def shutdown_request(self, request: Any) -> None:
            self.close_request(request)

        def handle_error(self, *_: Any) -> None:
            """Browsers that go away are no error."""

    listener = Listener(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        thread.join()
        listener.server_close()


def kept(response: HTTPResponse) -> list[tuple[str, str]]:
    """Return the headers of an answer that are the server's to say."""
    own = ("connection", "content-length", "transfer-encoding", "date", "server")
    return [(name, value) for name, value in response.getheaders() if name.lower() not in own]


def passed(batch: Exchange) -> Answer:
    return batch.forward()


def lost_before_it_came(batch: Exchange) -> None:
    return None


def answer_lost(batch: Exchange) -> None:
    batch.forward()


def came_twice(batch: Exchange) -> Answer:
    batch.forward()
    return batch.forward()


def delayed(batch: Exchange) -> Answer:
    time.sleep(batch.proxy.chance.uniform(0, 0.2))
    return batch.forward()


def held_back(batch: Exchange) -> None:
    """It is given up by the tablet, and comes after all, behind others."""
    batch.proxy.late.append((batch.headers, batch.body))


def came_behind_others(batch: Exchange) -> Answer:
    answer = batch.forward()
    batch.proxy.chance.shuffle(batch.proxy.late)
    for headers, body in batch.proxy.late:
        batch.proxy.forward("POST", BATCHES, headers, body)
    batch.proxy.late.clear()
    return answer


def cut_off_on_the_way(batch: Exchange) -> Answer:
    return batch.forward(batch.body[: batch.proxy.chance.randrange(len(batch.body))])


def changed_on_the_way(batch: Exchange) -> Answer:
    place = batch.proxy.chance.randrange(len(batch.body))
    return batch.forward(batch.body[:place] + b"7" + batch.body[place + 1 :])


def answer_cut_off(batch: Exchange) -> Answer:
    status, headers, body = batch.forward()
    half = body[: batch.proxy.chance.randrange(len(body))]
    return status, [*headers, ("Content-Length", str(len(body)))], half


def server_error(batch: Exchange) -> Answer:
    return batch.proxy.chance.choice([500, 502, 503, 504]), [HTML], b"<h1>Error</h1>"


def too_many_requests(batch: Exchange) -> Answer:
    return 429, [HTML, ("Retry-After", "1")], b"<h1>Slow down</h1>"


def sign_in_page(batch: Exchange) -> Answer:
    return 200, [HTML], b"<h1>Welcome to the school's guest network</h1>"


def nothing(batch: Exchange) -> Answer:
    return 204, [], b""


def elsewhere(batch: Exchange) -> Answer:
    return 302, [("Location", "/")], b""


def of_another_program(batch: Exchange) -> Answer:
    return 200, [JSON], b'{"ok": true, "results": [], "missing": {}}'


def of_another_batch(batch: Exchange) -> Answer:
    return 200, [JSON], batch.invented(batch="0190a5b0-0000-7000-8000-0000000000bb")


def of_other_content(batch: Exchange) -> Answer:
    results = [
        {"id": e["id"], "digest": "0" * 64, "outcome": "kept"} for e in batch.batch["events"]
    ]
    return 200, [JSON], batch.invented(results=results)


FAULTS: list[Fault] = [
    lost_before_it_came, answer_lost, came_twice, delayed, held_back, came_behind_others,
    cut_off_on_the_way, changed_on_the_way, answer_cut_off, server_error, too_many_requests,
    sign_in_page, nothing, elsewhere, of_another_program, of_another_batch, of_other_content,
]  # fmt: skip


def wrong_answers() -> list[Fault]:
    """Return 40 answers of which none says that anything was kept, as faults that change nothing else."""
    made: list[Fault] = []

    def add(status: int, content: Callable[[Exchange], bytes], *headers: tuple[str, str]) -> None:
        made.append(lambda batch: (status, list(headers), content(batch)))

    page, empty = (lambda _: b"<!doctype html><p>Sign in</p>"), (lambda _: b"")
    whole = Exchange.invented
    for status in (200, 201, 400, 401, 403, 404, 407, 500, 511):
        add(status, page, HTML)
    for status in (200, 201, 202, 204, 205):
        add(status, empty)
    for status in (301, 302, 303, 307, 308):
        add(status, empty, ("Location", "/"))
    for text in (b"null", b"[]", b"{}", b"0", b'"ok"', b"true", b'{"status": "ok"}'):
        add(200, lambda _, text=text: text, JSON)
    for status in (201, 202, 400, 503):
        add(status, whole, JSON)
    add(200, lambda b: whole(b, protocol="observation-sync/2"), JSON)
    add(200, lambda b: whole(b, protocol=None), JSON)
    add(200, lambda b: whole(b, batch=None), JSON)
    add(200, lambda b: whole(b, results=None), JSON)
    add(200, lambda b: whole(b, results=[]), JSON)
    add(200, lambda b: whole(b, results=[{} for _ in b.batch["events"]]), JSON)
    add(200, lambda b: whole(b, results=[{"id": e["id"], "digest": e["id"], "outcome": "kept"} for e in b.batch["events"]]), JSON)  # fmt: skip
    add(200, lambda b: whole(b, results=[{"id": e["id"], "outcome": "kept"} for e in b.batch["events"]]), JSON)  # fmt: skip
    add(200, lambda b: whole(b, results=[r | {"outcome": "refused"} for r in json.loads(whole(b))["results"]]), JSON)  # fmt: skip
    add(200, lambda b: whole(b)[:-20], JSON)
    assert len(made) == 40
    return made
