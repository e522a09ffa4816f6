"""The envelope of an event, its id, its time, and the union of logs."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observation.core.canonical import INTEGER_LIMIT, canonical, parse_json
from observation.core.errors import Refused
from observation.core.events import (
    FIELDS,
    LONGEST_PAGE,
    SIZE_LIMIT,
    Event,
    instant,
    is_uuid,
    local_time,
    read_event,
    sealed,
    stream_kind,
    union,
    uuid7,
)
from tests.core.json_values import TEXTS, VALUES

UUID = "01900000-0000-7000-8000-0000000000a1"
GIVEN = {
    "id": UUID,
    "stream": f"observation/{UUID}",
    "kind": "note-written",
    "at": "2018-03-13T15:10:00+01:00",
    "elapsed": 1000,
    "device": "tablet-1",
    "boot": "b.1:2_3-4",
    "seq": 1,
    "by": "W1",
    "data": {"text": "“Eén lijn”, zegt P1 👍"},
    "format": 1,
}


def test_an_event_is_read_and_written_alike():
    event = read_event(GIVEN)
    assert event.as_dict() == GIVEN
    assert read_event(parse_json(canonical(event.as_dict()))) == event
    assert tuple(GIVEN) == FIELDS


@pytest.mark.parametrize(
    ("kind", "data"), [("never-heard-of", {"what": None}), ("note-written", {})]
)
def test_what_the_act_says_is_not_judged(kind, data):
    assert read_event(GIVEN | {"kind": kind, "data": data}).data == data


REFUSED = [
    *(("id", value) for value in (None, 7, "", "x", UUID.upper(), UUID[:-1], f"{{{UUID}}}")),
    *(("id", value) for value in (UUID.replace("-", ""), f"urn:uuid:{UUID}", f" {UUID}")),
    *(("stream", value) for value in (None, UUID, f"lesson/{UUID}", "observation/", "observation")),
    *(("stream", value) for value in (f"observation/{UUID}/", f"../{UUID}", "observation/../x")),
    *(("kind", value) for value in (None, "", "Note", "note_written", "note-", "-note", "n\n")),
    *(("at", value) for value in (None, 0, "", "2018-03-13", "2018-03-13T15:10:00", "yesterday")),
    *(("at", value) for value in ("2018-02-30T15:10:00Z", "2018-03-13T24:00:00Z")),
    *(("at", value) for value in ("1899-03-13T15:10:00Z", "2200-03-13T15:10:00Z")),
    *(("at", value) for value in ("2018-03-13T15:10:00+0100", "2018-03-13T15:10:00.1234Z")),
    *(("at", value) for value in ("٢٠١٨-03-13T15:10:00Z", "2018-03-13T15:10:0٥Z")),
    *(("elapsed", value) for value in (None, -1, 1.0, True, "1", 2**53)),
    *(("device", value) for value in (None, "", "a b", "-a", "a/b", "a" * 65, "é", "a\n", 7)),
    *(("boot", value) for value in (None, "", "a b", "a" * 65)),
    *(("seq", value) for value in (None, 0, -1, 1.5, True, "1", 2**53)),
    *(("by", value) for value in (None, "", "x" * 65, ["W1"])),
    *(("data", value) for value in (None, [], "text", 7)),
]


@pytest.mark.parametrize(("field", "value"), REFUSED, ids=repr)
def test_a_wrong_field_is_refused_by_name(field, value):
    with pytest.raises(Refused, match=rf"(?s)^The field {field} of an event must be .*\.$"):
        read_event(GIVEN | {field: value})


@pytest.mark.parametrize(
    ("field", "value"), [*REFUSED, ("format", 2), ("by", "\ud800"), ("data", {"a": 0.5})], ids=repr
)
def test_what_cannot_be_read_cannot_be_sealed(field, value):
    with pytest.raises(Refused, match=r"\.$"):
        sealed(replace(read_event(GIVEN), **{field: value}))


@given(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=64),
    st.dictionaries(TEXTS, VALUES),
    st.integers(0, LONGEST_PAGE),
    st.integers(1, INTEGER_LIMIT),
)
def test_sealed_is_the_event_with_its_canonical_bytes(by, data, elapsed, seq):
    event = read_event(GIVEN | {"by": by, "data": data, "elapsed": elapsed, "seq": seq})
    own, content = sealed(event)
    assert (own, content) == (event, canonical(event.as_dict()))
    assert own.data is not event.data


@pytest.mark.parametrize("value", [None, 0, 2, "1", True, 1.0, [], "x" * 999])
def test_another_format_is_refused_by_its_number(value):
    with pytest.raises(Refused, match=r"^This event has format .{1,60}; .*\.$"):
        read_event(GIVEN | {"format": value})


@pytest.mark.parametrize("field", [name for name in FIELDS if name != "format"])
def test_a_missing_field_is_refused_by_name(field):
    given = {name: value for name, value in GIVEN.items() if name != field}
    with pytest.raises(Refused, match=rf"missing: {field}; unknown: -\.$"):
        read_event(given)


def test_an_unknown_field_is_refused_by_name():
    with pytest.raises(Refused, match=r"missing: -; unknown: received\.$"):
        read_event(GIVEN | {"received": 1})


@pytest.mark.parametrize("value", [None, [], "event", 7])
def test_what_is_no_object_is_refused(value):
    with pytest.raises(Refused, match="must be an object"):
        read_event(value)


@pytest.mark.parametrize(
    "value", [{"a": 0.5}, {"a": "\ud800"}, {"a": 2**53}, {"a": [[[[[[[[[[[[[[[]]]]]]]]]]]]]]]}]
)
def test_data_without_canonical_bytes_is_refused(value):
    with pytest.raises(Refused, match=r"\.$"):
        read_event(GIVEN | {"data": value})


def test_an_event_of_the_largest_size_is_read_and_one_byte_more_is_not():
    room = SIZE_LIMIT - len(canonical(GIVEN | {"data": {"text": ""}}))
    read_event(GIVEN | {"data": {"text": "é" * (room // 2) + "x" * (room % 2)}})
    with pytest.raises(Refused, match=r"at most 262144 bytes, this one 262145"):
        read_event(GIVEN | {"data": {"text": "x" * (room + 1)}})
    with pytest.raises(Refused, match=r"at most 262144 bytes, this one 262145"):
        sealed(Event(**GIVEN | {"data": {"text": "x" * (room + 1)}}))


@pytest.mark.parametrize(
    ("found", "replaces"),
    [(["a", "b"], ("a", "b")), ([], ()), (["a", 7, None], ("a",)), ("abc", ()), (None, ())],
)
def test_what_an_event_replaces_is_read_from_a_list_only(found, replaces):
    assert read_event(GIVEN | {"data": {"replaces": found}}).replaces == replaces


def test_the_kind_of_a_stream_is_in_its_name():
    assert stream_kind(f"school/{UUID}") == "school"
    with pytest.raises(Refused, match=r"kinds study, school, observation, interview, not x\.$"):
        stream_kind("x")


@given(st.integers(0, 2**48 - 1), st.uuids(version=4))
def test_an_id_is_a_version_7_uuid_that_holds_its_time(milliseconds, random):
    made = uuid.UUID(uuid7(milliseconds, str(random)))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == milliseconds
    assert is_uuid(str(made))


@given(
    st.datetimes(datetime(1900, 1, 3), datetime(2199, 12, 29)),
    st.integers(-19 * 60, 19 * 60),
)
def test_an_instant_is_read_to_the_millisecond_whatever_the_offset(moment, offset):
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset)))
    milliseconds = instant(local.isoformat(timespec="milliseconds"))
    exact = (local - datetime(1970, 1, 1, tzinfo=UTC)) / timedelta(milliseconds=1)
    assert milliseconds <= exact < milliseconds + 1
    assert instant(local_time(milliseconds, local.isoformat()).isoformat("T", "milliseconds")) == (
        milliseconds
    )


def test_a_time_that_two_broken_clocks_made_is_shown_as_the_nearest_one():
    zone = "2018-03-13T15:10:00+01:00"
    assert local_time(10**17, zone).year == 2199
    assert local_time(-(10**17), zone).year == 1900


CONTENTS = st.builds(
    lambda number, text: replace(
        Event(**GIVEN),
        id=str(uuid.UUID(int=number)),
        data={"text": text},
    ),
    st.integers(1, 4),
    st.sampled_from("abc"),
)
LOGS = st.lists(CONTENTS, max_size=6)


@given(LOGS, LOGS, LOGS)
def test_the_union_is_idempotent_commutative_and_associative(one, two, three):
    assert union(one, one) == union(union(one)) == union(one)
    assert union(one, two) == union(two, one) == union([*two, *one])
    assert union(union(one, two), three) == union(one, union(two, three)) == union(one, two, three)


@given(LOGS, LOGS)
def test_the_union_keeps_every_content_of_an_id(one, two):
    found = union(one, two)
    assert {(e.id, e.data["text"]) for e in found} == {(e.id, e.data["text"]) for e in [*one, *two]}
    assert len({(e.id, e.digest) for e in found}) == len(found)


def test_the_digest_changes_with_every_field():
    event = Event(**GIVEN)
    other = {name: value + 1 if isinstance(value, int) else "x" for name, value in GIVEN.items()}
    digests = {replace(event, **{name: value}).digest for name, value in other.items()}
    assert len(digests | {event.digest}) == len(FIELDS) + 1
