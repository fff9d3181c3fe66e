"""Fixtures that give tests a real server; import them by name where they are needed.

`script/test` starts the servers and names in TABELLION_TEST_REQUIRE those that must be there. A test that lacks
its server is skipped with the reason, or, where the server is required, fails: a gate must not pass by skipping.
"""

import os
import secrets
from collections.abc import Iterator
from typing import NoReturn

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

POSTGRESQL = "TABELLION_TEST_POSTGRESQL_URL"
REQUIRED = "TABELLION_TEST_REQUIRE"


def absent(name: str, reason: str) -> NoReturn:
    """Skip the test, or fail it where the server `name` is required."""
    if name in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{name} is required here: {reason}")
    pytest.skip(reason)


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    """The URL of a new, empty PostgreSQL database, dropped after the test."""
    server = os.environ.get(POSTGRESQL)
    if not server:
        absent("postgresql", f"{POSTGRESQL} is not set; script/test starts a PostgreSQL and sets it")
    name = f"test_{secrets.token_hex(8)}"
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()
