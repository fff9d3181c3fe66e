"""Searches that somebody keeps: names for queries. Each is run anew, with the rights that its owner has then."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select

from api.access import Actor
from archive.archive import Archive
from archive.catalogue.schema import saved_searches
from archive.catalogue.upsert import upsert
from search.query import parse
from tabellion.base.errors import BadRequest, Conflict, Forbidden

MOST: Final = 100
"""Searches that one account keeps."""


class TooManySaved(Conflict):
    """Nobody finds his way among more."""

    code = "TOO_MANY_SAVED"
    advice = f"Delete one that you do not need; {MOST} are kept."


def save_search(archive: Archive, connection: Connection, actor: Actor, name: str, query: str) -> Row[Any]:
    """Keep a query under a name; one of that name is replaced. Raises QueryError, BadRequest, TooManySaved."""
    name = " ".join(name.split())
    if not name or not query.strip():
        raise BadRequest("a search is kept with a name and a query", advice="Give both.")
    parse(query)
    mine = saved_searches.c.account_id == actor.account_id
    known = connection.scalar(select(saved_searches.c.id).where(mine, saved_searches.c.name == name))
    if known is None:
        count = connection.scalar(select(func.count()).select_from(saved_searches).where(mine)) or 0
        if count >= MOST:
            raise TooManySaved(f"{MOST} searches are kept already")
    row = {
        "id": known or archive.ids.new(),
        "account_id": actor.account_id,
        "name": name,
        "query": query.strip(),
        "created_at": archive.clock.now(),
    }
    upsert(connection, saved_searches, row, key=("account_id", "name"))
    return connection.execute(select(saved_searches).where(mine, saved_searches.c.name == name)).one()


def list_saved(connection: Connection, actor: Actor) -> Sequence[Row[Any]]:
    """The actor's own, by name."""
    return connection.execute(
        select(saved_searches)
        .where(saved_searches.c.account_id == actor.account_id)
        .order_by(func.lower(saved_searches.c.name), saved_searches.c.id)
    ).all()


def delete_saved(connection: Connection, actor: Actor, saved_id: str) -> None:
    """Keep it no longer; raises Forbidden for one that is not there, or another's."""
    mine = (saved_searches.c.id == saved_id) & (saved_searches.c.account_id == actor.account_id)
    if connection.execute(delete(saved_searches).where(mine)).rowcount != 1:
        raise Forbidden("there is no such saved search, or not for you")
