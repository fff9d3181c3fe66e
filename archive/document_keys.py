"""By what papers are found again when the registry changes: pairs of a name (`n:`), skeletons of numbers (`c:`)."""

from collections.abc import Collection

from sqlalchemy import Connection, delete, insert, select

from archive.catalogue.schema import current, fields
from archive.catalogue.schema.registry import document_keys
from archive.histories import FIELD_KEY
from archive.names import begin_pairs, number_skeleton, parse_name

NUMBER_FIELDS = ("contract_number", "case_number", "invoice_number", "enforcement_number", "reference")
"""Fields whose values name a claim."""

_LARGEST_KEY = 64


def name_keys_of(text: str) -> set[str]:
    """The keys of a name that stands on a paper, or in the registry."""
    return {f"n:{pair}"[:_LARGEST_KEY] for pair in begin_pairs(parse_name(text).words)}


def number_key(number: str) -> str:
    """The key of a number that stands on a paper, or in the registry."""
    return f"c:{number_skeleton(number)}"[:_LARGEST_KEY]


def write_keys(connection: Connection, document_id: str, keys: Collection[str]) -> None:
    """Give a document exactly these keys."""
    wanted = {key[:_LARGEST_KEY] for key in keys}
    there = set(
        connection.execute(
            select(document_keys.c.key).where(document_keys.c.document_id == document_id)
        ).scalars()
    )
    if gone := sorted(there - wanted):
        connection.execute(
            delete(document_keys).where(
                document_keys.c.document_id == document_id, document_keys.c.key.in_(gone)
            )
        )
    if fresh := sorted(wanted - there):
        connection.execute(insert(document_keys), [{"key": key, "document_id": document_id} for key in fresh])


def write_field_keys(connection: Connection, document_id: str) -> None:
    """Give a document the keys of its present fields, and no others: after a rebuild, and after an erasure."""
    rows = connection.execute(
        select(fields.c.name, fields.c.value).where(
            fields.c.document_id == document_id, current(fields, *FIELD_KEY), fields.c.state != "withdrawn"
        )
    ).all()
    keys: set[str] = set()
    for name, value in rows:
        if name in NUMBER_FIELDS:
            keys.add(number_key(value))
        elif name.startswith("parties.") and name.endswith(".name"):
            keys |= name_keys_of(value)
    write_keys(connection, document_id, keys)
