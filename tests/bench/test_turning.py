"""What copied papers have in the place of identifiers, digests, names and numbers."""

import hashlib

import pytest

from archive.document_keys import number_key
from archive.registry import NewParty
from bench._intake import Debtor
from bench._turning import Kind, Swaps, Turning

_PAPER, _OTHER = "01a20395-f367-7789-99f1-1b3193547fac", "01a20395-dfe4-7e92-8cbe-96f27c32c40b"
_DIGEST = hashlib.sha256(b"a paper").hexdigest()


def _debtor(number: int) -> Debtor:
    party = NewParty(name=f"Anna Nowak{'abc'[number]}", identifiers=(("pesel", f"4405140145{number}"),))
    return Debtor(f"party-{number}", party, f"KR/000000{number}/20", 0, f"claim-{number}")


@pytest.fixture
def turning() -> Turning:
    swaps = Swaps([_debtor(number) for number in range(3)], 1, frozenset({"RE-17"}))
    return Turning(frozenset({_PAPER}), swaps, int(_PAPER[:6], 16))


def test_identifiers_move_in_time_and_those_of_others_stay(turning: Turning) -> None:
    moved = [turning.moved(_PAPER, number) for number in range(3)]
    assert moved[0] == _PAPER and sorted(moved) == moved and len(set(moved)) == 3
    said = turning.embedded(f"deposits/{_PAPER}/original of {_OTHER}", 2)
    assert said == f"deposits/{moved[2]}/original of {_OTHER}"


def test_digests_are_others_and_their_beginnings_stay_beginnings(turning: Turning) -> None:
    first, second = turning.digest(_DIGEST, 1), turning.digest(_DIGEST, 2)
    assert first != second and first is not None and len(first) == 64
    assert turning.digest(_DIGEST[:32], 1) == first[:32]


def test_a_copy_is_about_another_debtor(turning: Turning) -> None:
    old, new = _debtor(0), _debtor(2)
    for said, instead in (
        (old.id, new.id),
        (old.claim, new.claim),
        (old.number, new.number),
        (number_key(old.number), number_key(new.number)),
        (old.party.name, new.party.name),
    ):
        assert turning.swapped(said, 2) == instead
    assert turning.swapped("RE-17", 2) == "RE-172"
    assert turning.swapped("EUR", 2) == "EUR" and turning.swapped(None, 2) is None


def test_what_a_column_holds_is_found_in_its_values(turning: Turning) -> None:
    kinds = {
        Kind.MOVED: [_PAPER],
        Kind.EMBEDDED: [f"deposits/{_PAPER}/key", "archive.json"],
        Kind.DIGEST: [_DIGEST, _DIGEST[:32]],
        Kind.SWAPPED: ["EUR", "Anna Nowaka"],
        Kind.SAME: ["EUR", _OTHER],
    }
    assert {kind: turning.kind(values) for kind, values in kinds.items()} == {kind: kind for kind in kinds}
    assert turning.kind([]) is Kind.SAME
