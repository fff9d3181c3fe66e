"""A catalogue on each database that the contract holds for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.catalogue import Catalogue
from tests.archive.building import empty_catalogue


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    """An empty catalogue with its schema, on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql_catalogue")
        return
    (tmp_path / "catalogue.db").write_bytes(empty_catalogue())
    catalogue = Catalogue(f"sqlite:///{tmp_path}/catalogue.db")
    yield catalogue
    catalogue.close()
