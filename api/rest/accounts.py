"""/accounts: who there is, with which roles and scopes; for administrators. Every change is an entry of the log."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Request, Response, status
from pydantic import Field
from sqlalchemy import Connection

from api import accounts
from api.access import ROLES, Action, Actor
from api.passwords import LONGEST, SHORTEST
from api.request import Ask, service_of
from api.rest.common import Strict
from api.scope_names import check_scope, scope_there
from api.second_factors import factors_of
from api.sessions import end_all_sessions
from tabellion.base.errors import BadRequest, Conflict

router = APIRouter(prefix="/accounts", tags=["operations"])
Manager = Annotated[Actor, Depends(Ask(Action.ACCOUNTS))]
AccountId = Annotated[str, Path(max_length=36)]
ASSIGNABLE = sorted(set(ROLES) - {"station"})
"""Roles that people have; a station's comes with the station."""


class AccountIn(Strict):
    """An account to make; without a password it is used by token only."""

    name: str = Field(min_length=1, max_length=80, examples=["anna.k"])
    password: str | None = Field(default=None, min_length=SHORTEST, max_length=LONGEST)
    roles: list[str] = Field(default=[], examples=[["collector"]], description=f"Of {', '.join(ASSIGNABLE)}.")
    scopes: list[str] = Field(default=[], examples=[["portfolio:0193"]])
    locale: str = Field(
        default="en", max_length=8, pattern="^[a-z]{2,3}$", description="Language of its pages: en, it or pl."
    )


class Account(Strict):
    """An account as it is now."""

    account: str
    name: str
    pseudonym: str = Field(description="The actor of its entries in the log.")
    station: str | None
    roles: list[str]
    scopes: list[str]
    locale: str
    active: bool
    second_factors: list[str] = Field(examples=[["totp", "passkey"]])
    second_factor_required: bool = Field(description="By this account, besides what its roles want.")


class RoleIn(Strict):
    """A role to give or take back."""

    role: str = Field(examples=["collector"])


class ScopeIn(Strict):
    """A scope to give or take back."""

    scope: str = Field(max_length=60, examples=["portfolio:0193"])


class PasswordIn(Strict):
    """A new password; all sessions of the account end."""

    password: str = Field(min_length=SHORTEST, max_length=LONGEST)


class StateIn(Strict):
    """Whether the account may act."""

    state: Literal["active", "disabled"]


@router.get("")
def list_accounts(request: Request, _: Manager) -> list[Account]:
    """All accounts by name."""
    with service_of(request).archive.catalogue.read() as connection:
        return [_account(connection, found) for found in accounts.list_accounts(connection)]


@router.post("", status_code=status.HTTP_201_CREATED)
def create(request: Request, response: Response, body: AccountIn, actor: Manager) -> Account:
    """A new account."""
    archive = service_of(request).archive
    for role in body.roles:
        check_role(role)
    for scope in body.scopes:
        check_scope(scope)
    with archive.catalogue.write() as connection:
        made = accounts.create_account(
            archive,
            connection,
            body.name,
            body.password,
            roles=frozenset(body.roles),
            scopes=frozenset(scope_there(connection, scope) for scope in body.scopes),
            actor=actor.pseudonym,
            locale=body.locale,
        )
        response.headers["Location"] = f"/api/v1/accounts/{made.id}"
        return _account(connection, made)


@router.get("/{account_id}")
def show(request: Request, account_id: AccountId, _: Manager) -> Account:
    """One account with its roles and scopes."""
    with service_of(request).archive.catalogue.read() as connection:
        return _account(connection, accounts.find_account(connection, account_id))


@router.post("/{account_id}/roles")
def give_role(request: Request, account_id: AccountId, body: RoleIn, actor: Manager) -> Account:
    """Give a role."""
    check_role(body.role)
    return _grant(request, account_id, "role", body.role, actor, give=True)


@router.delete("/{account_id}/roles/{role}")
def take_role(
    request: Request, account_id: AccountId, role: Annotated[str, Path(max_length=16)], actor: Manager
) -> Account:
    """Take a role back."""
    check_role(role)
    return _grant(request, account_id, "role", role, actor, give=False)


@router.post("/{account_id}/scopes")
def give_scope(request: Request, account_id: AccountId, body: ScopeIn, actor: Manager) -> Account:
    """Give a scope; it holds from the next request on, without a new index."""
    check_scope(body.scope)
    return _grant(request, account_id, "scope", body.scope, actor, give=True)


@router.delete("/{account_id}/scopes/{scope}")
def take_scope(
    request: Request, account_id: AccountId, scope: Annotated[str, Path(max_length=60)], actor: Manager
) -> Account:
    """Take a scope back."""
    check_scope(scope)
    return _grant(request, account_id, "scope", scope, actor, give=False)


@router.post("/{account_id}/password", status_code=status.HTTP_204_NO_CONTENT)
def set_password(request: Request, account_id: AccountId, body: PasswordIn, actor: Manager) -> None:
    """Set a password; all sessions of the account end."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        found = accounts.find_account(connection, account_id)
        if found.station_id is not None:
            raise Conflict("a station works by token")
        accounts.set_fact(archive, connection, account_id, "password", body.password, actor=actor.pseudonym)
        end_all_sessions(connection, account_id, archive.clock.now())


@router.post("/{account_id}/state")
def set_state(request: Request, account_id: AccountId, body: StateIn, actor: Manager) -> Account:
    """Disable an account (its sessions end, its tokens hold no more), or make it active again."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        found = accounts.find_account(connection, account_id)
        if body.state == "disabled":
            _keep_one_administrator(connection, found)
            end_all_sessions(connection, account_id, archive.clock.now())
        if found.active != (body.state == "active"):
            accounts.set_fact(archive, connection, account_id, "state", body.state, actor=actor.pseudonym)
        return _account(connection, accounts.find_account(connection, account_id))


def _grant(request: Request, account_id: str, fact: str, value: str, actor: Actor, *, give: bool) -> Account:
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        found = accounts.find_account(connection, account_id)
        if found.station_id is not None and fact == "role":
            raise Conflict("a station has its own role and no other")
        if not give and value == "administrator":
            _keep_one_administrator(connection, found)
        if give and fact == "scope":
            value = scope_there(connection, value)
        held = value in (found.roles if fact == "role" else found.scopes)
        if held != give:
            accounts.grant(archive, connection, account_id, fact, value, actor=actor.pseudonym, give=give)
        return _account(connection, accounts.find_account(connection, account_id))


def _keep_one_administrator(connection: Connection, leaving: accounts.Account) -> None:
    """Raise Conflict where nobody could administer any more."""
    others = [
        account
        for account in accounts.list_accounts(connection)
        if account.id != leaving.id and account.active and "administrator" in account.roles
    ]
    if "administrator" in leaving.roles and not others:
        raise Conflict("that is the last administrator", advice="Make another one first.")


def check_role(role: str) -> None:
    """Raise BadRequest where that is no role that people have."""
    if role not in ASSIGNABLE:
        raise BadRequest(f"a role is one of {', '.join(ASSIGNABLE)}")


def _account(connection: Connection, found: accounts.Account) -> Account:
    return Account(
        account=found.id,
        name=found.name,
        pseudonym=found.pseudonym,
        station=found.station_id,
        roles=sorted(found.roles),
        scopes=sorted(found.scopes),
        locale=found.locale,
        active=found.active,
        second_factors=[factor.kind for factor in factors_of(connection, found.id)],
        second_factor_required=found.second_required,
    )
