"""/me: who is asking, and the tokens, sessions and password of one's own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, status
from pydantic import Field
from sqlalchemy import Connection, select

from api.access import Action, Actor
from api.accounts import check_password, set_fact
from api.passwords import LONGEST, SHORTEST
from api.request import Ask, service_of
from api.rest.common import Strict
from api.sessions import (
    check_throttle,
    create_token,
    end_all_sessions,
    end_session,
    living_sessions,
    note_sign_in,
    revoke_token,
)
from archive.catalogue.schema import api_tokens
from tabellion.base.errors import BadRequest, Forbidden

router = APIRouter(prefix="/me", tags=["me"])
Me = Annotated[Actor, Depends(Ask(Action.ME))]
SESSION_NAME = 16
"""Digits of a session's digest that name it in lists."""


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
    seen_at: datetime | None = Field(description="When it was last used, to the minute.")
    value: str | None = None


class SessionLine(Strict):
    """A sign-in that still holds; `session` names it and opens nothing."""

    session: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str = Field(examples=["Mozilla/5.0 …"], description="What the browser called itself.")
    second: bool = Field(description="Whether a second factor was shown.")
    this: bool = Field(description="Whether this request came by it.")


class NewPassword(Strict):
    """The present password and the new one."""

    present: str = Field(max_length=LONGEST)
    new: str = Field(min_length=SHORTEST, max_length=LONGEST)


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
    with service_of(request).archive.catalogue.read() as connection:
        return tokens_of(connection, actor.account_id)


@router.post("/tokens", status_code=status.HTTP_201_CREATED)
def new_token(request: Request, body: NewToken, actor: Me) -> Token:
    """A new token; its value is in this answer and nowhere else."""
    _require_whole(actor)
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
        seen_at=None,
        value=value,
    )


@router.delete("/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_token(request: Request, token_id: Annotated[str, Path(max_length=36)], actor: Me) -> None:
    """Withdraw a token."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        revoke_token(connection, actor.account_id, token_id, archive.clock.now())


@router.get("/sessions")
def sessions(request: Request, actor: Me) -> list[SessionLine]:
    """One's own sessions that still hold, newest first."""
    with service_of(request).archive.catalogue.read() as connection:
        return sessions_of(request, connection, actor.account_id)


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT)
def end_others(request: Request, actor: Me) -> None:
    """End all sessions of one's own but the one of this request."""
    _require_whole(actor)
    archive, mine = service_of(request).archive, request.state.session
    with archive.catalogue.write() as connection:
        now = archive.clock.now()
        end_all_sessions(connection, actor.account_id, now, but=None if mine is None else mine.digest)


@router.delete("/sessions/{session}", status_code=status.HTTP_204_NO_CONTENT)
def end(
    request: Request, session: Annotated[str, Path(pattern=f"^[0-9a-f]{{{SESSION_NAME}}}$")], actor: Me
) -> None:
    """End a session of one's own, on whatever machine it is."""
    _require_whole(actor)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        end_named(connection, actor.account_id, session, archive.clock.now())


@router.post("/password", status_code=status.HTTP_204_NO_CONTENT)
def change_password(request: Request, body: NewPassword, actor: Me) -> None:
    """A new password for oneself; all sessions end, this one too. Tries are counted like sign-ins."""
    _require_whole(actor)
    archive = service_of(request).archive
    address, now = request.client.host if request.client else "", archive.clock.now()
    with archive.catalogue.read() as connection:
        check_throttle(connection, actor.name, address, now)
        right = check_password(connection, actor.name, body.present) is not None
    with archive.catalogue.write() as connection:
        note_sign_in(connection, actor.name, address, now, succeeded=right)
        if right:
            set_fact(archive, connection, actor.account_id, "password", body.new, actor=actor.pseudonym)
            end_all_sessions(connection, actor.account_id, now)
    if not right:
        raise BadRequest("the present password is another")


def tokens_of(connection: Connection, account_id: str) -> list[Token]:
    """The tokens of an account, newest first."""
    query = select(api_tokens).where(api_tokens.c.account_id == account_id).order_by(api_tokens.c.id.desc())
    return [
        Token(
            id=row.id,
            name=row.name,
            actions=row.actions,
            created_at=row.created_at,
            expires_at=row.expires_at,
            revoked_at=row.revoked_at,
            seen_at=row.seen_at,
        )
        for row in connection.execute(query).all()
    ]


def sessions_of(request: Request, connection: Connection, account_id: str) -> list[SessionLine]:
    """The sessions of an account that still hold, newest first."""
    mine = request.state.session
    now = service_of(request).archive.clock.now()
    return [
        SessionLine(
            session=row.digest[:SESSION_NAME],
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
            agent=row.agent,
            second=row.second,
            this=mine is not None and mine.digest == row.digest,
        )
        for row in living_sessions(connection, account_id, now)
    ]


def end_named(connection: Connection, account_id: str, session: str, now: datetime) -> None:
    """End the session of an account that these digits name; raises Forbidden where there is none."""
    for row in living_sessions(connection, account_id, now):
        if row.digest.startswith(session):
            end_session(connection, row.digest, now)
            return
    raise Forbidden("there is no such session, or not for you")


def _require_whole(actor: Actor) -> None:
    """A token that may only do some things cannot give itself more, nor lock its owner out."""
    if actor.only is not None:
        raise Forbidden("a token that may only do some things may not do this")
