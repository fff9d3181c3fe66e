"""Portfolios: claims that were sold or entrusted together."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select

from archive.archive import Archive
from archive.catalogue.schema import portfolios
from tabellion.base.errors import BadRequest, Conflict, NotFound

_NAMED = 5
"""So many portfolios are named to who asked for one that is not there."""


def add_portfolio(archive: Archive, connection: Connection, name: str, external_id: str | None = None) -> str:
    """A new portfolio; raises Conflict where the name is taken."""
    name = name.strip()
    if not name or len(name) > 200:
        raise BadRequest("a portfolio's name has 1 to 200 characters")
    if connection.scalar(select(portfolios.c.id).where(portfolios.c.name == name)):
        raise Conflict(f"there is a portfolio {name!r} already")
    portfolio_id = archive.ids.new()
    connection.execute(
        insert(portfolios).values(
            id=portfolio_id, name=name, external_id=external_id, created_at=archive.clock.now()
        )
    )
    return portfolio_id


def find_portfolio(connection: Connection, wanted: str) -> str:
    """The id of a portfolio by id, name or external id; raises NotFound."""
    query = select(portfolios.c.id).where(
        or_(portfolios.c.id == wanted, portfolios.c.name == wanted, portfolios.c.external_id == wanted)
    )
    found: str | None = connection.execute(query).scalars().first()
    if found is None:
        raise NotFound(f"there is no portfolio {wanted!r}", advice=_advice(list_portfolios(connection)))
    return found


def list_portfolios(connection: Connection) -> Sequence[Row[Any]]:
    """All portfolios by name."""
    return connection.execute(select(portfolios).order_by(portfolios.c.name)).all()


def _advice(there: Sequence[Row[Any]]) -> str:
    """What to do where a portfolio was not found: those that are there, or how the first is made."""
    if not there:
        return "There is none yet: `tabellion portfolios add NAME` makes one."
    names = ", ".join(repr(row.name) for row in there[:_NAMED]) + (", ..." if len(there) > _NAMED else "")
    return f"There are {names}; `tabellion portfolios add NAME` makes one."
