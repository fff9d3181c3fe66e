import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from signing import canonical
from signing.errors import NotCanonical

values = st.recursive(
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_bytes_and_values_go_round(value):
    data = canonical.dumps(value)
    assert canonical.loads(data) == value
    assert json.loads(data) == value
    assert canonical.dumps(canonical.loads(data)) == data


@given(values)
def test_the_bytes_are_those_of_another_implementation(value):
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(st.characters(exclude_categories=["Cs"]))
def test_every_character_is_escaped_as_another_implementation_does(character):
    assert canonical.dumps({character: character}) == rfc8785.dumps({character: character})


def test_the_example_of_rfc_8785_without_its_floats():
    value = {
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [True, False],
        "peach": "sorts",
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "1": "One",
        "\U0001f600": "Emoji: Grinning Face",
        "\u0080": "Control",
        "\u00f6": "Latin Small Letter O With Diaeresis",
    }
    assert list(json.loads(canonical.dumps(value))) == [
        "\r",
        "1",
        "literals",
        "peach",
        "string",
        "\u0080",
        "\u00f6",
        "\u20ac",
        "\U0001f600",
        "\ufb33",
    ]
    assert b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"' in canonical.dumps(value)


@pytest.mark.parametrize(
    "value",
    [
        1.5,
        1.0,
        None,
        float("nan"),
        2**53,
        -(2**53),
        {"a": None},
        [0.0],
        {1: "a"},
        b"bytes",
        "\ud800",
        {"\ud800": 1},
    ],
)
def test_what_has_no_single_form_is_refused(value):
    with pytest.raises(NotCanonical):
        canonical.dumps(value)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b'{"a":1,"a":1}',
        b'{"a":1,"b":{"c":1,"c":2}}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'{"a":1.0}',
        b'{"a":1e2}',
        b'{"a":null}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\/"}',
        b'\xef\xbb\xbf{"a":1}',
        b'{"a":"\xff"}',
        b'{"a":9007199254740992}',
        b"9" * 5000,
        b"[" * 100_000,
        b"[" * 40 + b"]" * 40,
    ],
)
def test_any_other_spelling_is_refused(data):
    with pytest.raises(NotCanonical):
        canonical.loads(data)


def test_an_object_is_asked_for():
    assert canonical.load_object(b'{"a":1}') == {"a": 1}
    with pytest.raises(NotCanonical):
        canonical.load_object(b"[]")
