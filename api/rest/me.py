"""/me: who is asking, and the tokens of one's own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, status
from pydantic import Field
from sqlalchemy import select

from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.common import Strict
from api.sessions import create_token, revoke_token
from archive.catalogue.schema import api_tokens
from tabellion.base.errors import Forbidden

router = APIRouter(prefix="/me", tags=["me"])
Me = Annotated[Actor, Depends(Ask(Action.ME))]


class WhoIAm(Strict):
    """The account behind the request."""

    account: str
    name: str
    roles: list[str] = Field(examples=[["collector"]])
    scopes: list[str] = Field(examples=[["portfolio:0193"]])
    actions: list[str] = Field(examples=[["search", "document.read"]])
    station: str | None
    locale: str


class NewToken(Strict):
    """What the token is for, and what it may do; no actions: all that the account may."""

    name: str = Field(min_length=1, max_length=120, examples=["nightly export"])
    actions: list[str] = Field(default=[], examples=[["search"]])
    expires_at: datetime | None = None


class Token(Strict):
    """A token; `value` is given once, when it is made."""

    id: str
    name: str
    actions: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    value: str | None = None


@router.get("")
def me(actor: Me) -> WhoIAm:
    """Who is asking."""
    return WhoIAm(
        account=actor.account_id,
        name=actor.name,
        roles=sorted(actor.roles),
        scopes=sorted(actor.scopes),
        actions=sorted(actor.actions),
        station=actor.station_id,
        locale=actor.locale,
    )


@router.get("/tokens")
def tokens(request: Request, actor: Me) -> list[Token]:
    """One's own tokens, newest first; never their values."""
    query = (
        select(api_tokens).where(api_tokens.c.account_id == actor.account_id).order_by(api_tokens.c.id.desc())
    )
    with service_of(request).archive.catalogue.read() as connection:
        rows = connection.execute(query).all()
    return [
        Token(
            id=row.id,
            name=row.name,
            actions=row.actions,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
        )
        for row in rows
    ]


@router.post("/tokens", status_code=status.HTTP_201_CREATED)
def new_token(request: Request, body: NewToken, actor: Me) -> Token:
    """A new token; its value is in this answer and nowhere else."""
    if actor.only is not None:
        raise Forbidden("a token that may only do some things cannot make another")
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        token_id, value = create_token(
            archive, connection, actor.account_id, body.name, body.actions, body.expires_at
        )
    return Token(
        id=token_id,
        name=body.name,
        actions=body.actions,
        created_at=archive.clock.now(),
        expires_at=body.expires_at,
        revoked_at=None,
        value=value,
    )


@router.delete("/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_token(request: Request, token_id: str, actor: Me) -> None:
    """Withdraw a token."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        revoke_token(connection, actor.account_id, token_id, archive.clock.now())
