"""One sequence of bytes per value, and a sentence for a value that has none."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observation.core.canonical import DEPTH_LIMIT, INTEGER_LIMIT, canonical, digest, parse_json
from observation.core.errors import Refused
from tests.core.json_values import TEXTS, VALUES


@given(VALUES)
def test_the_bytes_read_back_as_the_value_and_are_written_alike_again(value):
    written = canonical(value)
    assert parse_json(written) == value
    assert canonical(parse_json(written)) == written
    assert digest(value) == hashlib.sha256(written).hexdigest()


@given(st.dictionaries(TEXTS, VALUES), st.randoms())
def test_the_order_in_which_names_were_given_does_not_matter(value, random):
    names = list(value)
    random.shuffle(names)
    assert canonical({name: value[name] for name in names}) == canonical(value)


@given(VALUES)
def test_white_space_and_escapes_of_the_source_do_not_matter(value):
    assert canonical(parse_json(json.dumps(value, indent=1))) == canonical(value)


def test_a_tuple_is_written_as_a_list():
    assert canonical(("a", [1], {})) == b'["a",[1],{}]'


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (1.0, "float"),
        (float("nan"), "float"),
        (b"bytes", "bytes"),
        ({1, 2}, "set"),
        (INTEGER_LIMIT + 1, "too large"),
        ([-INTEGER_LIMIT - 1], "too large"),
        ({1: "a"}, "name"),
        ({None: "a"}, "name"),
        ("\ud800", "surrogate"),
        ({"\udfff": 1}, "surrogate"),
        ({"a": "\ud83d"}, "surrogate"),
    ],
    ids=repr,
)
def test_a_value_without_canonical_bytes_is_refused_with_a_sentence(value, word):
    with pytest.raises(Refused, match=rf"{word}.*\.$"):
        canonical(value)


def test_a_value_is_refused_one_level_below_the_deepest():
    value = []
    for _ in range(DEPTH_LIMIT - 1):
        value = [value]
    assert canonical(value) == b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT
    with pytest.raises(Refused, match="16 deep"):
        canonical([value])


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ('{"a":1,"a":1}', "twice"),
        ('{"a":1,"\\u0061":2}', "twice"),
        ('[{"b":{"a":1,"a":2}}]', "twice"),
        ("1.0", "whole"),
        ("1e2", "whole"),
        ("-0.0", "whole"),
        ("NaN", "whole"),
        ("-Infinity", "whole"),
        ("", "JSON"),
        ("{'a':1}", "JSON"),
        ("[1,]", "JSON"),
        ('"\n"', "JSON"),
        ("9" * 5000, "JSON"),
        (b"\xff\xfe", "JSON"),
        (b'"\xff"', "JSON"),
        ("[" * 100_000, "deeply"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_text_that_could_not_be_written_back_is_refused_with_a_sentence(source, word):
    with pytest.raises(Refused, match=rf"{word}.*\.$"):
        parse_json(source)
