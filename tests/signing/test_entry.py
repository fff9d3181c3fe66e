import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signing import canonical
from signing.entry import ENTRY_TYPES, LARGEST, OBJECT_TYPES, REASONS, Entry, ObjectRef
from signing.errors import EntryInvalid
from tests.signing.values import entry


@given(
    st.sampled_from(sorted(ENTRY_TYPES)),
    st.integers(0, 2**53 - 1),
    st.sampled_from(sorted(OBJECT_TYPES)),
    st.integers(0, 3),
    st.sampled_from([None, "ab" * 32]),
)
def test_an_entry_comes_back_from_its_bytes(name, seq, about, ordinal, subject):
    made = entry(
        type=name,
        seq=seq,
        object=ObjectRef(about, "x1"),
        chain=ENTRY_TYPES[name].chain,
        ordinal=ordinal,
        previous="cd" * 32 if ordinal else None,
        subject=subject,
        reason=None,
    ).require_registered()
    assert Entry.parse(made.to_bytes()) == made
    assert made.understood
    assert len(made.to_bytes()) <= LARGEST


def test_the_bytes_of_an_entry():
    assert entry().to_bytes() == (
        b'{"actor":"f00dfeedbeef","chain":"custody",'
        b'"object":{"id":"0192f0c1-2b3c-7d4e-8f50-617283940a2c","type":"deposit"},"ordinal":0,"reason":"upload",'
        b'"seq":7,"subject":"' + b"ab" * 32 + b'","time":"2026-11-21T09:14:00.000000Z","type":"receive"}'
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("type", "Receive"),
        ("type", ""),
        ("seq", -1),
        ("seq", True),
        ("time", "2026-11-21"),
        ("actor", "Jan Kowalski"),
        ("actor", ""),
        ("object", {"type": "deposit"}),
        ("object", {"type": "deposit", "id": "x", "name": "y"}),
        ("object", "deposit"),
        ("object", {"type": "deposit", "id": "../x"}),
        ("chain", "other"),
        ("ordinal", 1),
        ("previous", "ab" * 32),
        ("subject", "AB" * 32),
        ("reason", "because of this"),
        ("extra", 1),
    ],
)
def test_an_entry_that_breaks_the_format_is_refused(name, value):
    whole = json.loads(entry().to_bytes()) | {name: value}
    with pytest.raises(EntryInvalid):
        Entry.parse(canonical.dumps(whole))


@pytest.mark.parametrize("name", ["type", "seq", "time", "actor", "object", "chain", "ordinal"])
def test_nothing_may_be_missing(name):
    whole = json.loads(entry().to_bytes())
    del whole[name]
    with pytest.raises(EntryInvalid):
        Entry.parse(canonical.dumps(whole))


def test_entries_are_small():
    with pytest.raises(EntryInvalid):
        Entry.parse(b" " * (LARGEST + 1))


def test_an_unknown_type_or_reason_is_read_but_never_written():
    later = entry(type="teleport", reason="by-wormhole")
    assert Entry.parse(later.to_bytes()) == later
    assert not later.understood
    with pytest.raises(EntryInvalid, match="teleport"):
        later.require_registered()
    with pytest.raises(EntryInvalid, match="by-wormhole"):
        entry(reason="by-wormhole").require_registered()


@pytest.mark.parametrize(
    "made",
    [
        entry(chain="access"),
        entry(type="search", reason=None),
        entry(object=ObjectRef("teapot", "1")),
        entry(reason="court"),
    ],
    ids=["chain", "other chain", "object", "reason of another type"],
)
def test_the_registry_is_kept_by_writers(made):
    with pytest.raises(EntryInvalid):
        made.require_registered()


def test_the_registry_agrees_with_itself():
    assert all(reason.types <= ENTRY_TYPES.keys() for reason in REASONS.values())
    assert {name for name, kind in ENTRY_TYPES.items() if kind.chain == "access"} == {
        "access",
        "download",
        "search",
    }
