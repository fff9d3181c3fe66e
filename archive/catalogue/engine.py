"""Opens the catalogue on SQLite or PostgreSQL, with the pragmas and isolation that its rules need."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tabellion.base.errors import BadRequest, DiskFull, Unavailable

BUSY_SECONDS = 30.0
CONNECTIONS, KEPT = 15, 5
"""Connections to PostgreSQL that a process opens at most, and those that it keeps."""

FILES_KEPT = 16
"""Connections to SQLite that a process keeps; it may open as many more."""

LIBPQ = {
    "connect_timeout": 10,
    # A server whose machine or network is gone is noticed within a minute, not when TCP gives up.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""What libpq is told (PostgreSQL, section 34.1.2)."""


class CatalogueUnavailable(Unavailable):
    """The database does not answer, or stays locked; the transaction was not done."""

    code = "CATALOGUE_UNAVAILABLE"
    advice = "Check that the database runs and is not held by another program; nothing was done, try again."


class Catalogue:
    """The database of the archive. `read()` and `write()` give a connection inside one transaction."""

    def __init__(self, url: str, connections: int = CONNECTIONS) -> None:
        self.engine = open_engine(url, connections)
        self._writer = Lock()

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A consistent look; on SQLite it takes no lock that a writer would wait for."""
        with translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A look at one moment of all tables, however long it takes; writers go on meanwhile."""
        options = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        with translated(), self.engine.connect() as plain:
            connection = plain.execution_options(**options)
            with connection.begin():
                yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that commits at the end, or does nothing. On SQLite it takes the write lock first."""
        with self._one_writer(), translated(), self.engine.connect() as plain:
            connection = plain.execution_options(tabellion_write=True)
            with connection.begin():
                yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """On SQLite, let the writers of this process in one after the other.

        A lock of the database is looked for again after pauses that grow to a tenth of a second, with a connection in
        one's hands; here the next one begins at once, and who waits keeps nothing from those who read.
        """
        if self.dialect != "sqlite":
            yield
            return
        if not self._writer.acquire(timeout=BUSY_SECONDS):
            raise CatalogueUnavailable(f"others have been writing to the catalogue for {BUSY_SECONDS:.0f} s")
        try:
            yield
        finally:
            self._writer.release()

    def purge(self) -> None:
        """Make sure that deleted rows leave no bytes behind in the database files (erasure)."""
        with translated():
            if self.dialect == "sqlite":
                self._purge_sqlite()
            else:
                with self.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("VACUUM"))

    def _purge_sqlite(self) -> None:
        # Not through SQLAlchemy, which would begin a transaction: VACUUM runs in none.
        pooled = self.engine.raw_connection()
        try:
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                pooled.cursor().execute(statement)
        finally:
            pooled.close()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_engine(url: str, connections: int = CONNECTIONS) -> Engine:
    """An engine for the URL; the folder of an SQLite file is made. Of a server, so many connections at most."""
    if not url.startswith("sqlite"):
        kept = min(KEPT, connections)
        return create_engine(
            url,
            pool_pre_ping=True,
            pool_size=kept,
            max_overflow=connections - kept,
            pool_timeout=BUSY_SECONDS,
            connect_args=LIBPQ,
        )
    file = url.removeprefix("sqlite:///")
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        # As many as answer at once in an api process: opening one anew takes longer than most questions.
        pool_size=FILES_KEPT,
        max_overflow=FILES_KEPT,
        pool_timeout=BUSY_SECONDS,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions by itself: `_begin_sqlite` says which kind is meant.
    connection.isolation_level = None
    for pragma in (
        "journal_mode = WAL",
        "synchronous = FULL",  # a commit that was acknowledged survives a power cut
        "foreign_keys = ON",
        "secure_delete = ON",  # what is erased leaves no bytes in free pages
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    # Deferred transactions that read and then write fail at once when another one wrote between; immediate ones wait.
    write = connection.get_execution_options().get("tabellion_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def translated() -> Iterator[None]:
    """Turn a database that is down, locked or out of space, or that does not take a value, into errors of ours."""
    try:
        yield
    except PoolTimeout as error:
        raise CatalogueUnavailable(
            f"all connections to the database were taken for {BUSY_SECONDS:.0f} s",
            advice="Try again; where it comes back, raise TABELLION_DATABASE_CONNECTIONS.",
        ) from error
    except OperationalError as error:
        if "disk is full" in str(error.orig) or "No space left" in str(error.orig):
            raise DiskFull("the disk of the catalogue is full") from error
        raise CatalogueUnavailable("the catalogue does not answer", details=str(error.orig)) from error
    except DataError as error:  # PostgreSQL keeps no NUL in a text, and no number beyond its type
        raise BadRequest("a value has a character or a size that the catalogue does not keep") from error
    except InterfaceError as error:  # the driver noticed that the connection is gone before it asked
        raise CatalogueUnavailable("the catalogue does not answer", details=str(error.orig)) from error
