"""A catalogue on each database that the contract holds for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.catalogue import Catalogue, upgrade
from tests.services.fixtures import postgresql_url

__all__ = ["catalogue", "postgresql_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue with its schema, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/catalogue.db"
    else:
        url = request.getfixturevalue("postgresql_url")
    catalogue = Catalogue(url)
    try:
        upgrade(catalogue)
        yield catalogue
    finally:
        catalogue.close()
