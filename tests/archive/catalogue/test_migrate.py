"""The migrations make the schema that the code expects, on every database."""

import pytest

from archive.catalogue import Catalogue, SchemaOutdated, check, upgrade
from archive.catalogue.migrate import differences


def test_migrations_and_tables_agree(catalogue: Catalogue) -> None:
    check(catalogue)
    with catalogue.read() as connection:
        assert differences(connection) == []


def test_upgrading_again_changes_nothing(catalogue: Catalogue) -> None:
    upgrade(catalogue)
    check(catalogue)


def test_an_empty_database_is_outdated(tmp_path: object) -> None:
    catalogue = Catalogue(f"sqlite:///{tmp_path}/empty.db")
    with pytest.raises(SchemaOutdated, match="empty") as refused:
        check(catalogue)
    assert "tabellion restore" in refused.value.diagnostics(), "there was more in it once"
    catalogue.close()
