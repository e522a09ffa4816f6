"""2,000 requests that no tablet would send: the sync routes answer each, and never with an error of ours."""

from __future__ import annotations

import json
import random
import re
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from flask import Flask, got_request_exception
from flask.testing import EnvironBuilder
from werkzeug.test import run_wsgi_app

from observation.core.batch import PROTOCOL, digest_of
from observation.core.errors import Refused
from observation.store.codes import new_code
from observation.store.devices import revoke
from tests.web.tablet import DEVICE, OTHER_DEVICE, STUDY, Tablet, app_at, stream

SEED, REQUESTS = 61, 2_000
METHODS = (
    "GET",
    "POST",
    "POST",
    "POST",
    "PUT",
    "DELETE",
    "PATCH",
    "HEAD",
    "OPTIONS",
    "TRACE",
    "x",
    "\u00e9",
)
TYPES = (
    "application/json", "application/json; charset=utf-16", "APPLICATION/JSON", "text/plain", "", ";",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "\u00e9/\x00",
)  # fmt: skip
TEXTS = (
    "", " ", "x", "\x00", "\ud800", "\udfff\ud800", "\u202e", "😀", "é" * 70, "x" * 70_000, "../../etc/passwd", "NaN",
    "'; drop table events;--", "{{7*7}}", "%s%n%(x)s", "2018-03-13T15:10:00.000+01:00", "9999-12-31T23:59:59.999-14:00",
    "0001-01-01T00:00:00.000+14:00", DEVICE, stream(1), "interview/" + DEVICE, "school/" + DEVICE, PROTOCOL,
    "٣", "２０１８-03-13", "\n", "-" * 64,
)  # fmt: skip
NUMBERS = (
    0,
    -1,
    1,
    2,
    2**31,
    2**53 - 1,
    2**53,
    -(2**53),
    2**64,
    10**400,
    0.5,
    1e308,
    float("inf"),
    float("nan"),
)
PLACES = (
    "kit",
    "kit/interviews",
    "events",
    "devices",
    "streams",
    "streams/observation",
    "nothing",
    "",
    "/",
    "..",
)


class Stranger:
    """Somebody who sends requests by chance, the same ones for a seed."""

    def __init__(self, seed: int, tokens: list[str], codes: list[str]) -> None:
        self.chance, self.tokens, self.codes = random.Random(seed), tokens, codes

    def request(self) -> dict[str, Any]:
        """Return the environment of a request, as it comes off the wire, and what it says."""
        chance = self.chance
        # Most are nearly right, since others never come far.
        meant = chance.choice(("events", "events", "devices", "kit", "kit/interviews", "streams"))
        right = chance.random() < 0.7
        body = self.body(meant)
        headers = {
            "CONTENT_TYPE": "application/json" if right else chance.choice(TYPES),
            "REQUEST_METHOD": ("POST" if meant in ("events", "devices") else "GET")
            if right
            else chance.choice(METHODS),
            "PATH_INFO": self.path(meant if right else chance.choice(PLACES)),
            "QUERY_STRING": chance.choice(("", "language=en", "language=%00&x=%ff", "&&=;", "%")),
            "CONTENT_LENGTH": str(len(body))
            if chance.random() < 0.8
            else chance.choice(("0", "1", str(len(body) + 9), "-1", "x", "", str(2**70))),
            "HTTP_AUTHORIZATION": f"Bearer {chance.choice(self.tokens)}"
            if chance.random() < 0.7
            else self.authorization(),
        }
        for name, values in (
            ("HTTP_ACCEPT_LANGUAGE", ("en", "nl;q=x", "*", ",,,;", "\u00e9", "en-" * 500)),
            ("HTTP_IF_NONE_MATCH", ("*", '"x"', '"', "W/")),
            ("HTTP_COOKIE", ("session=x", "session=.eJw", "language=\x00", "=;=", "\u00e9=\u00e9")),
            ("HTTP_ORIGIN", ("http://localhost", "http://[", "null", "")),
            ("HTTP_TRANSFER_ENCODING", ("chunked", "gzip")),
            ("HTTP_X_FORWARDED_FOR", ("192.0.2.1", "", "x")),
        ):
            if chance.random() < 0.1:
                headers[name] = chance.choice(values)
        return {name: value.encode("utf-8", "replace").decode("latin-1") for name, value in headers.items()} | {
            "body": body
        }  # fmt: skip

    def path(self, place: str) -> str:
        if place == "streams":
            kind = self.chance.choice(("observation", "interview", "school", "x"))
            uuids = (stream(1).partition("/")[2], DEVICE, "x", "0" * 36, DEVICE.upper(), "%00")
            place = f"{place}/{kind}/{self.chance.choice(uuids)}"
        if self.chance.random() < 0.1:
            place += self.chance.choice(
                ("/", "//", "/\x00", "/\u00e9", "/..", "?", "%", "/" + "x" * 9_000)
            )
        return f"/api/v1/{place}"

    def authorization(self) -> str:
        given = ("", "Bearer", "Bearer ", "Basic eDp4", "Basic x", "Basic \u00e9", "Digest x=y", "bearer \u00e9", "\x00",
                 'Digest username="', "Bearer " + "x" * 9_000, "Bearer a b", "Bearer realm=x")  # fmt: skip
        return self.chance.choice((*given, self.chance.choice(self.tokens)))

    def body(self, meant: str) -> bytes:
        kind = self.chance.random()
        if kind < 0.1:
            return self.chance.randbytes(self.chance.randrange(200))
        if kind < 0.15:
            deep = self.chance.choice((17, 1_000, 100_000))
            start, end = self.chance.choice((("[", "]"), ('{"a":', "}")))
            return (start * deep + "1" + end * deep).encode()
        if kind < 0.2:
            return self.written(self.value())
        value = self.enrolment() if meant == "devices" else self.batch()
        body = self.written(value)
        if kind < 0.3:
            return body[: self.chance.randrange(len(body))]
        if kind < 0.35:
            place = self.chance.randrange(len(body))
            return body[:place] + self.chance.randbytes(3) + body[place + 3 :]
        return body

    def written(self, value: Any) -> bytes:
        text = json.dumps(value, ensure_ascii=self.chance.random() < 0.8)
        return text.encode(
            self.chance.choice(("utf-8", "utf-8", "utf-8", "utf-16")), "surrogatepass"
        )

    def value(self, depth: int = 0) -> Any:
        """Return any JSON value, and some that are none."""
        kind = self.chance.random()
        if kind < 0.4 or depth > 3:
            return self.chance.choice(TEXTS)
        if kind < 0.6:
            return self.chance.choice(NUMBERS)
        if kind < 0.7:
            return self.chance.choice((None, True, False, [], {}))
        many = range(self.chance.randrange(4))
        if kind < 0.85:
            return [self.value(depth + 1) for _ in many]
        return {self.chance.choice(TEXTS): self.value(depth + 1) for _ in many}

    def spoiled(self, value: dict[str, Any]) -> dict[str, Any]:
        """Return the value with something of it changed, left out or put in, or as it is."""
        value = dict(value)
        while self.chance.random() < 0.5:
            name = self.chance.choice([*value, self.chance.choice(TEXTS)])
            if self.chance.random() < 0.2:
                value.pop(name, None)
            else:
                value[name] = self.value()
        return value

    def enrolment(self) -> dict[str, Any]:
        code = self.chance.choice((*self.codes, "AAAAA-AAAAA", self.chance.choice(TEXTS)))
        return self.spoiled({"device": self.chance.choice((DEVICE, OTHER_DEVICE)), "name": "iPad"} |
                            ({"code": code} if self.chance.random() < 0.7 else {}))  # fmt: skip

    def batch(self) -> dict[str, Any]:
        events = [self.event() for _ in range(self.chance.randrange(6))]
        try:
            digest = digest_of(events)
        except Refused:
            digest = "0" * 64
        streams = {stream(1): 5} if self.chance.random() < 0.5 else self.spoiled({stream(2): 1})
        value = {
            "protocol": PROTOCOL,
            "batch": DEVICE,
            "events": events,
            "digest": digest,
            "streams": streams,
        }
        return self.spoiled(value) if self.chance.random() < 0.3 else value

    def event(self) -> Any:
        if self.chance.random() < 0.1:
            return self.value()
        number = self.chance.randrange(1, 50)
        event = {
            "format": 1,
            "id": f"0190a5b0-0000-7000-8000-{self.chance.randrange(2**40):012x}",
            "stream": self.chance.choice((stream(1), stream(2), f"interview/{DEVICE}")),
            "kind": self.chance.choice(("note-written", "observation-begun", "lead-taken", "header-corrected", "claim-recorded", "event-retracted", "x")),
            "at": "2026-03-13T15:10:00.000+01:00",
            "elapsed": number,
            "device": DEVICE,
            "boot": "b",
            "seq": number,
            "by": "W1",
            "data": self.spoiled({"text": "x", "kind": "event", "tags": [], "label": "A-01", "school": "A", "unit": "1"}),
        }  # fmt: skip
        return self.spoiled(event) if self.chance.random() < 0.4 else event


def send(app: Flask, request: dict[str, Any]) -> tuple[int, str]:
    """Return status and text of the answer to a request as it came off the wire."""
    request = dict(request)
    body = request.pop("body")
    environ = EnvironBuilder(app, "/", base_url="https://localhost", data=body).get_environ()
    environ.update(request)
    content, status, _headers = run_wsgi_app(app, environ, buffered=True)
    return int(status[:3]), b"".join(content).decode()


def test_2000_requests_by_chance_are_answered_and_none_with_an_error_of_ours(
    tmp_path: Path,
) -> None:
    print(f"seed {SEED}")
    app = app_at(tmp_path)
    app.testing = False  # an error of ours is to be answered, as it would be
    app.config["PROPAGATE_EXCEPTIONS"] = False
    good, gone = Tablet(app.test_client()), Tablet(app.test_client(), OTHER_DEVICE)
    good.send(good.recorded(5))
    registry, now = good.context.store.registry, good.context.clock.now()
    codes = [new_code(registry, STUDY, now) for _ in range(3)]
    revoke(registry, OTHER_DEVICE, now)
    stranger = Stranger(SEED, [good.token, good.token, gone.token, "x"], codes)
    failed, statuses, outcomes = list[str](), Counter[int](), Counter[str]()

    def fails(app: Flask, exception: BaseException, **_: Any) -> None:
        failed.append("".join(traceback.format_exception(exception)[-3:]))

    with got_request_exception.connected_to(fails, app):
        for number in range(REQUESTS):
            request = stranger.request()
            status, text = send(app, request)
            statuses[status] += 1
            outcomes.update(re.findall(r'"outcome": "(\w+)', text))
            if text and request["REQUEST_METHOD"] != "HEAD" and status < 300:
                assert json.loads(text)["protocol"] == PROTOCOL, (number, request)
            if status == 201:  # the one before is void
                stranger.tokens[:2] = [json.loads(text)["token"]] * 2
            assert status != 500 or failed, (number, request)
        pages = Pages(app)
        pages.visit()
    assert failed == [], f"{len(failed)} of seed {SEED}, the first: {failed[0]}"
    print(statuses, outcomes)
    # All of it was reached, or nothing was shown.
    assert {200, 201, 401, 403, 404, 405, 415, 422} <= set(statuses)
    assert statuses[200] >= 100
    assert {"kept", "quarantined"} <= set(outcomes)
    assert pages.seen >= 5


class Pages:
    """The pages that show what came in."""

    def __init__(self, app: Flask) -> None:
        self.client, self.seen = app.test_client(), 0

    def visit(self) -> None:
        """Open each, and see that it is there; an error of ours is noted by the test itself."""
        links = {"/", "/tablets", "/interviews", "/schools", "/triangulation"}
        for page in list(links):
            text = self.client.get(page).text
            links |= set(
                re.findall(
                    r'href="(/(?:observations|interviews|tablets/set-aside)/[0-9a-f-]+)"', text
                )
            )
        for link in sorted(links):
            assert self.client.get(link).status_code in (200, 500), link
            self.seen += 1
