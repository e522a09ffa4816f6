"""A browser of somebody who signed in is a tablet of that study without a code, and asks for nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from observation.settings import Clock
from observation.store import accounts
from observation.store.accounts import accept, invite
from observation.store.devices import devices
from observation.store.reading import read_stream
from observation.store.server import current_study
from tests.browser.place import chromium, serving, until
from tests.browser.test_moved_clock import SENTENCE, is_asked, sign_in
from tests.browser.test_offline import begin, text
from tests.browser.test_qr_code import passed_on
from tests.certificates import make_certificate

pytestmark = pytest.mark.slow


def test_who_signed_in_begins_and_it_is_sent_and_who_did_not_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", quick)
    clock, certificate = Clock(), make_certificate(tmp_path, "127.0.0.1")
    with (
        serving(tmp_path / "data", clock, 0, passed_on, certificate) as (url, context),
        chromium(tmp_path / "profile") as opened,
    ):
        opened.execute_cdp_cmd("Security.setIgnoreCertificateErrors", {"ignore": True})
        registry, study, now = context.store.registry, current_study(context.store), clock.now()
        accept(registry, invite(registry, "Noor", study, "observer", now, "W1"), SENTENCE, now)
        uuid = begin(opened, url)
        until(opened, lambda: "op deze tablet" in text(opened, ".saved"))
        assert devices(registry) == []  # nobody signed in, so it waits on the tablet

        opened.get(f"{url}/?language=nl")
        assert is_asked(opened)
        sign_in(opened)
        opened.get(f"{url}/capture?language=nl#{uuid}")
        until(opened, lambda: "op de server" in text(opened, ".saved"))
        (device,) = devices(registry)
        assert (device.study, device.role) == (study, "observer")
        log = read_stream(context.store.events, study, f"observation/{uuid}")
        assert log.events[0].kind == "observation-begun"
        assert {kept.receipt.source for kept in log.kept} == {device.id}
