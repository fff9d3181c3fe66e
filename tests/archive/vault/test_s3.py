"""The adapter of object stores, on a real one: the contract, and what lies in the bucket."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from archive.vault.s3 import Address, LockModes, S3Vault, Store
from tabellion.base.clock import SystemClock
from tabellion.base.ids import Randomness
from tests.archive.vault.contract import VaultContract

pytestmark = pytest.mark.services


@pytest.fixture
def store(bucket: Address) -> Store:
    return Store(bucket, SystemClock())


@pytest.fixture
def vault(store: Store, randomness: Randomness) -> S3Vault:
    return S3Vault(store, LockModes(), SystemClock(), randomness)


@pytest.fixture
def now() -> Callable[[], datetime]:
    """The time in whole seconds, as the store keeps it."""
    return lambda: SystemClock().now().replace(microsecond=0)


@pytest.fixture
def let_pass() -> Callable[[timedelta], None]:
    return lambda delta: time.sleep(delta.total_seconds())


class TestS3Vault(VaultContract):
    """The contract holds; the fixtures are above."""
