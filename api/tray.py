"""The tray: the matter that somebody collects papers for just now, kept by the server, and what lies in it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from api import access
from api.access import Action, Actor
from api.selected import Line, lines_of
from archive.archive import Archive
from archive.catalogue.schema import matters, trays
from archive.catalogue.upsert import upsert
from archive.matters import Matter, find_matter, list_matters
from archive.selections import (
    Item,
    Selection,
    added,
    begin_selection,
    list_selections,
    open_selection,
    put_items,
)
from tabellion.base.errors import Conflict, Forbidden

OFFERED = 12
"""Open matters that the tray offers where none is chosen."""

Change = Callable[[tuple[Item, ...]], tuple[Item, ...]]


@dataclass(frozen=True, slots=True)
class Tray:
    """What lies in it; without a matter nothing does, and `offered` are those that may be chosen."""

    matter: Matter | None
    lines: tuple[Line, ...] = ()
    offered: tuple[Matter, ...] = ()
    packed: Selection | None = None
    """Of what a package was made last, where nothing new has been chosen since."""

    @property
    def pages(self) -> int:
        """How many pages that is, as far as they are known."""
        return sum(len(line.pages) for line in self.lines)

    def holds(self, document: str, page: int | None = None) -> bool:
        """Whether the paper, or that page of it, lies in the tray."""
        return any(
            line.item.document == document
            and (line.item.whole or (page is not None and line.item.first <= page <= line.item.last))
            for line in self.lines
        )


def tray_of(connection: Connection, actor: Actor) -> Tray:
    """The tray of an actor. A matter that is closed, or not his any more, lies in no tray."""
    chosen = connection.scalar(
        select(trays.c.matter_id)
        .join(matters, matters.c.id == trays.c.matter_id)
        .where(
            trays.c.account_id == actor.account_id,
            matters.c.state == "open",
            access.visible_matters(actor),
        )
    )
    if chosen is None:
        still_open = access.own_matters(actor) & (matters.c.state == "open")
        return Tray(None, offered=tuple(list_matters(connection, still_open, limit=OFFERED)))
    selection = open_selection(connection, chosen)
    lines = () if selection is None else tuple(lines_of(connection, actor, selection.items))
    packed = next(iter(list_selections(connection, chosen)), None) if selection is None else None
    return Tray(find_matter(connection, chosen), lines, packed=packed)


def choose_matter(connection: Connection, actor: Actor, matter_id: str | None) -> None:
    """Collect for that matter from now on; None: for none. Raises Forbidden."""
    if matter_id is None:
        connection.execute(delete(trays).where(trays.c.account_id == actor.account_id))
        return
    access.require_matter(connection, actor, Action.MATTER_WRITE, matter_id)
    row = {"account_id": actor.account_id, "matter_id": matter_id}
    upsert(connection, trays, row, key=("account_id",))


def add_to_tray(archive: Archive, connection: Connection, actor: Actor, item: Item) -> None:
    """Put a paper or a page into the tray. Raises Forbidden for what is not open, Conflict without a matter."""
    opened = access.require_document(connection, actor, Action.READ, item.document)
    if not item.whole and not opened.page(item.first):
        raise Forbidden(access.NO_PAGE)
    change_tray(archive, connection, actor, lambda items: added(items, item))


def change_tray(archive: Archive, connection: Connection, actor: Actor, change: Change) -> None:
    """Change what lies in the tray; a matter without an open selection gets one. Raises Conflict, SelectionFrozen."""
    matter = tray_of(connection, actor).matter
    if matter is None:
        raise Conflict("no matter is chosen", advice="Choose or open the matter that the papers are for.")
    access.require_matter(connection, actor, Action.MATTER_WRITE, matter.id)
    selection = open_selection(connection, matter.id)
    if selection is None:
        begin_selection(archive, connection, matter.id, actor.pseudonym, change(()))
    else:
        put_items(archive, connection, selection, change(selection.items), actor.pseudonym)
