"""What all rooms' tests share: hashing of passwords that costs a test nothing."""

import pytest
from argon2 import PasswordHasher

from api import passwords
from archive.vault import sealed


@pytest.fixture(scope="session", autouse=True)
def _cheap_hashing() -> None:
    """The cost of scrypt and argon2 is written beside each hash, so that cheap ones verify as dear ones do.

    Processes that a test starts pay the whole price: they are what runs in the field.
    """
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    patch = pytest.MonkeyPatch()
    patch.setattr(sealed, "FOR_GENERATED", sealed.Cost(1 << 4))
    patch.setattr(sealed, "FOR_PEOPLE", sealed.Cost(1 << 4))
    patch.setattr(passwords, "_hasher", cheap)
    patch.setattr(passwords, "_DUMMY", cheap.hash("nobody has this password"))
