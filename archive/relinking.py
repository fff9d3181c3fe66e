"""Has papers linked anew that name what the registry has just learned, or has changed."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, exists, insert, literal, select

from archive.archive import Archive
from archive.catalogue import URGENT, ask_again
from archive.catalogue.schema import current, documents, fields, index_outbox, links
from archive.catalogue.schema.registry import document_keys
from archive.histories import LINK_KEY
from archive.pieces import in_pieces

_MOST_UNSETTLED = 200
_OWING = ("debtor", "co_debtor", "guarantor")


def queue_linking(archive: Archive, connection: Connection, values: Iterable[str]) -> int:
    """Queue the linking of documents that name one of these values; says how many. Workers do it.

    Values are those of fields (numbers both as written and bare) and the keys under which `document_keys` has papers:
    `n:` pairs of a name, `c:` skeletons of numbers, bare identifiers.
    """
    # An empty archive, into which a whole registry is imported, asks once instead of a thousand times.
    if connection.scalar(select(documents.c.id).limit(1)) is None:
        return 0
    wanted = sorted(set(values))
    found: set[str] = set()
    for some in in_pieces(wanted):
        for query in (
            select(fields.c.document_id).where(fields.c.value.in_(some)),
            select(document_keys.c.document_id).where(document_keys.c.key.in_(some)),
        ):
            found.update(connection.execute(query.distinct()).scalars())
    now = archive.clock.now()
    for document_id in sorted(found):
        ask_again(connection, archive.ids, "link", document_id, now)
    return len(found)


def queue_unsettled(archive: Archive, connection: Connection, keys: Iterable[str], but: str) -> int:
    """Queue the linking of documents with one of these keys that have no sure debtor yet, all but one of them.

    A paper whose debtor is known tells whose the others are that carry the same numbers.
    """
    wanted = sorted(set(keys))
    found: set[str] = set()
    settled = exists().where(
        links.c.document_id == document_keys.c.document_id,
        links.c.target_type == "party",
        links.c.role.in_(_OWING),
        links.c.state.in_(("automatic", "confirmed")),
        current(links, *LINK_KEY),
    )
    for some in in_pieces(wanted):
        query = select(document_keys.c.document_id).where(
            document_keys.c.key.in_(some), document_keys.c.document_id != but, ~settled
        )
        found.update(connection.execute(query.distinct().limit(_MOST_UNSETTLED)).scalars())
    now = archive.clock.now()
    for document_id in sorted(found):
        ask_again(connection, archive.ids, "link", document_id, now)
    return len(found)


def queue_renamed(archive: Archive, connection: Connection, target_type: str, ids: Sequence[str]) -> None:
    """Have papers indexed anew that are linked to parties (or claims) whose name (or number) has changed.

    A link says whose a paper is, the index also by what name: the links stay as they are.
    """
    at = literal(archive.clock.now(), index_outbox.c.at.type)
    for some in in_pieces(ids):
        named = select(links.c.document_id, at).where(
            links.c.target_type == target_type, links.c.target_id.in_(some)
        )
        connection.execute(insert(index_outbox).from_select(["document_id", "at"], named.distinct()))


def link_again(archive: Archive, connection: Connection, document_id: str) -> None:
    """Have a document linked anew after a person's decision, and those that carry the same numbers."""
    ask_again(connection, archive.ids, "link", document_id, archive.clock.now(), priority=URGENT)
    keys = connection.execute(
        select(document_keys.c.key).where(
            document_keys.c.document_id == document_id,
            document_keys.c.key >= "c:",
            document_keys.c.key < "c;",
        )
    ).scalars()
    queue_unsettled(archive, connection, keys.all(), document_id)
