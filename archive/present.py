"""The present rows of a document's histories, asked with statements that are made once."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, bindparam, select

from archive.catalogue.schema import current


def present_rows(
    connection: Connection, history: Table, key: tuple[str, ...], document_id: str
) -> Sequence[Row[Any]]:
    """The newest row of each key (`archive.histories`) of a document, in the order in which they were written."""
    return connection.execute(_present(history, key), {"document": document_id}).all()


@cache
def _present(history: Table, key: tuple[str, ...]) -> Select[Any]:
    newest = select(history).where(history.c.document_id == bindparam("document"), current(history, *key))
    return newest.order_by(history.c.id)
