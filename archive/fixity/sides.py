"""The two vaults as fixity sees them: which columns of `objects` tell of each, and what is due to be read in it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from archive.archive import Archive
from archive.catalogue.schema import archive_state, objects
from archive.catalogue.upsert import upsert
from archive.lost_identity import identity_of
from archive.vault import Ref, Vault
from tabellion.base.clock import parse_rfc3339, rfc3339
from tabellion.base.errors import Unavailable

Fault = Literal["missing", "altered", "no-key", "erased"]

FIRST_LOOK = timedelta(days=1)
"""So long after it was stored an object is read for the first time: it was hashed as it was written."""

LOOK_AGAIN = timedelta(hours=1)
"""So often what is not as it should be is looked at again: somebody may have brought it back."""

SHARE_OF_PERIOD = 0.8
"""An object is due when so much of the period has passed: the rest is for reading all that is due with it."""

AT_ONCE = 64

AGAIN = "fixity_again"
"""Row of `archive_state`: what was not read since then is due, because somebody asked for it or a backup came back."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of `objects` that tell of one vault."""

    name: Literal["first", "second"]
    version: ColumnElement[str]
    checked_at: ColumnElement[Any]
    fault: ColumnElement[Any]

    @property
    def present(self) -> ColumnElement[bool]:
        """The condition that the vault should hold the object."""
        kept = or_(objects.c.fault.is_(None), objects.c.fault != "erased")
        return and_(self.version.is_not(None), kept)

    def unread_since(self, since: datetime) -> ColumnElement[bool]:
        """The condition that an object of that time was not read since then."""
        return or_(self.checked_at < since, and_(self.checked_at.is_(None), objects.c.at <= since))


FIRST = Columns("first", objects.c.version, objects.c.checked_at, objects.c.fault)
SECOND = Columns("second", objects.c.copy, objects.c.copy_checked_at, objects.c.copy_fault)


@dataclass(frozen=True, slots=True)
class Looked:
    """What reading an object in one vault found; `before` is what the catalogue had said."""

    row: Row[Any]
    vault: Literal["first", "second"]
    fault: Fault | None
    before: Fault | None
    version: str | None = None
    """The version that the object has now, where somebody put it back and the store named it otherwise."""


@dataclass(frozen=True, slots=True)
class Place:
    """A vault with its columns."""

    columns: Columns
    vault: Vault


def ask_again(connection: Connection, now: datetime) -> None:
    """Have the keeper read all that is stored by now again, at once and not within the period."""
    upsert(connection, archive_state, {"name": AGAIN, "value": rfc3339(now)}, key=("name",))


def asked_again(connection: Connection) -> datetime | None:
    """Since when all is to be read again; None where nobody asked."""
    value = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == AGAIN))
    return None if value is None else parse_rfc3339(value)


def due_in(of: Columns, connection: Connection, now: datetime, period: timedelta) -> list[Row[Any]]:
    """Some objects that must be read now.

    Never read ones, then what is not as it should be, then the oldest, then what somebody wants to have read again.
    """
    wanted = select(
        objects.c.id,
        objects.c.key,
        of.version.label("version"),
        objects.c.digest,
        objects.c.size,
        objects.c.owner,
        of.fault.label("fault"),
    ).where(of.present)
    never = and_(of.checked_at.is_(None), objects.c.at <= now - FIRST_LOOK)
    # Each in the words and the order of an index of a few rows, since all this is asked several times a second: among
    # what was read lately, the faulty would be looked for in everything.
    faulty = and_(
        or_(FIRST.fault.is_not(None), SECOND.fault.is_not(None)),
        of.fault.is_not(None),
        of.checked_at <= now - LOOK_AGAIN,
    )
    old = of.checked_at <= now - period * SHARE_OF_PERIOD
    wishes: list[tuple[ColumnElement[bool], ColumnElement[Any]]]
    wishes = [(never, objects.c.at), (faulty, objects.c.id), (old, of.checked_at)]
    if (since := asked_again(connection)) is not None:
        wishes.append((of.unread_since(since), objects.c.id))
    found: list[Row[Any]] = []
    for condition, order in wishes:
        if len(found) < AT_ONCE:
            seen = [row.id for row in found]
            query = wanted.where(condition, objects.c.id.not_in(seen)).order_by(order)
            found += connection.execute(query.limit(AT_ONCE - len(found))).all()
    return found


def ref_of(row: Row[Any]) -> Ref:
    """The stored object that a row of `due_in` names."""
    return Ref(row.key, row.version, row.digest, row.size)


def require_there(vault: Vault, archive: Archive) -> None:
    """Raise `Unavailable` where the vault is not this archive's: a disk that is not mounted loses nothing."""
    identity = identity_of(vault)
    if identity is None or identity.archive != archive.id:
        raise Unavailable("the vault is not there, or is another one: nothing in it was looked at")
