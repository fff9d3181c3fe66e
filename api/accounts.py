"""Accounts: who there is, with which roles and scopes. Facts are a history; every change is an entry of the log."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from api.access import ROLES, Actor
from api.languages import require_language
from api.passwords import hash_password, password_holds
from archive.archive import Archive
from archive.catalogue.schema import account_facts, accounts, current
from archive.log import record
from tabellion.base.errors import BadRequest, Conflict, NotFound

SINGLE = (
    "password",
    "locale",
    "zone",
    "state",
    "second",
    "salt",
)  # facts of which an account has one at a time
ADDED, REVOKED = 1, 0


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is now."""

    id: str
    name: str
    pseudonym: str
    station_id: str | None
    roles: frozenset[str]
    scopes: frozenset[str]
    locale: str
    zone: str | None
    active: bool
    # An administrator wants a second factor of this one, whatever the roles are.
    second_required: bool = False

    def actor(self) -> Actor:
        """The account as the gate sees it."""
        return Actor(
            account_id=self.id,
            name=self.name,
            pseudonym=self.pseudonym,
            roles=self.roles,
            scopes=self.scopes,
            station_id=self.station_id,
            locale=self.locale,
            zone=self.zone,
        )


def create_account(
    archive: Archive,
    connection: Connection,
    name: str,
    password: str | None,
    *,
    roles: frozenset[str],
    scopes: frozenset[str],
    actor: str,
    locale: str = "en",
    station_id: str | None = None,
    reason: str = "changed",
) -> Account:
    """A new account; without a password it can only be used by token. Raises Conflict where the name is taken,
    BadRequest for a name or a language that cannot be."""
    name = name.strip()
    if not name or len(name) > 80 or not name.isprintable():
        raise BadRequest("an account's name has 1 to 80 printable characters")
    require_language(locale)
    if connection.execute(select(accounts.c.id).where(accounts.c.name == name)).one_or_none():
        raise Conflict(f"there is an account {name!r} already")
    account_id, pseudonym, now = archive.ids.new(), archive.ids.new(), archive.clock.now()
    connection.execute(
        insert(accounts).values(
            id=account_id, name=name, pseudonym=pseudonym, station_id=station_id, created_at=now, version=1
        )
    )
    facts = [("locale", locale), *(("role", role) for role in roles), *(("scope", scope) for scope in scopes)]
    if password is not None:
        facts.append(("password", hash_password(password)))
    for fact, value in facts:
        _add(archive, connection, account_id, fact, value, ADDED, actor)
    note_change(archive, connection, account_id, actor, reason)
    return find_account(connection, account_id)


def set_fact(
    archive: Archive, connection: Connection, account_id: str, fact: str, value: str, *, actor: str
) -> None:
    """Change a single fact: password (given in clear), locale, zone, state (`active`, `disabled`), or second factor
    (`required`, `optional`)."""
    if fact not in SINGLE:
        raise BadRequest(f"{fact!r} is not a fact that can be set")
    kept = hash_password(value) if fact == "password" else value
    _add(archive, connection, account_id, fact, kept, ADDED, actor)
    note_change(archive, connection, account_id, actor, "disabled" if value == "disabled" else "changed")


def grant(
    archive: Archive,
    connection: Connection,
    account_id: str,
    fact: str,
    value: str,
    *,
    actor: str,
    give: bool,
    reason: str | None = None,
) -> None:
    """Give or take back a role or a scope."""
    if fact not in ("role", "scope") or (fact == "role" and value not in ROLES):
        raise BadRequest(f"there is no {fact} {value!r}")
    _add(archive, connection, account_id, fact, value, ADDED if give else REVOKED, actor)
    note_change(archive, connection, account_id, actor, reason, kind="grant" if give else "revoke")


def find_account(connection: Connection, account_id: str) -> Account:
    """The account as it is now; raises NotFound."""
    row = connection.execute(select(accounts).where(accounts.c.id == account_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such account")
    facts = _facts(connection, account_id)
    single = {row.fact: row.value for row in facts if row.fact in SINGLE}
    given = [row for row in facts if row.granted == ADDED]
    return Account(
        id=row.id,
        name=row.name,
        pseudonym=row.pseudonym,
        station_id=row.station_id,
        roles=frozenset(fact.value for fact in given if fact.fact == "role"),
        scopes=frozenset(fact.value for fact in given if fact.fact == "scope"),
        locale=single.get("locale", "en"),
        zone=single.get("zone"),
        active=single.get("state", "active") == "active",
        second_required=single.get("second") == "required",
    )


def find_by_name(connection: Connection, name: str) -> Account:
    """The account of that name; raises NotFound."""
    account_id = connection.execute(select(accounts.c.id).where(accounts.c.name == name.strip())).scalar()
    if account_id is None:
        raise NotFound("there is no such account")
    return find_account(connection, account_id)


def list_accounts(connection: Connection) -> list[Account]:
    """All accounts by name."""
    ids = connection.scalars(select(accounts.c.id).order_by(accounts.c.name)).all()
    return [find_account(connection, account_id) for account_id in ids]


def check_password(connection: Connection, name: str, password: str) -> Account | None:
    """The account, where name and password belong together and it is active; None otherwise, after the same time."""
    row = connection.execute(select(accounts).where(accounts.c.name == name.strip())).one_or_none()
    kept = None
    if row is not None:
        kept = next((fact.value for fact in _facts(connection, row.id) if fact.fact == "password"), None)
    if not password_holds(kept, password) or row is None:
        return None
    account = find_account(connection, row.id)
    return account if account.active else None


def _facts(connection: Connection, account_id: str) -> Sequence[Row[Any]]:
    single = select(func.max(account_facts.c.id)).where(account_facts.c.fact.in_(SINGLE))
    newest_single = single.where(account_facts.c.account_id == account_id).group_by(account_facts.c.fact)
    query = select(account_facts).where(
        account_facts.c.account_id == account_id,
        account_facts.c.id.in_(newest_single)
        | (
            account_facts.c.fact.in_(("role", "scope"))
            & current(account_facts, "account_id", "fact", "value")
        ),
    )
    return connection.execute(query).all()


def _add(
    archive: Archive, connection: Connection, account_id: str, fact: str, value: str, granted: int, actor: str
) -> None:
    connection.execute(
        insert(account_facts).values(
            account_id=account_id,
            fact=fact,
            value=value,
            granted=granted,
            actor=actor,
            at=archive.clock.now(),
        )
    )


def note_change(
    archive: Archive,
    connection: Connection,
    account_id: str,
    actor: str,
    reason: str | None = None,
    *,
    kind: str = "account",
) -> None:
    """An entry of the log: the account is, or may, something else from now on."""
    # The salted digest of the account's state is in the log, so that it cannot be swapped later; the salt is an
    # account fact of its own and can be erased with it.
    salt = archive.ids.randomness(32).hex()
    _add(archive, connection, account_id, "salt", salt, ADDED, actor)
    facts = [[row.fact, row.value, row.granted] for row in _facts(connection, account_id)]
    state = json.dumps([salt, account_id, sorted(facts)], ensure_ascii=False).encode()
    record(
        connection,
        type=kind,
        object_type="account",
        object_id=account_id,
        subject=hashlib.sha256(state).hexdigest(),
        actor=actor,
        time=archive.clock.now(),
        reason=reason,
    )
