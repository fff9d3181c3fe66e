"""Sessions of people in browsers and tokens of programs: random, kept as digests only, revocable, shown once."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from api.access import Action, Actor
from api.accounts import Account, find_account
from archive.archive import Archive
from archive.catalogue.schema import api_tokens, sessions, signin_attempts
from tabellion.base.errors import BadRequest, NotFound, TooMany

TOKEN_PREFIX = "tab_"  # noqa: S105 - lets secret scanners recognise our tokens
IDLE = timedelta(hours=2)
SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is in use: reading does not write all the time."""

WINDOW = timedelta(minutes=15)
TRIES_BY_NAME, TRIES_BY_ADDRESS = 10, 50


class TooManySignIns(TooMany):
    """Too many failed sign-ins for this name or from this address."""

    code = "TOO_MANY_SIGN_INS"
    advice = "Wait a quarter of an hour, or ask an administrator for a new password."


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the request sees it: who, and the token that forms must carry."""

    actor: Actor
    csrf: str
    digest: str
    seen_at: datetime
    created_at: datetime
    # Whether a second factor was shown, and whether the account must have shown one (whatever its roles are).
    second: bool
    second_required: bool


def start_session(
    archive: Archive,
    connection: Connection,
    account: Account,
    agent: str,
    length: timedelta,
    *,
    second: bool = False,
    theirs: str | None = None,
) -> tuple[str, str]:
    """A new session; gives the cookie's value and the CSRF token. Signing in always makes a new one (no fixation).

    `second` says that a second factor was shown, `theirs` is a digest of a provider's name for its own session.
    """
    value, csrf, now = secrets.token_urlsafe(32), secrets.token_urlsafe(32), archive.clock.now()
    connection.execute(
        insert(sessions).values(
            digest=digest_of(value),
            account_id=account.id,
            csrf=csrf,
            created_at=now,
            seen_at=now,
            expires_at=now + length,
            agent=agent[:200],
            second=second,
            theirs=theirs,
        )
    )
    return value, csrf


def find_session(connection: Connection, value: str, now: datetime) -> Session | None:
    """The session behind a cookie, where it is alive and its account active."""
    row = connection.execute(select(sessions).where(sessions.c.digest == digest_of(value))).one_or_none()
    if row is None or row.revoked_at is not None or row.expires_at <= now or row.seen_at + IDLE <= now:
        return None
    account = find_account(connection, row.account_id)
    if not account.active:
        return None
    return Session(
        account.actor(),
        row.csrf,
        row.digest,
        row.seen_at,
        row.created_at,
        row.second,
        account.second_required,
    )


def touch_session(connection: Connection, digest: str, now: datetime) -> None:
    """Remember that the session was used."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(seen_at=now))


def living_sessions(connection: Connection, account_id: str, now: datetime) -> Sequence[Row[Any]]:
    """The sessions of an account that still hold, newest first."""
    return connection.execute(
        select(sessions)
        .where(
            sessions.c.account_id == account_id,
            sessions.c.revoked_at.is_(None),
            sessions.c.expires_at > now,
            sessions.c.seen_at > now - IDLE,
        )
        .order_by(sessions.c.created_at.desc(), sessions.c.digest)
    ).all()


def end_session(connection: Connection, digest: str, now: datetime) -> None:
    """Sign out."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(revoked_at=now))


def end_all_sessions(
    connection: Connection, account_id: str, now: datetime, *, but: str | None = None
) -> None:
    """Sign out everywhere (`but` in the session of that digest): after a new password, or by an administrator."""
    conditions = [sessions.c.account_id == account_id, sessions.c.revoked_at.is_(None)]
    if but is not None:
        conditions.append(sessions.c.digest != but)
    connection.execute(update(sessions).where(*conditions).values(revoked_at=now))


def strengthen_session(connection: Connection, digest: str) -> None:
    """A second factor was shown in this session."""
    connection.execute(update(sessions).where(sessions.c.digest == digest).values(second=True))


def end_their_sessions(connection: Connection, theirs: str, now: datetime) -> None:
    """Sign out of the sessions that a provider began and has ended."""
    connection.execute(
        update(sessions)
        .where(sessions.c.theirs == theirs, sessions.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def create_token(
    archive: Archive,
    connection: Connection,
    account_id: str,
    name: str,
    actions: Iterable[str] = (),
    expires_at: datetime | None = None,
) -> tuple[str, str]:
    """A new API token; gives its id and its value, which is shown once and kept as a digest only."""
    narrowed = sorted(set(actions))
    unknown = set(narrowed) - {action.value for action in Action}
    if unknown:
        raise BadRequest(f"there is no action {', '.join(sorted(unknown))}")
    token_id, value = archive.ids.new(), TOKEN_PREFIX + secrets.token_urlsafe(32)
    connection.execute(
        insert(api_tokens).values(
            id=token_id,
            account_id=account_id,
            name=name[:120],
            digest=digest_of(value),
            actions=narrowed,
            created_at=archive.clock.now(),
            expires_at=expires_at,
        )
    )
    return token_id, value


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token as the request sees it: who, and when it was last used."""

    actor: Actor
    id: str
    seen_at: datetime | None


def find_token(connection: Connection, value: str, now: datetime) -> Bearer | None:
    """The actor behind a token, where it is alive and its account active."""
    row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest_of(value))).one_or_none()
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        return None
    account = find_account(connection, row.account_id)
    if not account.active:
        return None
    only = frozenset(Action(name) for name in row.actions) if row.actions else None
    return Bearer(replace(account.actor(), only=only), row.id, row.seen_at)


def touch_token(connection: Connection, token_id: str, now: datetime) -> None:
    """Remember that the token was used."""
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(seen_at=now))


def revoke_token(connection: Connection, account_id: str, token_id: str, now: datetime) -> None:
    """Withdraw a token of that account; raises NotFound."""
    changed = connection.execute(
        update(api_tokens)
        .where(api_tokens.c.id == token_id, api_tokens.c.account_id == account_id)
        .values(revoked_at=now)
    )
    if changed.rowcount != 1:
        raise NotFound("there is no such token")


def check_throttle(connection: Connection, name: str, address: str, now: datetime) -> None:
    """Raise TooManySignIns where this name or this address has failed too often lately."""
    too_many_tries(connection, f"name:{name.strip()}", TRIES_BY_NAME, now)
    too_many_tries(connection, f"address:{address}", TRIES_BY_ADDRESS, now)


def too_many_tries(connection: Connection, subject: str, tries: int, now: datetime) -> None:
    """Raise TooManySignIns where so many tries of that subject have failed lately."""
    failed = connection.scalar(
        select(func.count())
        .select_from(signin_attempts)
        .where(
            signin_attempts.c.subject == digest_of(subject),
            signin_attempts.c.at > now - WINDOW,
            signin_attempts.c.succeeded == 0,
        )
    )
    if failed is not None and failed >= tries:
        raise TooManySignIns("too many failed sign-ins")


def note_sign_in(connection: Connection, name: str, address: str, now: datetime, *, succeeded: bool) -> None:
    """Count a sign-in; a good one clears the name's failures. What is older than a day is forgotten."""
    note_try(connection, (f"name:{name.strip()}", f"address:{address}"), now, succeeded=succeeded)


def note_try(connection: Connection, subjects: Sequence[str], now: datetime, *, succeeded: bool) -> None:
    """Count a try of these subjects; a good one clears the failures of the first. Older than a day is forgotten."""
    connection.execute(delete(signin_attempts).where(signin_attempts.c.at < now - timedelta(days=1)))
    if succeeded:
        connection.execute(delete(signin_attempts).where(signin_attempts.c.subject == digest_of(subjects[0])))
        return
    for subject in subjects:
        connection.execute(insert(signin_attempts).values(subject=digest_of(subject), at=now, succeeded=0))


def digest_of(value: str) -> str:
    """The form in which cookies, tokens, names and addresses are kept here."""
    return hashlib.sha256(value.encode()).hexdigest()
