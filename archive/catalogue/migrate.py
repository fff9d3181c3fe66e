"""Brings the catalogue's schema up to date, and says whether it is (`tabellion db upgrade|check`)."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from archive.catalogue.engine import Catalogue
from archive.catalogue.schema import metadata
from tabellion.base.errors import Unavailable


class SchemaOutdated(Unavailable):
    """The database's schema is not the one that this version needs."""

    code = "SCHEMA_OUTDATED"
    advice = "Run `tabellion db upgrade`."


def upgrade(catalogue: Catalogue) -> None:
    """Run the migrations that are missing; already up to date, nothing happens."""
    with catalogue.engine.connect() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection.execution_options(tabellion_write=True)
        command.upgrade(configuration, "head")
        connection.commit()


def check(catalogue: Catalogue) -> None:
    """Raise SchemaOutdated unless every migration has run."""
    with catalogue.read() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    newest = ScriptDirectory.from_config(_configuration()).get_current_head()
    if present != newest:
        raise SchemaOutdated(f"the schema is at {present or 'nothing'}, this version needs {newest}")


def differences(connection: Connection) -> list[object]:
    """What the database's schema and the tables of `schema` do not agree on; empty where they do."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, metadata))


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    configuration.set_main_option("path_separator", "os")
    return configuration
