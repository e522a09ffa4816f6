"""Devices, their tokens, the codes that enrol them, and which server they talk to."""

from datetime import UTC, datetime, timedelta

import pytest

from observation.core.errors import Refused
from observation.store import open_store
from observation.store.codes import ALPHABET, new_code, plain, redeem
from observation.store.devices import Device, device_of, devices, enrol, find_device, revoke
from observation.store.server import changed, current_study, identity, raise_epoch
from tests.store.store_events import OTHER_STUDY, RECEIPT, STREAM, STUDY, make_event, together

NOW = datetime(2026, 3, 13, 14, 10, tzinfo=UTC)
TABLET = "01900000-0000-7000-8000-0000000000d1"
OTHER = "01900000-0000-7000-8000-0000000000d2"


def later(**time):
    return NOW + timedelta(**time)


class TestTokens:
    def test_a_token_finds_its_device_and_no_other_text_does(self, registry):
        token = enrol(registry, STUDY, TABLET, " iPad 1 ", NOW)
        enrol(registry, OTHER_STUDY, OTHER, "iPad 2", NOW)
        device = Device(TABLET, STUDY, "iPad 1", "2026-03-13T14:10:00.000Z")
        assert device_of(registry, token) == find_device(registry, TABLET) == device
        assert {device_of(registry, other) for other in ("", token[:-1], "é\ud800")} == {None}

    def test_a_token_is_256_random_bits_and_is_not_kept(self, registry):
        tokens = [enrol(registry, STUDY, TABLET, "iPad", NOW) for _ in range(20)]
        assert len(set(tokens)) == 20
        assert {len(token) for token in tokens} == {43}
        assert not any(token in str(registry.list("device")) for token in tokens)

    def test_a_new_enrolment_makes_the_token_before_it_void(self, registry):
        first = enrol(registry, STUDY, TABLET, "iPad", NOW)
        second = enrol(registry, OTHER_STUDY, TABLET, "iPad again", NOW)
        assert device_of(registry, first) is None
        assert device_of(registry, second).study == OTHER_STUDY
        assert len(devices(registry)) == 1

    def test_a_revoked_device_is_still_known_and_the_first_time_counts(self, registry):
        token = enrol(registry, STUDY, TABLET, "iPad", NOW)
        revoke(registry, TABLET, later(hours=1))
        revoke(registry, TABLET, later(hours=2))
        assert device_of(registry, token).revoked == "2026-03-13T15:10:00.000Z"
        with pytest.raises(Refused, match="no such tablet"):
            revoke(registry, OTHER, NOW)

    @pytest.mark.parametrize(
        ("device", "name"),
        [(TABLET.upper(), "x"), ("../x", "x"), (None, "x"), (TABLET, " "), (TABLET, "x" * 65)],
    )
    def test_an_odd_id_or_name_is_refused_and_uses_no_code_up(self, registry, device, name):
        code = new_code(registry, STUDY, NOW)
        with pytest.raises(Refused):
            redeem(registry, code, device, name, NOW)
        with pytest.raises(Refused):
            enrol(registry, STUDY, device, name, NOW)
        assert redeem(registry, code, TABLET, "iPad", NOW)[0] == STUDY


class TestCodes:
    def test_a_code_is_ten_characters_that_cannot_be_confused_and_is_not_kept(self, registry):
        code = new_code(registry, STUDY, NOW)
        assert (len(code), code[5]) == (11, "-")
        assert set(plain(code)) <= set(ALPHABET)
        assert len({new_code(registry, STUDY, NOW) for _ in range(20)}) == 20
        assert plain(code) not in str(registry.list("code"))

    def test_a_code_enrols_one_device_in_its_study_once(self, registry):
        code = new_code(registry, OTHER_STUDY, NOW)
        study, token = redeem(registry, code, TABLET, "iPad", later(minutes=9, seconds=59))
        assert (study, device_of(registry, token).id) == (OTHER_STUDY, TABLET)
        with pytest.raises(Refused, match="used already"):
            redeem(registry, code, OTHER, "iPad 2", NOW)

    def test_of_many_who_type_one_code_at_once_one_gets_in(self, registry):
        code, outcomes = new_code(registry, STUDY, NOW), []

        def attempt(device):
            try:
                outcomes.append(redeem(registry, code, device, "iPad", NOW)[0])
            except Refused:
                outcomes.append("refused")

        together([lambda n=n: attempt(f"{TABLET[:-1]}{n}") for n in range(6)])
        assert sorted(outcomes) == sorted([STUDY, *["refused"] * 5])
        assert len(devices(registry)) == 1

    @pytest.mark.parametrize(
        "typed",
        ["01O1I-abcde", "o1OlL-ABCDE", " 0 1 0 1 1 a b c d e ", "010I1ABCDE\n", "--01011-ABCDE--"],
    )
    def test_a_code_is_read_as_it_was_meant(self, typed):
        assert plain(typed) == "01011ABCDE"

    @pytest.mark.parametrize("minutes", [10, 60, -1])
    def test_a_code_is_valid_for_ten_minutes(self, registry, minutes):
        code = new_code(registry, STUDY, NOW)
        with pytest.raises(Refused, match="no longer valid"):
            redeem(registry, code, TABLET, "iPad", later(minutes=minutes))

    def test_after_five_wrong_tries_every_code_shown_until_then_is_void(self, registry):
        codes = [new_code(registry, STUDY, NOW) for _ in range(2)]
        said = []
        for _ in range(5):
            with pytest.raises(Refused) as refusal:
                redeem(registry, "AAAAA-AAAAA", TABLET, "iPad", NOW)
            said.append(str(refusal.value))
        assert [text[-2] for text in said[:4]] == ["4", "3", "2", "1"]
        assert "void" in said[4]
        for code in codes:
            with pytest.raises(Refused, match="void"):
                redeem(registry, code, TABLET, "iPad", NOW)
        assert redeem(registry, new_code(registry, STUDY, NOW), TABLET, "iPad", NOW)[0] == STUDY

    def test_four_wrong_tries_leave_the_code_as_it_was(self, registry):
        code = new_code(registry, STUDY, NOW)
        for _ in range(4):
            with pytest.raises(Refused, match="Tries left"):
                redeem(registry, "AAAAAAAAAA", TABLET, "iPad", NOW)
        assert redeem(registry, code, TABLET, "iPad", NOW)[0] == STUDY

    def test_wrong_tries_at_once_are_all_counted(self, registry):
        code = new_code(registry, STUDY, NOW)

        def guess():
            with pytest.raises(Refused):
                redeem(registry, "AAAAAAAAAA", TABLET, "iPad", NOW)

        together([guess] * 5)
        with pytest.raises(Refused, match="void"):
            redeem(registry, code, TABLET, "iPad", NOW)

    def test_without_any_code_a_guess_is_unknown(self, registry):
        with pytest.raises(Refused, match="not known here; ask"):
            redeem(registry, "AAAAAAAAAA", TABLET, "iPad", NOW)

    def test_old_codes_are_forgotten(self, registry):
        for hours in (0, 1, 26):
            new_code(registry, STUDY, later(hours=hours))
        assert len(registry.get("code", "all")[0]) == 1


class TestServer:
    def test_a_change_that_another_came_before_is_made_again_on_the_others_value(self, registry):
        def change(value):
            seen.append(value)
            if len(seen) == 1:
                registry.put("counter", "a", 10, None)
            return (value or 0) + 1

        seen = []
        assert changed(registry, "counter", "a", change) == 11
        assert (seen, registry.get("counter", "a")[0]) == ([None, 10], 11)

    def test_the_log_keeps_its_name_and_an_epoch_only_rises(self, registry):
        first = identity(registry)
        assert (identity(registry), first.epoch) == (first, 1)
        raised = raise_epoch(registry, NOW)
        assert (raised, raised.log) == (identity(registry), first.log)
        assert raised.epoch > first.epoch
        after = raise_epoch(registry, later(days=-1))  # by a clock that was set back
        assert after.epoch > raised.epoch

    def test_the_same_state_restored_twice_begins_two_epochs(self, registry):
        known = {"log": {"log": "01900000-0000-7000-8000-0000000000f1", "epoch": 1}}
        elsewhere = open_store("memory:").registry
        for each in (registry, elsewhere):
            each.add("server", known)
        first, second = raise_epoch(registry, NOW), raise_epoch(elsewhere, later(minutes=1))
        assert first.log == second.log
        assert first.epoch != second.epoch

    def test_all_who_ask_at_once_are_told_the_same(self, store):
        seen = []
        together([lambda: seen.append((identity(store.registry), current_study(store)))] * 8)
        assert len(seen) == 8
        assert len(set(seen)) == 1

    def test_two_who_begin_on_an_empty_server_share_a_study_and_later_ones_join_it(self, store):
        study = current_study(store)
        assert current_study(store) == study
        store.events.append(study, STREAM, [make_event()], RECEIPT)
        assert current_study(store) == study

    def test_the_study_that_is_kept_here_is_the_one(self, store):
        store.events.append(STUDY, STREAM, [make_event()], RECEIPT)
        assert current_study(store) == STUDY
