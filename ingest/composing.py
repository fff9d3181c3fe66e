"""Gives a document a list of pages out of others, and carries over what goes with each page.

Machine's words are found anew from the readings. People's words (fields they checked, links they made or refused) and
scopes move with their pages.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert

from archive.archive import Archive
from archive.catalogue.schema import document_scopes, fields, links
from archive.histories import LINK_KEY, SCOPE_KEY
from archive.present import present_rows
from ingest.describe import DepositPage
from ingest.describing import current_fields, describe_document, pages_of, set_pages
from ingest.page_records import scopes_of_page
from ingest.spans import spans_of
from ocr.values import Reading

NOBODY = "nobody"
"""A scope that no account holds: for pages that nobody may see, put into a document that somebody may."""

MOVED = "moved"
"""Basis of the end of a link whose pages went to another document; nobody rejected it."""


@dataclass(frozen=True, slots=True)
class Source:
    """A document as it was before the change."""

    id: str
    pages: tuple[DepositPage, ...]
    scopes: Sequence[Row[Any]]
    links: Sequence[Row[Any]]
    fields: Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A page of a source, by its number there."""

    source: Source
    position: int

    @property
    def page(self) -> DepositPage:
        """The page of the deposit."""
        return self.source.pages[self.position - 1]


def source_of(connection: Connection, document_id: str) -> Source:
    """A document's pages, scopes, and what people decided about it."""
    scopes = present_rows(connection, document_scopes, SCOPE_KEY, document_id)
    linked = present_rows(connection, links, LINK_KEY, document_id)
    return Source(
        id=document_id,
        pages=pages_of(connection, document_id),
        scopes=[row for row in scopes if row.granted],
        links=[row for row in linked if row.actor is not None],
        fields=[row for row in current_fields(connection, document_id) if row.actor is not None],
    )


def compose(
    archive: Archive,
    connection: Connection,
    target: str,
    pieces: Sequence[Piece],
    actor: str,
    readings: Mapping[str, Reading],
) -> None:
    """Make the target consist of these pieces; the caller records it."""
    set_pages(connection, target, [piece.page for piece in pieces])
    _move_fields(archive, connection, target, pieces)
    _move_links(archive, connection, target, pieces)
    _move_scopes(archive, connection, target, pieces, actor)
    describe_document(archive, connection, target, readings)


def _move_fields(archive: Archive, connection: Connection, target: str, pieces: Sequence[Piece]) -> None:
    """People's fields to where their pages are now; what is not on the target's pages any more is withdrawn from it."""
    now = archive.clock.now()
    kept: dict[tuple[str, int, str], dict[str, Any]] = {}
    for position, piece in enumerate(pieces, start=1):
        for row in piece.source.fields:
            if row.page == piece.position:
                kept[row.name, position, row.raw] = _copied(row, page=position, state=row.state)
    gone = [
        # No person withdrew it, so that what stands there now may be found by the machine.
        {
            **_copied(row, page=row.page, state="withdrawn"),
            "actor": None,
            "decided_on": None,
            "decided_at": None,
        }
        for row in _own(pieces, target, "fields")
        if (row.name, row.page, row.raw) not in kept and row.state != "withdrawn"
    ]
    rows = [*gone, *kept.values()]
    if rows:
        connection.execute(insert(fields), [{**row, "document_id": target, "at": now} for row in rows])


def _copied(row: Row[Any], *, page: int, state: str) -> dict[str, Any]:
    names = (
        *("name", "value", "raw", "confidence", "box", "rule", "printed"),
        *("actor", "despite", "decided_on", "decided_at"),
    )
    return {name: getattr(row, name) for name in names} | {"page": page, "state": state}


def _move_links(archive: Archive, connection: Connection, target: str, pieces: Sequence[Piece]) -> None:
    """People's links to the runs of pages that they cover now; one that covers none ends in the target."""
    now = archive.clock.now()
    rows: list[dict[str, Any]] = []
    for row, source in _once(pieces):
        runs = spans_of(
            position
            for position, piece in enumerate(pieces, start=1)
            if piece.source is source and row.first_page <= piece.position <= row.last_page
        )
        own = source.id == target
        for number, (first, last) in enumerate(runs):
            link_id = row.link_id if own and number == 0 else archive.ids.new()
            rows.append(_link(row, link_id, first, last, row.state))
        if own and not runs and row.state != "rejected":
            ended = _link(row, row.link_id, row.first_page, row.last_page, "rejected")
            rows.append({**ended, "actor": None, "basis": MOVED})
    if rows:
        connection.execute(insert(links), [{**row, "document_id": target, "at": now} for row in rows])


def _link(row: Row[Any], link_id: str, first: int, last: int, state: str) -> dict[str, Any]:
    names = ("target_type", "target_id", "role", "score", "basis", "actor")
    return {name: getattr(row, name) for name in names} | {
        "link_id": link_id,
        "first_page": first,
        "last_page": last,
        "state": state,
    }


def _move_scopes(
    archive: Archive, connection: Connection, target: str, pieces: Sequence[Piece], actor: str
) -> None:
    """Every page keeps the scopes that it had; where they differ from the whole document's, it gets rows of its own."""
    now = archive.clock.now()
    own = _own(pieces, target, "scopes")
    whole = frozenset(row.scope for row in own if row.first_page == 0)
    rows: list[tuple[int, int, str, int]] = []
    if not own:
        # A new document: what opened the whole of its source opens the whole of it.
        whole = frozenset(row.scope for row in pieces[0].source.scopes if row.first_page == 0)
        rows += [(0, 0, scope, 1) for scope in sorted(whole)]
    rows += [(row.first_page, row.last_page, row.scope, 0) for row in own if row.first_page]
    apart: dict[frozenset[str], list[int]] = {}
    for position, piece in enumerate(pieces, start=1):
        scopes = scopes_of_page(piece.source.scopes, piece.position)
        if scopes != whole:
            apart.setdefault(scopes, []).append(position)
    for scopes, positions in apart.items():
        for first, last in spans_of(positions):
            rows += [(first, last, scope, 1) for scope in sorted(scopes or {NOBODY})]
    if rows:
        connection.execute(
            insert(document_scopes),
            [
                {
                    "document_id": target,
                    "first_page": first,
                    "last_page": last,
                    "scope": scope,
                    "granted": granted,
                    "actor": actor,
                    "at": now,
                }
                for first, last, scope, granted in rows
            ],
        )


def _own(pieces: Sequence[Piece], target: str, what: str) -> Sequence[Row[Any]]:
    """What the target itself had before the change; nothing where it is new."""
    for piece in pieces:
        if piece.source.id == target:
            found: Sequence[Row[Any]] = getattr(piece.source, what)
            return found
    return ()


def _once(pieces: Sequence[Piece]) -> Iterable[tuple[Row[Any], Source]]:
    """Every link of every source of the pieces."""
    for source in {piece.source.id: piece.source for piece in pieces}.values():
        for row in source.links:
            yield row, source
