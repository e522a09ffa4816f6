"""A tablet at the sync routes: enrols, makes events, sends batches, reads its kit."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from observation.core.batch import PROTOCOL, digest_of
from observation.settings import Context, open_context
from observation.store.devices import enrol
from observation.web import create_app
from tests.recorder import Recorder

STUDY = "0190a5b0-0000-7000-8000-00000000000f"
OTHER_STUDY = "0190a5b0-0000-7000-8000-00000000000e"
DEVICE = "0190a5b0-0000-7000-8000-0000000000d1"
OTHER_DEVICE = "0190a5b0-0000-7000-8000-0000000000d2"


def app_at(path: Path, url: str = "memory:") -> Flask:
    """Return the application over a store, whose other files lie in this folder."""
    app = create_app(open_context(path, url))
    app.testing = True
    return app


def stream(number: int) -> str:
    """Return the name of an observation's stream."""
    return f"observation/0190a5b0-0000-7000-8000-{number:012x}"


class Tablet:
    """An enrolled tablet with what it recorded."""

    def __init__(self, client: FlaskClient, device: str = DEVICE, study: str = STUDY) -> None:
        self.client, self.device = client, device
        self.context: Context = client.application.extensions["observation"]
        now = self.context.clock.now()
        self.token = enrol(self.context.store.registry, study, device, "iPad", now)

    @property
    def headers(self) -> dict[str, str]:
        """What every request of the tablet carries."""
        return {"Authorization": f"Bearer {self.token}"}

    def recorded(self, count: int, number: int = 1, **begun: Any) -> list[dict[str, Any]]:
        """Return the events of an observation: its beginning and notes."""
        recorder = Recorder(device=self.device, stream=stream(number))
        recorder.begin(**begun)
        for seq in range(1, count):
            recorder.add(seq, "note-written", text=f"note {seq}", note="event")
        return [event.as_dict() for event in recorder.events]

    def get(self, path: str) -> TestResponse:
        """Read with the token."""
        return self.client.get(f"/api/v1/{path}", headers=self.headers)

    def post(self, body: bytes) -> TestResponse:
        """Send these bytes as a batch."""
        return self.client.post(
            "/api/v1/events", data=body, content_type="application/json", headers=self.headers
        )

    def send(self, events: list[Any], streams: dict[str, int] | None = None) -> dict[str, Any]:
        """Send a batch, see that it was answered for, and return the answer."""
        response = self.post(body(events, streams))
        assert response.status_code == 200, response.get_data(as_text=True)
        value: dict[str, Any] = response.get_json()
        return value

    def kept(self, number: int = 1, study: str = STUDY) -> list[dict[str, Any]]:
        """Return the events of a stream that the server holds."""
        log = self.context.store.events.read(study, stream(number))
        return [event.as_dict() for event in log.events]


def body(events: list[Any], streams: dict[str, int] | None = None, /, **more: Any) -> bytes:
    """Return the bytes of a batch of these events."""
    value = {
        "protocol": PROTOCOL,
        "batch": str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(events))),
        "sent": "2026-03-13T15:10:00.000+01:00",
        "digest": digest_of(events),
        "events": events,
        "streams": streams or {},
    }
    return json.dumps(value | more, ensure_ascii=False).encode()


def outcomes(answer: dict[str, Any]) -> list[str]:
    """Return what became of each event of a batch."""
    return [result["outcome"] for result in answer["results"]]
