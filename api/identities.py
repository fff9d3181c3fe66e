"""Which account a provider's person is; by issuer and subject, and only where an administrator allowed it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from api.accounts import (
    Account,
    create_account,
    find_account,
    find_by_name,
    grant,
    list_accounts,
    note_change,
)
from api.provider import Claims, Description, ProviderRefused
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import identities
from tabellion.base.errors import Conflict, NotFound

MOST_WAITING = 1000
"""People without an account who are remembered, for an administrator to decide on."""


def account_behind(
    archive: Archive, connection: Connection, claims: Claims, description: Description
) -> Account | None:
    """The account of whoever the claims are about, its roles as the provider says; None while nobody has let him in."""
    row = connection.execute(
        select(identities).where(identities.c.issuer == claims.issuer, identities.c.subject == claims.subject)
    ).one_or_none()
    if row is None:
        row = _remember(archive, connection, claims)
    if row.account_id is None and description.create_accounts:
        made = create_account(
            archive,
            connection,
            free_name(connection, claims.name),
            None,
            roles=claims.roles,
            scopes=frozenset(),
            actor=SYSTEM_ACTOR,
            reason="by-provider",
        )
        _link(archive, connection, row.id, made.id, made.pseudonym)
        return made
    if row.account_id is None:
        return None
    account = find_account(connection, row.account_id)
    if not account.active:
        return None
    _bring_roles_up_to_date(archive, connection, account, claims, description)
    return find_account(connection, account.id)


def waiting(connection: Connection) -> Sequence[Row[Any]]:
    """Whom nobody has let in yet, newest first."""
    return connection.execute(
        select(identities).where(identities.c.account_id.is_(None)).order_by(identities.c.id.desc())
    ).all()


def identities_of(connection: Connection, account_id: str) -> Sequence[Row[Any]]:
    """As whom an account is known to providers."""
    return connection.execute(
        select(identities).where(identities.c.account_id == account_id).order_by(identities.c.id)
    ).all()


def find_identity(connection: Connection, identity_id: str) -> Row[Any]:
    """What a provider said of somebody; raises NotFound."""
    row = connection.execute(select(identities).where(identities.c.id == identity_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such identity")
    return row


def let_in(
    archive: Archive,
    connection: Connection,
    identity_id: str,
    account_id: str | None,
    roles: frozenset[str],
    *,
    actor: str,
) -> Account:
    """Give somebody a new account with these roles, or one that there is. An entry of the log.

    Raises NotFound, Conflict.
    """
    row = find_identity(connection, identity_id)
    if row.account_id is not None:
        raise Conflict("this person has an account already")
    if account_id is None:
        account = create_account(
            archive,
            connection,
            free_name(connection, row.name),
            None,
            roles=roles,
            scopes=frozenset(),
            actor=actor,
        )
    else:
        account = find_account(connection, account_id)
        if account.station_id is not None:
            raise Conflict("a station works by token")
    _link(archive, connection, identity_id, account.id, actor)
    note_change(archive, connection, account.id, actor, "by-provider")
    return account


def forget_identity(archive: Archive, connection: Connection, identity_id: str, *, actor: str) -> None:
    """Who came so comes in no more; one who tries again waits again. An entry of the log where he had an account."""
    row = find_identity(connection, identity_id)
    connection.execute(delete(identities).where(identities.c.id == identity_id))
    if row.account_id is not None:
        note_change(archive, connection, row.account_id, actor, "changed")


def free_name(connection: Connection, wanted: str) -> str:
    """The name, or with a number after it where it is taken."""
    for number in range(1, 1000):
        name = wanted if number == 1 else f"{wanted[:75]} {number}"
        try:
            find_by_name(connection, name)
        except NotFound:
            return name
    raise Conflict(f"too many accounts are called {wanted!r}")


def _remember(archive: Archive, connection: Connection, claims: Claims) -> Row[Any]:
    query = select(func.count()).where(identities.c.account_id.is_(None))
    if (connection.scalar(query) or 0) >= MOST_WAITING:
        raise ProviderRefused(
            "too many people wait to be let in", advice="Ask an administrator to decide on them."
        )
    identity_id = archive.ids.new()
    connection.execute(
        insert(identities).values(
            id=identity_id,
            issuer=claims.issuer,
            subject=claims.subject,
            name=claims.name,
            asked_at=archive.clock.now(),
        )
    )
    return find_identity(connection, identity_id)


def _link(archive: Archive, connection: Connection, identity_id: str, account_id: str, actor: str) -> None:
    connection.execute(
        update(identities)
        .where(identities.c.id == identity_id)
        .values(account_id=account_id, linked_at=archive.clock.now(), linked_by=actor)
    )


def _bring_roles_up_to_date(
    archive: Archive, connection: Connection, account: Account, claims: Claims, description: Description
) -> None:
    """Give and take the roles that the provider decides on; the last administrator stays one."""
    for role in sorted(claims.roles - account.roles):
        grant(
            archive,
            connection,
            account.id,
            "role",
            role,
            actor=account.pseudonym,
            give=True,
            reason="by-provider",
        )
    for role in sorted((account.roles & description.mapped) - claims.roles):
        if role == "administrator" and not _another_administrator(connection, account):
            continue
        grant(
            archive,
            connection,
            account.id,
            "role",
            role,
            actor=account.pseudonym,
            give=False,
            reason="by-provider",
        )


def _another_administrator(connection: Connection, account: Account) -> bool:
    return any(
        other.id != account.id and other.active and "administrator" in other.roles
        for other in list_accounts(connection)
    )
