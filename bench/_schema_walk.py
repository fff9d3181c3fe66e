"""Walks through the schema for what refers to what is copied: tables, counted columns, texts, unique keys."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import JSON, Column, String, Table, UniqueConstraint

from archive.catalogue.schema import metadata

_THINGS = ("batches", "deposits", "documents")
"""What comes in; what refers to one of these by a foreign key is copied with it."""

NAMING = ("objects", "work")
"""Tables that name such things without a foreign key: of them the rows that name one."""


def copied_tables() -> list[Table]:
    """The tables of what is copied, those that others refer to first."""
    found = set(_THINGS)
    for table in metadata.sorted_tables:
        if any(key.column.table.name in found for key in table.foreign_keys):
            found.add(table.name)
    return [table for table in metadata.sorted_tables if table.name in found | set(NAMING)]


def serial_of(table: Table) -> Column[Any] | None:
    """The column by which the rows of a table are counted, where they are."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 and keys[0].autoincrement is True else None


def counted_elsewhere(column: Column[Any]) -> str:
    """The table by whose count a column refers to its rows; empty where it does not."""
    return next((key.column.table.name for key in column.foreign_keys if not is_text(key.column)), "")


def is_text(column: Column[Any]) -> bool:
    """Whether identifiers may stand in it."""
    return isinstance(column.type, String | JSON)


def unique_keys(table: Table) -> Iterator[list[str]]:
    """The columns of each key that no two rows share."""
    yield [column.name for column in table.primary_key.columns]
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [column.name for column in index.columns]
    yield from ([column.name] for column in table.columns if column.unique)
