"""What a person decided about a figure holds for the same bytes received again, where whoever reads them may know.

A decision passes to a copy where the bytes are the same, the machine has read the same under that name on that page,
and everybody to whom the page of the copy is open may see the page on which it was said; else the copy is asked about.
It passes once: what passed here is not passed on, and a person's own word about the copy is never replaced.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, exists, insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import URGENT, ask_again
from archive.catalogue.schema import (
    current,
    deposits,
    document_pages,
    document_scopes,
    documents,
    fields,
)
from archive.doubts import write_doubts
from archive.histories import SCOPE_KEY
from archive.records import record_document
from ingest import stored
from ingest.describing import WITHDRAWN, dated, present_fields
from ingest.page_records import scopes_of_page
from ingest.rescans import READ

AT_ONCE: Final = 8
"""To so many copies a decision passes in its own transaction; a worker passes it to the others."""

_SAME = ("state", "value", "actor", "despite", "decided_on")
_COPIED = ("name", "raw", "value", "confidence", "box", "rule", "printed", "state", "actor", "despite")

_mine, _other = document_pages.alias("mine"), document_pages.alias("other")
_here, _there = deposits.alias("here"), deposits.alias("there")
_same_bytes = (
    select(_mine.c.position.label("page"), _other.c.document_id.label("document"), _other.c.position)
    .select_from(_mine)
    .join(_here, _here.c.id == _mine.c.deposit_id)
    .join(_there, (_there.c.sha256 == _here.c.sha256) & (_there.c.id != _here.c.id))
    .join(_other, (_other.c.deposit_id == _there.c.id) & (_other.c.page == _mine.c.page))
    .where(
        _mine.c.document_id == bindparam("document"),
        _other.c.document_id != _mine.c.document_id,
        _here.c.erased_at.is_(None),
        _there.c.erased_at.is_(None),
    )
)
_READ = _same_bytes.join(documents, documents.c.id == _other.c.document_id).where(
    _mine.c.position == bindparam("page"), documents.c.state.in_(READ)
)
# Asked of every document that is read: made once.
_DECIDED = _same_bytes.where(
    exists().where(
        fields.c.document_id == _other.c.document_id,
        fields.c.page == _other.c.position,
        fields.c.actor.is_not(None),
        fields.c.decided_on.is_(None),
    )
).order_by(_mine.c.position, _other.c.document_id)


@dataclass(slots=True)
class _Said:
    """What is said under one name on one page: by the machine, and by persons about which raw text."""

    machine: set[tuple[str, str, str | None]] = field(default_factory=set)
    persons: dict[str, Row[Any]] = field(default_factory=dict)

    @property
    def own(self) -> list[Row[Any]]:
        """What persons said of this very paper."""
        return [row for row in self.persons.values() if row.decided_on is None]


def carry_decisions(archive: Archive, connection: Connection, document_id: str) -> bool:
    """Let what persons decided about the same bytes hold in a document that was read; true where something changed.

    A change is an entry of the log, as every decision is, and the document is linked and indexed anew. Done again, it
    changes nothing.
    """
    changed = _carry(archive, connection, document_id)
    if changed:
        ask_again(connection, archive.ids, "link", document_id, archive.clock.now(), priority=URGENT)
    return changed


def carry_on(archive: Archive, connection: Connection, document_id: str, page: int) -> list[str]:
    """Let what was just decided on a page hold in its copies; gives those that the caller has linked anew.

    Linking passes decisions as well, so that this reaches the copies that are too many, or in other hands just now.
    """
    found = {row.document for row in connection.execute(_READ, {"document": document_id, "page": page})}
    if not found:
        return []
    # Who decides about two copies at the same time does not wait for the other.
    free = connection.scalars(
        select(documents.c.id)
        .where(documents.c.id.in_(found))
        .order_by(documents.c.id)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    unchanged = {each for each in free if not _carry(archive, connection, each)}
    return sorted(found - unchanged)


def _carry(archive: Archive, connection: Connection, document_id: str) -> bool:
    places = connection.execute(_DECIDED, {"document": document_id}).all()
    if not places:
        return False
    state = connection.scalar(
        select(documents.c.state).where(documents.c.id == document_id).with_for_update()
    )
    if state not in READ:
        return False
    added = list(_added(connection, document_id, places))
    if not added:
        return False
    now = archive.clock.now()
    connection.execute(insert(fields), [{**row, "document_id": document_id, "at": now} for row in added])
    write_doubts(connection, document_id)
    values = dated(present_fields(connection, document_id))
    connection.execute(update(documents).where(documents.c.id == document_id).values(**values))
    record_document(archive, connection, document_id, type="correct", actor=SYSTEM_ACTOR, reason="by-rule")
    stored.queue_indexing(connection, document_id, now)
    return True


def _added(connection: Connection, document_id: str, places: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The rows by which decisions of these places pass to the document."""
    ids = {document_id, *(place.document for place in places)}
    said, scopes = _said(connection, ids), _scopes(connection, ids)
    elsewhere: dict[tuple[int, str], list[_Said]] = defaultdict(list)
    for place in places:
        readers = scopes_of_page(scopes[document_id], place.page)
        if readers <= scopes_of_page(scopes[place.document], place.position):
            for name, theirs in said[place.document, place.position].items():
                if theirs.own:
                    elsewhere[place.page, name].append(theirs)
    for (page, name), candidates in elsewhere.items():
        ours = said[document_id, page].get(name) or _Said()
        alike = [theirs for theirs in candidates if theirs.machine == ours.machine]
        if ours.own or not alike:
            continue
        # Where copies were decided differently, the last word holds.
        for row in max(alike, key=_last).own:
            known = ours.persons.get(row.raw)
            values = {one: getattr(row, one) for one in _COPIED}
            values |= {"page": page, "decided_on": row.document_id, "decided_at": row.at}
            if known is None or any(getattr(known, one) != values[one] for one in _SAME):
                yield values


def _last(said: _Said) -> Any:
    return max((row.at, row.id) for row in said.own)


def _said(connection: Connection, ids: Iterable[str]) -> Mapping[tuple[str, int], dict[str, _Said]]:
    """By document and page what is said under each name. A person's word does not hide what the machine had read."""
    rows = connection.execute(select(fields).where(fields.c.document_id.in_(ids)).order_by(fields.c.id))
    newest: dict[tuple[str, int, str, str], Row[Any]] = {}
    machine: dict[tuple[str, int, str, str], Row[Any]] = {}
    for row in rows:
        key = (row.document_id, row.page, row.name, row.raw)
        newest[key] = row
        if row.actor is None:
            machine[key] = row
    found: dict[tuple[str, int], dict[str, _Said]] = defaultdict(lambda: defaultdict(_Said))
    for (document, page, name, raw), row in newest.items():
        here = found[document, page][name]
        if row.actor is not None:
            here.persons[raw] = row
        read = machine.get((document, page, name, raw))
        if read is not None and read.state != WITHDRAWN:
            here.machine.add((raw, read.value, read.printed))
    return found


def _scopes(connection: Connection, ids: Iterable[str]) -> Mapping[str, list[Row[Any]]]:
    rows = connection.execute(
        select(document_scopes).where(
            document_scopes.c.document_id.in_(ids), current(document_scopes, *SCOPE_KEY)
        )
    )
    found: dict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.document_id].append(row)
    return found
