"""Damaged input gives an error with a code, and nothing else; what once did not is tried every time."""

import random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.signing.fuzzing import FOUND, attempt, damaged, targets

# cryptography warns of names that are longer or shorter than X.520 allows, and reads them.
pytestmark = pytest.mark.filterwarnings("ignore:Attribute's length:UserWarning")
every_parser = pytest.mark.parametrize("name", targets())
every_quick_parser = pytest.mark.parametrize("name", [n for n in targets() if not n.startswith("package-")])


@every_parser
def test_the_seeds_are_read(name):
    """Damage is only worth something where it begins with what the parser takes, all of it or, by its trust, some."""
    taken = [attempt(name, seed) for seed in targets()[name].seeds]
    if name in ("token", "response"):
        assert any(taken)
    elif name not in ("record", "receipt", "batch-receipt"):
        assert all(taken)


@every_parser
def test_damaged_input(name):
    chance = random.Random(name)
    for _ in range(5 if name.startswith("package") else 60 if targets()[name].der else 400):
        attempt(name, damaged(name, chance))


@every_quick_parser
@settings(max_examples=50)
@given(data=st.binary(max_size=200))
@example(data=b"")
def test_any_bytes(name, data):
    attempt(name, data)


@pytest.mark.parametrize("path", sorted(FOUND.iterdir()), ids=lambda path: path.name)
def test_what_was_found(path):
    attempt(path.name.rsplit("-", 1)[0], path.read_bytes())
