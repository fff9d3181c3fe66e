"""Selections: an ordered choice of papers and pages for a matter; the first package freezes it, what follows is new.

The functions without a connection are pure: they give the items as they would be. `put_items` makes it so.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import selection_items, selections
from archive.matters import LONGEST, lock_matter
from archive.records import record_matter
from tabellion.base.errors import BadRequest, Conflict, NotFound

MOST_ITEMS = 1000


class SelectionFrozen(Conflict):
    """A package was ordered of the selection, so it says for ever what that contains."""

    code = "SELECTION_FROZEN"
    advice = "Begin a new selection; it may be a copy of this one."


@dataclass(frozen=True, slots=True)
class Item:
    """A paper, or its pages from the first to the last (0 and 0: all of it).

    `passed_over` are other scans of the same paper that a person saw, and left out.
    """

    document: str
    first: int = 0
    last: int = 0
    label: str | None = None
    passed_over: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is the whole paper."""
        return (self.first, self.last) == (0, 0)

    @property
    def key(self) -> str:
        """Its name within the selection: an item is there once."""
        return f"{self.document}.{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Selection:
    """A selection; `number` counts from 1 within its matter."""

    id: str
    matter: str
    number: int
    frozen_at: datetime | None
    items: tuple[Item, ...]


def added(items: Sequence[Item], new: Item) -> tuple[Item, ...]:
    """With the item at the end, unless it is there already. A whole paper takes the place of its pages."""
    if any(item.document == new.document and (item.whole or item.key == new.key) for item in items):
        return tuple(items)
    if not new.whole:
        return (*items, new)
    of_paper = [item.document == new.document for item in items]
    if True not in of_paper:
        return (*items, new)
    at = of_paper.index(True)
    rest = [item for item in items if item.document != new.document]
    return (*rest[:at], new, *rest[at:])


def removed(items: Sequence[Item], key: str) -> tuple[Item, ...]:
    """Without the item of that name; one that is not there is no error, because the wish is fulfilled."""
    return tuple(item for item in items if item.key != key)


def moved(items: Sequence[Item], key: str, step: int) -> tuple[Item, ...]:
    """With the item so many places later, or earlier for a negative step, as far as there are places."""
    at = _place(items, key)
    rest = [item for item in items if item.key != key]
    to = min(max(0, at + step), len(rest))
    return (*rest[:to], items[at], *rest[to:])


def labelled(items: Sequence[Item], key: str, label: str) -> tuple[Item, ...]:
    """With other words beside the item; none where they are empty."""
    at = _place(items, key)
    words = " ".join(label.split())[:LONGEST] or None
    return (*items[:at], replace(items[at], label=words), *items[at + 1 :])


def list_selections(connection: Connection, matter_id: str) -> list[Selection]:
    """The selections of a matter, the newest first."""
    query = select(selections).where(selections.c.matter_id == matter_id)
    return _selections(connection, connection.execute(query.order_by(selections.c.number.desc())).all())


def find_selection(connection: Connection, matter_id: str, selection_id: str) -> Selection:
    """A selection of that matter; raises NotFound."""
    query = select(selections).where(selections.c.id == selection_id, selections.c.matter_id == matter_id)
    found = _selections(connection, connection.execute(query).all())
    if not found:
        raise NotFound("there is no such selection")
    return found[0]


def open_selection(connection: Connection, matter_id: str) -> Selection | None:
    """The selection of the matter that can still be changed; None where there is none."""
    query = select(selections).where(selections.c.matter_id == matter_id, selections.c.frozen_at.is_(None))
    found = _selections(connection, connection.execute(query.order_by(selections.c.number.desc())).all())
    return found[0] if found else None


def begin_selection(
    archive: Archive, connection: Connection, matter_id: str, actor: str, items: Sequence[Item] = ()
) -> Selection:
    """A new selection with these items. Raises Conflict while another can still be changed, or the matter is closed."""
    matter = lock_matter(connection, matter_id)
    if matter.facts.state != "open":
        raise Conflict("the matter is closed", advice="Open it again first.")
    if open_selection(connection, matter_id) is not None:
        raise Conflict("the matter has a selection that can still be changed", advice="Change that one.")
    newest = connection.scalar(
        select(func.max(selections.c.number)).where(selections.c.matter_id == matter_id)
    )
    selection_id = archive.ids.new()
    connection.execute(
        insert(selections).values(id=selection_id, matter_id=matter_id, number=(newest or 0) + 1)
    )
    _write(connection, selection_id, items)
    record_matter(archive, connection, matter_id, actor=actor)
    return find_selection(connection, matter_id, selection_id)


def put_items(
    archive: Archive, connection: Connection, selection: Selection, items: Sequence[Item], actor: str
) -> None:
    """Let the selection be these items; equal ones change nothing. Raises SelectionFrozen, BadRequest."""
    lock_matter(connection, selection.matter)
    present = find_selection(connection, selection.matter, selection.id)
    if present.frozen_at is not None:
        raise SelectionFrozen("a package was made of this selection")
    if present.items == tuple(items):
        return
    connection.execute(delete(selection_items).where(selection_items.c.selection_id == selection.id))
    _write(connection, selection.id, items)
    record_matter(archive, connection, selection.matter, actor=actor)


def freeze(archive: Archive, connection: Connection, selection_id: str) -> None:
    """Let the selection never change again; the caller records the matter."""
    connection.execute(
        update(selections)
        .where(selections.c.id == selection_id, selections.c.frozen_at.is_(None))
        .values(frozen_at=archive.clock.now())
    )


def _write(connection: Connection, selection_id: str, items: Sequence[Item]) -> None:
    if len(items) > MOST_ITEMS:
        raise BadRequest(f"a selection has at most {MOST_ITEMS} papers and pages")
    if len({item.key for item in items}) != len(items):
        raise BadRequest("a selection names the same pages twice")
    for item in items:
        if not item.whole and not 1 <= item.first <= item.last:
            raise BadRequest("pages are named from the first to the last, from 1 on")
        if item.label is not None and not 0 < len(item.label) <= LONGEST:
            raise BadRequest(f"a label has 1 to {LONGEST} characters")
    if items:
        connection.execute(
            insert(selection_items),
            [
                {
                    "selection_id": selection_id,
                    "position": position,
                    "document_id": item.document,
                    "first_page": item.first,
                    "last_page": item.last,
                    "label": item.label,
                    "passed_over": sorted(item.passed_over),
                }
                for position, item in enumerate(items, 1)
            ],
        )


def _selections(connection: Connection, rows: Sequence[Row[Any]]) -> list[Selection]:
    held: dict[str, list[Item]] = {}
    for row in connection.execute(
        select(selection_items)
        .where(selection_items.c.selection_id.in_([row.id for row in rows]))
        .order_by(selection_items.c.selection_id, selection_items.c.position)
    ):
        item = Item(row.document_id, row.first_page, row.last_page, row.label, tuple(row.passed_over))
        held.setdefault(row.selection_id, []).append(item)
    return [
        Selection(row.id, row.matter_id, row.number, row.frozen_at, tuple(held.get(row.id, ())))
        for row in rows
    ]


def _place(items: Sequence[Item], key: str) -> int:
    for at, item in enumerate(items):
        if item.key == key:
            return at
    raise NotFound("that is not in the selection")
