"""Scopes of documents and page spans: who may open them. Given and taken back by administrators; each is an entry."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from api.access import Actor
from api.decisions import changeable
from archive.archive import Archive
from archive.catalogue.schema import current, document_scopes
from archive.histories import SCOPE_KEY
from archive.records import record_document
from ingest import stored
from tabellion.base.errors import BadRequest, Conflict

_SCOPE = re.compile(r"unassigned|(portfolio|creditor|matter):[A-Za-z0-9-]{1,36}")


@dataclass(frozen=True, slots=True)
class PageScope:
    """A scope on pages `first` to `last` of a document; 0 and 0: on the whole document."""

    scope: str
    first: int = 0
    last: int = 0

    @property
    def whole(self) -> bool:
        """Whether it is on the whole document."""
        return (self.first, self.last) == (0, 0)

    def check(self, page_count: int) -> None:
        """Raise BadRequest for what is no scope, or no span of a document of so many pages."""
        if not _SCOPE.fullmatch(self.scope):
            raise BadRequest("a scope is portfolio:ID, creditor:ID, matter:ID, or unassigned")
        if not self.whole and not 1 <= self.first <= self.last <= page_count:
            raise BadRequest(f"a span lies within the {page_count} pages that are known of the document")


def scopes_of(connection: Connection, document_id: str) -> list[Row[Any]]:
    """The scopes in force, by span."""
    found = connection.execute(
        select(document_scopes)
        .where(document_scopes.c.document_id == document_id, current(document_scopes, *SCOPE_KEY))
        .order_by(document_scopes.c.first_page, document_scopes.c.last_page, document_scopes.c.scope)
    ).all()
    return [row for row in found if row.granted]


def grant_scope(
    archive: Archive,
    connection: Connection,
    document_id: str,
    wanted: PageScope,
    actor: Actor,
    version: int | None,
) -> None:
    """Give a scope. The first one of a span narrows its pages to it. Again: nothing changes."""
    row = changeable(connection, document_id, version)
    wanted.check(row.page_count or 0)
    if not _there(connection, document_id, wanted):
        _write(archive, connection, document_id, wanted, actor, granted=True)


def revoke_scope(
    archive: Archive,
    connection: Connection,
    document_id: str,
    wanted: PageScope,
    actor: Actor,
    version: int | None,
    *,
    widen: bool = False,
) -> None:
    """Take a scope back. The last one of a span opens its pages to the scopes of the document: only with `widen`.

    Raises Conflict where that was not said, or where the scope is not there.
    """
    row = changeable(connection, document_id, version)
    wanted.check(row.page_count or 0)
    if not _there(connection, document_id, wanted):
        raise Conflict("the document does not carry that scope there")
    same_span = [
        row
        for row in scopes_of(connection, document_id)
        if (row.first_page, row.last_page) == (wanted.first, wanted.last)
    ]
    if not wanted.whole and len(same_span) == 1 and not widen:
        raise Conflict(
            "without it, these pages open to everybody who may open the document",
            advice="Give the span another scope first, or say `widen`.",
        )
    _write(archive, connection, document_id, wanted, actor, granted=False)


def _there(connection: Connection, document_id: str, wanted: PageScope) -> bool:
    key = (wanted.scope, wanted.first, wanted.last)
    return any(
        (row.scope, row.first_page, row.last_page) == key for row in scopes_of(connection, document_id)
    )


def _write(
    archive: Archive,
    connection: Connection,
    document_id: str,
    wanted: PageScope,
    actor: Actor,
    *,
    granted: bool,
) -> None:
    now = archive.clock.now()
    connection.execute(
        insert(document_scopes).values(
            document_id=document_id,
            first_page=wanted.first,
            last_page=wanted.last,
            scope=wanted.scope,
            granted=int(granted),
            actor=actor.pseudonym,
            at=now,
        )
    )
    kind, reason = ("grant", None) if granted else ("revoke", None)
    record_document(archive, connection, document_id, type=kind, actor=actor.pseudonym, reason=reason)
    stored.queue_indexing(connection, document_id, now)
