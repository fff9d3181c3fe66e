"""The two statements that differ between databases only by where `insert` comes from."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_if_absent(
    connection: Connection, table: Table, row: Mapping[str, Any], key: tuple[str, ...]
) -> bool:
    """Insert the row unless one with that key is there. True: inserted."""
    return connection.execute(_absent(connection.dialect.name, table, key), dict(row)).rowcount == 1


def upsert(connection: Connection, table: Table, row: Mapping[str, Any], key: tuple[str, ...]) -> None:
    """Insert the row, or give the one with that key these values."""
    upsert_many(connection, table, [row], key)


def upsert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], key: tuple[str, ...]
) -> None:
    """As `upsert` for rows with the same columns and different keys."""
    if rows:
        statement = _insert(connection.dialect.name, table)
        others = {name: statement.excluded[name] for name in rows[0] if name not in key}
        changed = statement.on_conflict_do_update(index_elements=list(key), set_=others)
        connection.execute(changed, list(rows))


@cache
def _absent(dialect: str, table: Table, key: tuple[str, ...]) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing(index_elements=list(key))


def _insert(dialect: str, table: Table) -> Any:
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
