"""Brings the catalogue's schema up to date, and says whether it is (`tabellion db upgrade|check`).

Every start of every process asks whether it is; Alembic, which is slow to import, is loaded only to migrate.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from archive.catalogue.engine import Catalogue
from archive.catalogue.schema import metadata
from tabellion.base.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaOutdated(Unavailable):
    """The database's schema is not the one that this version needs."""

    code = "SCHEMA_OUTDATED"
    advice = "Run `tabellion db upgrade`."


def upgrade(catalogue: Catalogue) -> None:
    """Run the migrations that are missing; already up to date, nothing happens."""
    from alembic import command  # noqa: PLC0415

    with catalogue.engine.connect() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection.execution_options(tabellion_write=True)
        command.upgrade(configuration, "head")
        connection.commit()


def check(catalogue: Catalogue) -> None:
    """Raise SchemaOutdated unless every migration has run."""
    with catalogue.read() as connection:
        present = None
        if inspect(connection).has_table("alembic_version"):
            present = connection.scalar(text("SELECT version_num FROM alembic_version"))
    newest = newest_migration()
    if present != newest:
        raise SchemaOutdated(f"the schema is at {present or 'nothing'}, this version needs {newest}")


def newest_migration() -> str:
    """The number of the newest migration: files are named `<number>_<what it does>.py`, in their order."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def differences(connection: Connection) -> list[object]:
    """What the database's schema and the tables of `schema` do not agree on; empty where they do."""
    from alembic.autogenerate import compare_metadata  # noqa: PLC0415
    from alembic.migration import MigrationContext  # noqa: PLC0415

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def _configuration() -> "Config":
    from alembic.config import Config  # noqa: PLC0415

    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    configuration.set_main_option("path_separator", "os")
    return configuration
