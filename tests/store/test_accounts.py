"""Accounts, sessions, and tries to sign in, over each kind of registry."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from observation.core.errors import Refused
from observation.store import accounts, sessions
from observation.store.accounts import (
    Account,
    accept,
    assign,
    disable,
    find_account,
    invite,
    reset,
    verified,
)
from observation.store.attempts import FREE, TooSoon, admit, forgive
from tests.store.store_events import OTHER_STUDY, STUDY, together

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
SENTENCE = "drie stoelen bij het bord"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Argon2 with the least work that it can be given: what is shown does not depend on it."""
    hasher = accounts.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    accounts._nobody.cache_clear()
    yield
    accounts._nobody.cache_clear()


def later(**time):
    return NOW + timedelta(**time)


def succeeded(calls):
    """Run these calls at once; return how many were not refused."""
    done = []

    def run(call):
        with suppress(Refused):
            call()
            done.append(call)

    together([partial(run, call) for call in calls])
    return len(done)


def account(registry, name="Noor", role="lead", study=STUDY):
    """Invite somebody who accepts at once."""
    return accept(registry, invite(registry, name, study, role, NOW), SENTENCE, NOW)


class TestInvitations:
    def test_a_link_gives_a_password_once_and_within_a_week(self, registry):
        secret = invite(registry, " Noor ", STUDY, "lead", NOW)
        assert verified(registry, "Noor", "") is None
        assert accept(registry, secret, SENTENCE, later(days=6)).roles == {STUDY: "lead"}
        assert verified(registry, "nOOR", SENTENCE).name == "Noor"
        for when in (later(days=6), later(days=8)):
            with pytest.raises(Refused, match="used already"):
                accept(registry, secret, SENTENCE, when)

    @pytest.mark.parametrize("when", [later(days=7), later(minutes=-6)])
    def test_an_old_link_and_one_of_the_future_are_of_no_use(self, registry, when):
        secret = invite(registry, "Noor", STUDY, "lead", NOW)
        with pytest.raises(Refused, match="too old"):
            accept(registry, secret, SENTENCE, when)

    @pytest.mark.parametrize("password", ["", "elf letters", "x" * 1001])
    def test_a_password_that_is_refused_costs_no_link(self, registry, password):
        secret = invite(registry, "Noor", STUDY, "lead", NOW)
        with pytest.raises(Refused, match="A password has at"):
            accept(registry, secret, password, NOW)
        assert accept(registry, secret, SENTENCE, NOW).name == "Noor"

    def test_a_password_is_the_same_however_a_keyboard_makes_its_letters(self, registry):
        accept(registry, invite(registry, "Noor", STUDY, "lead", NOW), "één twee drie", NOW)
        assert verified(registry, "Noor", "e\u0301e\u0301n twee drie")

    def test_nothing_that_could_be_used_is_kept(self, registry):
        secret = invite(registry, "Noor", STUDY, "lead", NOW)
        assert secret not in str(registry.list("account"))
        accept(registry, secret, SENTENCE, NOW)
        kept = str(registry.list("account"))
        assert SENTENCE not in kept
        assert "$argon2id$" in kept

    @pytest.mark.parametrize(
        ("name", "role", "member"),
        [
            ("", "lead", ""),
            ("x" * 65, "lead", ""),
            ("a\nb", "lead", ""),
            ("Noor", "boss", ""),
            ("Noor", "lead", "W 1"),
            ("Noor", "observer", " "),  # nobody could tell which records are the own ones
        ],
    )
    def test_a_name_role_or_member_that_cannot_be_is_refused(self, registry, name, role, member):
        with pytest.raises(Refused):
            invite(registry, name, STUDY, role, NOW, member)
        assert accounts.accounts(registry) == []

    def test_a_name_is_one_account_in_every_study(self, registry):
        account(registry)
        with pytest.raises(Refused, match="already"):
            invite(registry, "noor", STUDY, "analyst", NOW)
        assert invite(registry, "noor", OTHER_STUDY, "observer", NOW, " W1 ") == ""
        (found,) = accounts.accounts(registry)
        assert found.roles == {STUDY: "lead", OTHER_STUDY: "observer"}
        assert found.members == {OTHER_STUDY: "W1"}
        assert verified(registry, "Noor", SENTENCE)

    def test_who_leads_another_study_gets_no_link_to_choose_the_password(self, registry):
        first = invite(registry, "Noor", STUDY, "lead", NOW)
        assert invite(registry, "Noor", OTHER_STUDY, "analyst", NOW) == ""
        assert accept(registry, first, SENTENCE, NOW).name == "Noor"

    def test_of_many_who_use_one_link_at_once_one_succeeds(self, registry):
        secret = invite(registry, "Noor", STUDY, "lead", NOW)
        uses = [partial(accept, registry, secret, f"{SENTENCE} {n}", NOW) for n in range(6)]
        assert succeeded(uses) == 1


class TestTheFirstLead:
    def test_of_the_links_of_several_starts_the_last_is_good_once_and_then_there_is_none(
        self, registry
    ):
        first, second = (accounts.first_lead(registry, STUDY, NOW) for _ in range(2))
        with pytest.raises(Refused, match="used already"):
            accept(registry, first, SENTENCE, NOW, "Noor")
        found = accept(registry, second, SENTENCE, NOW, " Noor ")
        assert (found.name, found.roles) == ("Noor", {STUDY: "lead"})
        assert verified(registry, "noor", SENTENCE)
        with pytest.raises(Refused, match="used already"):
            accept(registry, second, SENTENCE, NOW, "Sam")
        assert accounts.first_lead(registry, STUDY, NOW) is None
        reset(registry, "Noor", NOW)  # who lost a password is not who comes first
        assert accounts.first_lead(registry, STUDY, NOW) is None
        assert [each.name for each in accounts.accounts(registry)] == ["Noor"]

    def test_it_is_void_once_somebody_who_was_invited_has_a_password(self, registry):
        link = invite(registry, "Noor", STUDY, "lead", NOW)
        secret = accounts.first_lead(registry, STUDY, NOW)
        assert accept(registry, link, SENTENCE, NOW, "Sam").name == "Noor"
        with pytest.raises(Refused, match="used already"):
            accept(registry, secret, SENTENCE, NOW, "Sam")
        assert [each.name for each in accounts.accounts(registry)] == ["Noor"]

    def test_it_keeps_its_name_where_none_is_chosen_and_takes_nobodys(self, registry):
        invite(registry, "Noor", STUDY, "lead", NOW)
        secret = accounts.first_lead(registry, STUDY, NOW)
        for name in ("NOOR", "x" * 65):
            with pytest.raises(Refused, match="account"):
                accept(registry, secret, SENTENCE, NOW, name)
        assert accept(registry, secret, SENTENCE, NOW).name == "lead"
        assert not accounts.names_first(registry)

    def test_who_was_invited_by_that_name_keeps_the_link(self, registry):
        link = invite(registry, "Lead", STUDY, "lead", NOW)
        assert accounts.first_lead(registry, STUDY, NOW) is None
        assert accept(registry, link, SENTENCE, NOW, "Noor").name == "Lead"

    def test_it_lasts_a_week(self, registry):
        secret = accounts.first_lead(registry, STUDY, NOW)
        with pytest.raises(Refused, match="too old"):
            accept(registry, secret, SENTENCE, later(days=7))

    def test_of_several_servers_that_start_at_once_one_link_is_good(self, registry):
        secrets = []
        together([lambda: secrets.append(accounts.first_lead(registry, STUDY, NOW))] * 4)
        uses = [partial(accept, registry, each, SENTENCE, NOW) for each in secrets]
        assert (len(set(secrets)), succeeded(uses)) == (4, 1)


class TestChanges:
    def test_a_reset_makes_the_password_void(self, registry):
        account(registry)
        signed_in = sessions.begin(registry, "Noor", "", later(days=1))
        secret = reset(registry, "NOOR", later(days=1))
        assert sessions.session_of(registry, signed_in, later(days=1)) is None
        assert verified(registry, "Noor", SENTENCE) is None
        accept(registry, secret, "een ander zinnetje", later(days=1))
        assert verified(registry, "Noor", "een ander zinnetje")

    def test_a_disabled_account_signs_in_no_more_until_it_is_reset(self, registry):
        account(registry)
        account(registry, "Sam")
        disable(registry, "Noor", later(days=1))
        assert verified(registry, "Noor", SENTENCE) is None
        assert find_account(registry, "Noor").disabled == "2026-03-14T14:10:00.000Z"
        accept(registry, reset(registry, "Noor", later(days=2)), SENTENCE, later(days=2))
        assert verified(registry, "Noor", SENTENCE)

    def test_the_last_lead_of_a_study_stays(self, registry):
        account(registry)
        account(registry, "Sam", "analyst")
        for change in (
            lambda: disable(registry, "Noor", NOW),
            lambda: assign(registry, "Noor", STUDY, "analyst"),
            lambda: assign(registry, "Noor", STUDY, ""),
        ):
            with pytest.raises(Refused, match="last lead"):
                change()
        assign(registry, "Sam", STUDY, "lead")
        disable(registry, "Noor", NOW)
        with pytest.raises(Refused, match="last lead"):
            disable(registry, "Sam", NOW)

    def test_a_part_is_given_with_its_member_and_taken(self, registry):
        account(registry)
        account(registry, "Sam", "analyst")
        assign(registry, "Sam", STUDY, "observer", "W2")
        sam = find_account(registry, "Sam")
        assert (sam.roles, sam.members) == ({STUDY: "observer"}, {STUDY: "W2"})
        with pytest.raises(Refused, match="which member"):
            assign(registry, "Sam", STUDY, "observer")
        assign(registry, "Sam", STUDY, "")
        sam = find_account(registry, "Sam")
        assert (sam.roles, sam.members) == ({}, {})

    def test_of_two_leads_who_leave_at_once_one_stays(self, registry):
        for name in ("Noor", "Sam"):
            account(registry, name)
        assert succeeded([partial(disable, registry, name, NOW) for name in ("Noor", "Sam")]) == 1

    @pytest.mark.parametrize("change", [reset, disable])
    def test_who_is_not_known_cannot_be_changed(self, registry, change):
        with pytest.raises(Refused, match="no account"):
            change(registry, "Noor", NOW)


def test_a_password_is_verified_once_whoever_is_asked_for(registry, monkeypatch):
    account(registry)
    account(registry, "Sam")
    disable(registry, "Sam", NOW)
    invite(registry, "Kim", STUDY, "analyst", NOW)
    hasher, asked = accounts._hasher, []

    class Spy:
        hash = hasher.hash

        def verify(self, hashed, password):
            asked.append(hashed)
            return hasher.verify(hashed, password)

    monkeypatch.setattr(accounts, "_hasher", Spy())
    for name in ("Noor", "Sam", "Kim", "nobody", ""):
        assert verified(registry, name, "not the password") is None
        assert len(asked) == 1
        asked.clear()


class TestSessions:
    def test_a_session_ends_after_30_minutes_without_use(self, registry):
        secret = sessions.begin(registry, "Noor", "Firefox", NOW)
        assert sessions.session_of(registry, secret, later(minutes=29)).account == "Noor"
        assert sessions.session_of(registry, secret, later(minutes=58))
        assert sessions.session_of(registry, secret, later(minutes=89)) is None

    def test_a_session_ends_after_12_hours_of_use(self, registry):
        secret = sessions.begin(registry, "Noor", "Firefox", NOW)
        for minutes in range(20, 12 * 60, 20):
            assert sessions.session_of(registry, secret, later(minutes=minutes))
        assert sessions.session_of(registry, secret, later(hours=12)) is None

    def test_a_clock_that_is_set_back_ends_it(self, registry):
        secret = sessions.begin(registry, "Noor", "Firefox", NOW)
        # Two servers of one store may have clocks a little apart.
        assert sessions.session_of(registry, secret, later(minutes=-4))
        assert sessions.session_of(registry, secret, later(minutes=-6)) is None

    def test_sessions_are_listed_without_their_secret_and_can_be_ended(self, registry):
        first = sessions.begin(registry, "Noor", "Firefox", NOW)
        second = sessions.begin(registry, "Noor", "x" * 500, later(minutes=1))
        sessions.begin(registry, "Sam", "Safari", NOW)
        found = sessions.sessions(registry, later(minutes=2), "Noor")
        assert [each.browser for each in found] == ["x" * 200, "Firefox"]
        assert first not in str(registry.list("session"))
        assert sessions.session_of(registry, found[1].key, NOW) is None
        sessions.end(registry, sessions.key_of(first))
        assert sessions.session_of(registry, first, later(minutes=2)) is None
        sessions.end_all(registry, "Noor")
        assert sessions.session_of(registry, second, later(minutes=2)) is None
        assert [s.account for s in sessions.sessions(registry, later(minutes=2))] == ["Sam"]

    def test_what_is_over_is_forgotten_when_another_begins(self, registry):
        sessions.begin(registry, "Noor", "", NOW)
        sessions.begin(registry, "Noor", "", later(hours=1))
        assert len(registry.list("session")) == 1

    def test_one_that_was_ended_stays_ended_while_it_is_used(self, registry, monkeypatch):
        secret = sessions.begin(registry, "Noor", "", NOW)
        put = type(registry).put

        def ended_meanwhile(self, kind, key, value, version):
            registry.delete(kind, key)
            return put(self, kind, key, value, version)

        monkeypatch.setattr(type(registry), "put", ended_meanwhile)
        assert sessions.session_of(registry, secret, later(minutes=5)) is None
        assert registry.list("session") == {}


class TestTries:
    def test_a_thousand_guesses_take_most_of_a_day(self, registry):
        now, waits = NOW, []
        while len(waits) < 1000:
            try:
                admit(registry, ("account noor", "address 10.0.0.1"), now)
                waits.append(0)
            except TooSoon as wait:
                waits[-1] = wait.seconds
                now += timedelta(seconds=wait.seconds)
        assert max(waits) == 60
        assert now > later(hours=16)

    def test_the_first_tries_do_not_wait_and_a_right_one_forgives_them(self, registry):
        places = ("account noor", "address 10.0.0.1")
        for _ in range(3):
            for _ in range(FREE):
                admit(registry, places, NOW)
            forgive(registry, places)

    def test_guesses_at_an_account_from_many_addresses_are_slowed_too(self, registry):
        for number in range(FREE):
            admit(registry, ("account noor", f"address 10.0.0.{number}"), NOW)
        with pytest.raises(TooSoon):
            admit(registry, ("account noor", "address 10.0.0.99"), NOW)
        admit(registry, ("account sam", "address 10.0.1.1"), NOW)

    def test_whoever_waits_gets_a_turn(self, registry):
        for _ in range(FREE):
            admit(registry, ("account noor",), NOW)
        for _ in range(50):  # what comes too soon makes nobody wait longer
            with pytest.raises(TooSoon):
                admit(registry, ("account noor",), NOW)
        admit(registry, ("account noor",), later(seconds=2))

    def test_tries_at_once_do_not_escape(self, registry):
        assert succeeded([partial(admit, registry, ("account noor",), NOW)] * 20) == FREE

    def test_no_name_and_no_address_is_kept(self, registry):
        admit(registry, ("account noor", "address 10.0.0.1"), NOW)
        kept = str(registry.list("attempt"))
        assert "noor" not in kept
        assert "10.0.0.1" not in kept


def test_an_account_says_nothing_of_its_password_when_it_is_printed(registry):
    assert isinstance(account(registry), Account)
    assert "argon2" not in repr(account(registry, "Sam"))
