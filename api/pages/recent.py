"""The debtors that somebody looked at last: a cookie of identifiers, read by the server and filtered by the gate."""

from typing import Any

from fastapi import Request, Response
from sqlalchemy import Connection, Row, select

from api.access import Actor
from api.finding import visible_parties
from archive.catalogue.schema import parties
from tabellion.base.ids import is_id

COOKIE = "tabellion_recent"
MOST = 10
_AGE = 60 * 60 * 24 * 30


def remember(request: Request, response: Response, actor: Actor, party_id: str, *, secure: bool) -> None:
    """Put a debtor first among those looked at last."""
    kept = [party_id, *(known for known in _ids(request, actor) if known != party_id)][:MOST]
    response.set_cookie(
        COOKIE,
        f"{actor.account_id}:{'.'.join(kept)}",
        max_age=_AGE,
        httponly=True,
        samesite="lax",
        secure=secure,
        path="/",
    )


def recent_debtors(request: Request, connection: Connection, actor: Actor) -> list[Row[Any]]:
    """The debtors looked at last by this account in this browser, of those still in scope."""
    ids = _ids(request, actor)
    rows = {
        row.id: row
        for row in connection.execute(
            select(parties).where(parties.c.id.in_(ids), visible_parties(actor))
        ).all()
    }
    return [rows[party_id] for party_id in ids if party_id in rows]


def _ids(request: Request, actor: Actor) -> list[str]:
    """The identifiers in the cookie, where it is of this account: a browser may serve several."""
    account, _, kept = request.cookies.get(COOKIE, "").partition(":")
    if account != actor.account_id:
        return []
    return [party_id for party_id in kept.split(".")[:MOST] if is_id(party_id)]
