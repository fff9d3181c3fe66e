"""Brings the catalogue's schema up to date, and says whether it is (`tabellion db upgrade|check`).

Every start of every process asks whether it is; Alembic, which is slow to import, is loaded only to migrate.
On PostgreSQL others may read and write meanwhile, and several machines may migrate at once: one does, the others wait.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from archive.catalogue.engine import Catalogue, CatalogueUnavailable, translated
from archive.catalogue.schema import metadata
from tabellion.base.errors import Unavailable

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).parent / "migrations"


TURN = 0x7461_6265_6C6C_696F
"""The advisory lock of whoever migrates: any number that other programs on the database do not take."""

TURN_SECONDS, LOCK_SECONDS, PAUSE_SECONDS = 600, 2, 0.5
"""How long to wait for another who migrates; for a table, while writers queue up behind us; before the next try."""

TRIES = 60
_IN_THE_WAY = {"55P03", "40P01"}
"""SQLSTATE of lock_not_available and deadlock_detected (PostgreSQL, appendix A)."""


class SchemaOutdated(Unavailable):
    """The database's schema is not the one that this version needs."""

    code = "SCHEMA_OUTDATED"
    advice = "Run `tabellion db upgrade`."


def upgrade(catalogue: Catalogue, to: str = "head") -> None:
    """Run the migrations that are missing; where all have run, also those of a newer version, nothing happens.

    Raises CatalogueUnavailable where others stay in the way for minutes; what was done until then stays done.
    """
    with translated(), catalogue.engine.connect() as connection, _in_turn(connection):
        if to == "head" and (_present(connection) or "") >= newest_migration():
            return
        for attempt in range(TRIES):
            try:
                _migrate(connection, to)
            except OperationalError as error:
                connection.rollback()
                if getattr(error.orig, "sqlstate", None) not in _IN_THE_WAY:
                    raise
                time.sleep(PAUSE_SECONDS * (1 + attempt % 3))
            else:
                return
        raise CatalogueUnavailable(
            "others keep tables of the catalogue locked", advice="Stop what holds them, then try again."
        )


def check(catalogue: Catalogue) -> None:
    """Raise SchemaOutdated unless every migration has run. Those of a newer version only add, and do no harm."""
    with catalogue.read() as connection:
        present = _present(connection)
    newest = newest_migration()
    if present is None:
        raise SchemaOutdated(
            "the database is empty",
            advice="If its content was lost, `tabellion restore FILE` brings it back from a backup, and `tabellion "
            "rebuild` what the vault tells. Else check TABELLION_DATABASE_URL and TABELLION_HOME.",
        )
    if present < newest:
        raise SchemaOutdated(f"the schema is at {present}, this version needs {newest}")


def _present(connection: Connection) -> str | None:
    """The number of the newest migration that has run."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found


@contextmanager
def _in_turn(connection: Connection) -> Iterator[None]:
    """Be the only one who migrates. The lock belongs to the session, and ends with it whatever happens."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.execute(text(f"SET lock_timeout = '{TURN_SECONDS}s'"))
    connection.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": TURN})
    connection.execute(text(f"SET lock_timeout = '{LOCK_SECONDS}s'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": TURN})
        connection.execute(text("RESET lock_timeout"))
        connection.commit()


def _migrate(connection: Connection, to: str) -> None:
    """Run what is missing, each migration in a transaction of its own."""
    from alembic import command  # noqa: PLC0415

    connection.rollback()  # the look at the schema began a transaction
    configuration = _configuration()
    configuration.attributes["connection"] = connection.execution_options(tabellion_write=True)
    command.upgrade(configuration, to)
    connection.commit()


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
