"""Second factors of an account: authenticator apps, passkeys, recovery codes. Every change is an entry of the log."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from api.accounts import Account, note_change
from api.sessions import too_many_tries
from api.totp import KEY_SIZE, matching_step
from archive.archive import Archive
from archive.catalogue.schema import recovery_codes, second_factors
from archive.secrets import open_secret, seal_secret
from tabellion.base.errors import BadRequest, Conflict, Forbidden

MOST = 10
"""Factors that an account has at most."""

CODES = 10
"""Recovery codes of a set."""

TRIES = 6
"""Wrong codes in a quarter of an hour; of a million codes three hold at a time."""

_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 that are not taken for one another
_CODE_LENGTH = 16  # 80 bits: beyond guessing, so that a plain digest keeps them
NO_FACTOR = "there is no such second factor, or not for you"


class WrongCode(BadRequest):
    """A code of a second factor that does not hold: mistyped, used before, or its time is over."""

    code = "WRONG_CODE"
    advice = "Wait for the next code of the app and type that, or use a recovery code."


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor that counts."""

    id: str
    kind: str
    name: str
    created_at: datetime
    used_at: datetime | None


def factors_of(connection: Connection, account_id: str) -> list[Factor]:
    """The factors that an account can show, oldest first."""
    rows = connection.execute(
        select(second_factors)
        .where(second_factors.c.account_id == account_id, second_factors.c.confirmed_at.is_not(None))
        .order_by(second_factors.c.id)
    ).all()
    return [Factor(row.id, row.kind, row.name, row.created_at, row.used_at) for row in rows]


def kinds_by_account(connection: Connection) -> dict[str, list[str]]:
    """The kinds of factors of all accounts that have any."""
    found: dict[str, list[str]] = {}
    rows = connection.execute(
        select(second_factors.c.account_id, second_factors.c.kind)
        .where(second_factors.c.confirmed_at.is_not(None))
        .order_by(second_factors.c.id)
    )
    for account_id, kind in rows:
        found.setdefault(account_id, []).append(kind)
    return found


def codes_left(connection: Connection, account_id: str) -> int:
    """How many recovery codes are unused."""
    query = select(func.count()).where(
        recovery_codes.c.account_id == account_id, recovery_codes.c.used_at.is_(None)
    )
    return connection.scalar(query) or 0


def begin_totp(archive: Archive, connection: Connection, account: Account, name: str) -> tuple[str, bytes]:
    """A new key for an authenticator app; gives the factor's id and the key. It counts once a code confirms it.

    One that was begun before and never confirmed is forgotten.
    """
    connection.execute(
        delete(second_factors).where(
            second_factors.c.account_id == account.id, second_factors.c.confirmed_at.is_(None)
        )
    )
    key = archive.ids.randomness(KEY_SIZE)
    return add_factor(archive, connection, account, "totp", name, key, confirmed=False), key


def unconfirmed_totp(archive: Archive, connection: Connection, account: Account) -> tuple[str, bytes] | None:
    """The factor that was begun last and waits for its first code, with its key."""
    row = connection.execute(
        select(second_factors).where(
            second_factors.c.account_id == account.id,
            second_factors.c.kind == "totp",
            second_factors.c.confirmed_at.is_(None),
        )
    ).one_or_none()
    return None if row is None else (row.id, secret_of(archive, row))


def confirm_totp(
    archive: Archive, connection: Connection, account: Account, factor_id: str, code: str
) -> list[str]:
    """The app shows the right codes: from now on it counts. Gives the recovery codes, where these are the first ones.

    Raises WrongCode, and Forbidden where nothing waits to be confirmed.
    """
    row = _row(connection, account.id, factor_id)
    if row.confirmed_at is not None or row.kind != "totp":
        raise Forbidden(NO_FACTOR)
    now = archive.clock.now()
    step = matching_step(secret_of(archive, row), digits_of(code), now, row.counter)
    if step is None:
        raise WrongCode("that is not the code that the app should show now")
    connection.execute(
        update(second_factors)
        .where(second_factors.c.id == row.id)
        .values(confirmed_at=now, used_at=now, counter=step)
    )
    return after_adding(archive, connection, account)


def add_factor(
    archive: Archive,
    connection: Connection,
    account: Account,
    kind: str,
    name: str,
    secret: bytes,
    *,
    confirmed: bool,
    credential: str | None = None,
    counter: int = 0,
) -> str:
    """Keep a factor, its secret sealed; gives its id. Raises Conflict where there are too many."""
    if len(factors_of(connection, account.id)) >= MOST:
        raise Conflict(f"there are {MOST} second factors already", advice="Remove one that is not used.")
    factor_id, now = archive.ids.new(), archive.clock.now()
    connection.execute(
        insert(second_factors).values(
            id=factor_id,
            account_id=account.id,
            kind=kind,
            name=name.strip()[:80],
            secret=seal_secret(archive, f"accounts/{account.id}", factor_id, secret),
            credential=credential,
            counter=counter,
            created_at=now,
            confirmed_at=now if confirmed else None,
        )
    )
    return factor_id


def after_adding(archive: Archive, connection: Connection, account: Account) -> list[str]:
    """The entry of a factor that counts from now on, and the recovery codes where there are none yet."""
    note_change(archive, connection, account.id, account.pseudonym, "second-factor")
    return [] if codes_left(connection, account.id) else new_codes(archive, connection, account)


def new_codes(archive: Archive, connection: Connection, account: Account) -> list[str]:
    """A new set of recovery codes, which replaces the one before; shown once and kept as digests only."""
    codes = []
    for _ in range(CODES):
        letters = "".join(_LETTERS[byte % 32] for byte in archive.ids.randomness(_CODE_LENGTH))
        codes.append("-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4)))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account.id))
    connection.execute(
        insert(recovery_codes),
        [
            {"account_id": account.id, "digest": _digest(account.id, code), "made_at": archive.clock.now()}
            for code in codes
        ],
    )
    return codes


def code_holds(archive: Archive, connection: Connection, account: Account, code: str) -> bool:
    """Whether this is the present code of an app or an unused recovery code; either counts once.

    To be called in a transaction that writes: of two requests with the same code only one succeeds.
    """
    now = archive.clock.now()
    for row in rows_of(connection, account.id, "totp"):
        step = matching_step(secret_of(archive, row), digits_of(code), now, row.counter)
        if step is not None and note_use(connection, row, step, now):
            return True
    used = connection.execute(
        update(recovery_codes)
        .where(
            recovery_codes.c.account_id == account.id,
            recovery_codes.c.digest == _digest(account.id, code),
            recovery_codes.c.used_at.is_(None),
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


def note_use(connection: Connection, row: Row[Any], counter: int, now: datetime) -> bool:
    """A factor was shown; False where another request was faster with the same code or count."""
    changed = connection.execute(
        update(second_factors)
        .where(second_factors.c.id == row.id, second_factors.c.counter == row.counter)
        .values(counter=counter, used_at=now)
    )
    return changed.rowcount == 1


def remove_factor(
    archive: Archive, connection: Connection, account: Account, factor_id: str, *, required: bool
) -> None:
    """One's own factor counts no more; with the last one the recovery codes go. Raises Forbidden, Conflict."""
    row = _row(connection, account.id, factor_id)
    last = [factor.id for factor in factors_of(connection, account.id)] == [row.id]
    if last and required:
        raise Conflict(
            "your account must have a second factor", advice="Add another one first, then remove this one."
        )
    connection.execute(delete(second_factors).where(second_factors.c.id == row.id))
    if last:
        connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account.id))
    if row.confirmed_at is not None:
        note_change(archive, connection, account.id, account.pseudonym, "second-factor")


def reset_factors(archive: Archive, connection: Connection, account: Account, *, actor: str) -> None:
    """Take all factors and recovery codes of somebody away: he has lost them. An entry of the log."""
    connection.execute(delete(second_factors).where(second_factors.c.account_id == account.id))
    connection.execute(delete(recovery_codes).where(recovery_codes.c.account_id == account.id))
    note_change(archive, connection, account.id, actor, "factors-reset")


def check_tries(connection: Connection, account_id: str, now: datetime) -> None:
    """Raise TooManySignIns where the second factor of this account was wrong too often lately."""
    too_many_tries(connection, subject_of(account_id), TRIES, now)


def subject_of(account_id: str) -> str:
    """Under which name wrong codes of an account are counted."""
    return f"second:{account_id}"


def secret_of(archive: Archive, row: Row[Any]) -> bytes:
    """The secret of a factor's row."""
    return open_secret(archive, f"accounts/{row.account_id}", row.id, row.secret)


def rows_of(connection: Connection, account_id: str, kind: str) -> Sequence[Row[Any]]:
    """The rows of an account's factors of a kind that count."""
    return connection.execute(
        select(second_factors)
        .where(
            second_factors.c.account_id == account_id,
            second_factors.c.kind == kind,
            second_factors.c.confirmed_at.is_not(None),
        )
        .order_by(second_factors.c.id)
    ).all()


def digits_of(code: str) -> str:
    """A code as people type it, without its spaces."""
    return "".join(code.split())


def _digest(account_id: str, code: str) -> str:
    plain = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(f"{account_id} {plain}".encode()).hexdigest()


def _row(connection: Connection, account_id: str, factor_id: str) -> Row[Any]:
    row = connection.execute(
        select(second_factors).where(
            second_factors.c.id == factor_id, second_factors.c.account_id == account_id
        )
    ).one_or_none()
    if row is None:
        raise Forbidden(NO_FACTOR)
    return row
