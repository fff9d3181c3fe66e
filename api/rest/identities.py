"""/identities: people whom a provider of sign-ins knows, and which account each of them has; for administrators."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, status
from pydantic import Field
from sqlalchemy import Row

from api import identities
from api.access import Action, Actor
from api.request import Ask, service_of
from api.rest.accounts import check_role
from api.rest.common import Strict

router = APIRouter(prefix="/identities", tags=["operations"])
Manager = Annotated[Actor, Depends(Ask(Action.ACCOUNTS))]
IdentityId = Annotated[str, Path(max_length=36)]


class Identity(Strict):
    """Somebody as a provider names him."""

    id: str
    issuer: str
    subject: str
    name: str
    account: str | None = Field(description="None while nobody has let him in.")
    asked_at: datetime
    linked_at: datetime | None


class LetIn(Strict):
    """The account that he gets; none: a new one with these roles, and without scopes."""

    account: str | None = Field(default=None, max_length=36, examples=["0193"])
    roles: list[str] = Field(default=[], examples=[["collector"]])


@router.get("")
def waiting(request: Request, _: Manager) -> list[Identity]:
    """Whom nobody has let in yet, newest first."""
    with service_of(request).archive.catalogue.read() as connection:
        return [_identity(row) for row in identities.waiting(connection)]


@router.post("/{identity_id}")
def let_in(request: Request, identity_id: IdentityId, body: LetIn, actor: Manager) -> Identity:
    """Let somebody in. An entry of the log."""
    archive = service_of(request).archive
    for role in body.roles:
        check_role(role)
    with archive.catalogue.write() as connection:
        roles = frozenset(body.roles)
        identities.let_in(archive, connection, identity_id, body.account, roles, actor=actor.pseudonym)
        return _identity(identities.find_identity(connection, identity_id))


@router.delete("/{identity_id}", status_code=status.HTTP_204_NO_CONTENT)
def forget(request: Request, identity_id: IdentityId, actor: Manager) -> None:
    """Refuse somebody who waits, or part one from his account; sessions that he has are ended apart."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        identities.forget_identity(archive, connection, identity_id, actor=actor.pseudonym)


def _identity(row: Row[Any]) -> Identity:
    return Identity(
        id=row.id,
        issuer=row.issuer,
        subject=row.subject,
        name=row.name,
        account=row.account_id,
        asked_at=row.asked_at,
        linked_at=row.linked_at,
    )
