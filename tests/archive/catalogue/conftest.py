"""A catalogue on each database that the contract holds for."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from archive.catalogue import Catalogue, upgrade


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue with its schema, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield from _opened(f"sqlite:///{tmp_path}/catalogue.db")
        return
    server = os.environ.get("TABELLION_TEST_POSTGRESQL_URL")
    if server is None:
        pytest.skip("TABELLION_TEST_POSTGRESQL_URL is not set: script/services start postgresql")
    name = f"t{uuid.uuid4().hex}"
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield from _opened(server.rsplit("/", 1)[0] + "/" + name)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()


def _opened(url: str) -> Iterator[Catalogue]:
    catalogue = Catalogue(url)
    upgrade(catalogue)
    yield catalogue
    catalogue.close()
