"""What all rooms' tests share: hashing of passwords that costs a test nothing, databases on PostgreSQL, buckets."""

import asyncio
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy.engine import make_url

from api import passwords
from archive.catalogue import Catalogue, upgrade
from archive.vault import sealed
from archive.vault.s3 import Address
from tests.services.fixtures import new_buckets, new_database

# Time is measured by benches: on a busy machine any example may take longer than usual.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


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


@pytest.fixture(autouse=True)
def _own_event_loop(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests of the browser leave its event loop running in this thread; others may have one of their own."""
    running = None if "browser" in request.keywords else asyncio._get_running_loop()
    if running is not None:
        asyncio._set_running_loop(None)
    yield
    if running is not None:
        asyncio._set_running_loop(running)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """A new, empty PostgreSQL database."""
    with new_database() as url:
        yield url


@pytest.fixture(scope="session")
def _postgresql_template() -> Iterator[str]:
    """A database with the catalogue's schema, to be copied: the migrations take longer than most tests."""
    with new_database() as url:
        catalogue = Catalogue(url)
        upgrade(catalogue)
        catalogue.close()
        name = make_url(url).database
        assert name is not None
        yield name


@pytest.fixture
def postgresql_catalogue(_postgresql_template: str) -> Iterator[Catalogue]:
    """An empty catalogue on PostgreSQL."""
    with new_database(_postgresql_template) as url:
        catalogue = Catalogue(url)
        yield catalogue
        catalogue.close()


@pytest.fixture(scope="session")
def _buckets() -> list[Address]:
    """Buckets for the tests to come."""
    return []


@pytest.fixture
def bucket(_buckets: list[Address]) -> Address:
    """A new bucket with versioning and Object Lock on a real S3 server."""
    if not _buckets:
        _buckets += new_buckets(8)
    return _buckets.pop()
