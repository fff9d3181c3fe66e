"""/accounts/.../sessions, tokens, factors: how somebody comes in, seen and ended by administrators."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, status
from pydantic import Field

from api.access import Action, Actor
from api.accounts import find_account, set_fact
from api.request import Ask, service_of
from api.rest.common import Strict
from api.rest.me import SESSION_NAME, SessionLine, Token, end_named, sessions_of, tokens_of
from api.second_factors import reset_factors
from api.sessions import end_all_sessions, revoke_token
from tabellion.base.errors import Conflict

router = APIRouter(prefix="/accounts/{account_id}", tags=["operations"])
Manager = Annotated[Actor, Depends(Ask(Action.ACCOUNTS))]
AccountId = Annotated[str, Path(max_length=36)]
SessionName = Annotated[str, Path(pattern=f"^[0-9a-f]{{{SESSION_NAME}}}$")]


class SecondFactorIn(Strict):
    """Whether the account must have a second factor, besides what its roles want."""

    required: bool = Field(examples=[True])


@router.get("/sessions")
def sessions(request: Request, account_id: AccountId, _: Manager) -> list[SessionLine]:
    """The sessions of somebody that still hold, newest first."""
    with service_of(request).archive.catalogue.read() as connection:
        return sessions_of(request, connection, find_account(connection, account_id).id)


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT)
def end_sessions(request: Request, account_id: AccountId, _: Manager) -> None:
    """Sign somebody out everywhere."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        end_all_sessions(connection, find_account(connection, account_id).id, archive.clock.now())


@router.delete("/sessions/{session}", status_code=status.HTTP_204_NO_CONTENT)
def end_one(request: Request, account_id: AccountId, session: SessionName, _: Manager) -> None:
    """Sign somebody out in one place."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        end_named(connection, account_id, session, archive.clock.now())


@router.get("/tokens")
def tokens(request: Request, account_id: AccountId, _: Manager) -> list[Token]:
    """The tokens of somebody, newest first; never their values."""
    with service_of(request).archive.catalogue.read() as connection:
        return tokens_of(connection, find_account(connection, account_id).id)


@router.delete("/tokens/{token_id}", status_code=status.HTTP_204_NO_CONTENT)
def withdraw_token(
    request: Request, account_id: AccountId, token_id: Annotated[str, Path(max_length=36)], _: Manager
) -> None:
    """Withdraw a token of somebody."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        revoke_token(connection, account_id, token_id, archive.clock.now())


@router.post("/second-factor", status_code=status.HTTP_204_NO_CONTENT)
def want_second(request: Request, account_id: AccountId, body: SecondFactorIn, actor: Manager) -> None:
    """Whether this one must have a second factor; sessions without one hold no more. An entry of the log."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        found = find_account(connection, account_id)
        if found.station_id is not None:
            raise Conflict("a station works by token")
        if found.second_required != body.required:
            value = "required" if body.required else "optional"
            set_fact(archive, connection, account_id, "second", value, actor=actor.pseudonym)


@router.delete("/factors", status_code=status.HTTP_204_NO_CONTENT)
def reset(request: Request, account_id: AccountId, actor: Manager) -> None:
    """Take all second factors and recovery codes of somebody away, who has lost them; all his sessions end.

    Where a second factor is required, he sets up a new one when he signs in. An entry of the log.
    """
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        found = find_account(connection, account_id)
        reset_factors(archive, connection, found, actor=actor.pseudonym)
        end_all_sessions(connection, account_id, archive.clock.now())
