"""What the homes of one archive must agree on, where machines share a database: clock, keys, place of the index.

Asked at every opening, so that a machine that was left behind refuses and says what to do, instead of signing with a
key that was retired, or answering from an index that nobody writes.
"""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, exists, func, select

from archive.catalogue import Catalogue
from archive.catalogue.schema import archive_state, log_entries, log_outbox
from archive.catalogue.upsert import insert_if_absent, upsert
from signing.durable import write_secret
from signing.entry import Entry
from signing.errors import KeyUnusable
from tabellion.base.clock import Clock
from tabellion.base.errors import SettingsError, Unavailable
from tabellion.keychest import LOG, RECEIPT, SEAL, TSA, KeyChest
from tabellion.settings import Settings

ARCHIVE_KEY, INDEX = "archive_key", "index_place"
"""Rows of `archive_state`: the archive key in force, and where the index lies."""

ROTATED = "rotated"
NAME = "home-id"
MOST_APART = timedelta(seconds=5)
"""Half a keeper's lease: with clocks further apart machines take each other's leases."""


class KeysOutdated(SettingsError):
    """A key of this home was followed by another on another machine."""

    code = "KEYS_OUTDATED"
    advice = (
        "On the machine where the keys were changed run `tabellion keys backup FILE`. Here, move the folder keys/ of "
        "the home aside and run `tabellion keys restore FILE`."
    )


class IndexElsewhere(SettingsError):
    """The search index is kept in another place than the settings of this home say."""

    code = "INDEX_ELSEWHERE"
    advice = (
        "Give all machines of an archive the same TABELLION_SEARCH_URL; to move the index to where this home says, "
        "stop all of them and run `tabellion rebuild --index` here."
    )


class ClockApart(Unavailable):
    """The clock of this machine and that of the database are too far apart for leases to hold."""

    code = "CLOCK_APART"
    advice = "Let a time service (NTP) set the clocks of all machines, then try again."


def agree(
    catalogue: Catalogue, settings: Settings, chest: KeyChest, clock: Clock, *, moving_index: bool = False
) -> None:
    """Raise what is wrong where this home does not agree with others, as the catalogue knows them."""
    with catalogue.read() as connection:
        if catalogue.dialect == "postgresql":
            require_clock(connection, clock)
        require_keys(connection, settings, chest)
    if catalogue.dialect == "postgresql" and not moving_index:
        require_index(catalogue, settings)


def require_clock(connection: Connection, clock: Clock) -> None:
    """Raise `ClockApart` where the database's clock is another."""
    theirs = connection.execute(select(func.clock_timestamp())).scalar_one()
    apart = abs(clock.now() - theirs)
    if apart > MOST_APART:
        raise ClockApart(f"this machine's clock and the database's are {apart.total_seconds():.0f} s apart")


def require_keys(connection: Connection, settings: Settings, chest: KeyChest) -> None:
    """Raise `KeysOutdated` where the log says that a key was followed by another, and this home has it still.

    A rotation tells the log first: a home in which one was interrupted has the follower, and goes on.
    """
    folder = settings.home / "keys"
    seals = [] if chest.seal is None else [(SEAL, chest.seal.signer.public_der)]
    ours = [(LOG, chest.log.public_der), (RECEIPT, chest.receipt.public_der), *seals]
    for name, public in (*ours, (TSA, chest.authority.tsa_key.public_der)):
        if _was_followed(connection, public) and not any(folder.glob(f"{name}.new*")):
            raise KeysOutdated(f"the key {name} of this home was followed by another one")
    in_force = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == ARCHIVE_KEY))
    if in_force is not None and all(key.id != in_force for key in chest.wrapper.keys):
        raise KeysOutdated("the archive key was followed by another one, which this home does not have")


def require_index(catalogue: Catalogue, settings: Settings) -> None:
    """Raise `IndexElsewhere` unless the index lies where the settings say; the first who asks decides."""
    place = index_place(settings)
    with catalogue.read() as connection:
        known = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == INDEX))
    if known is None:
        with catalogue.write() as connection:
            insert_if_absent(connection, archive_state, {"name": INDEX, "value": place}, key=("name",))
        require_index(catalogue, settings)
    elif known != place:
        where = "in the home of another machine" if known.startswith("home") else f"on a {known}"
        raise IndexElsewhere(f"the index of this archive lies {where}")


def move_index(connection: Connection, settings: Settings) -> None:
    """The index lies where these settings say from now on."""
    upsert(connection, archive_state, {"name": INDEX, "value": index_place(settings)}, key=("name",))


def note_archive_key(connection: Connection, key_id: str) -> None:
    """Another archive key is in force from now on."""
    upsert(connection, archive_state, {"name": ARCHIVE_KEY, "value": key_id}, key=("name",))


def index_place(settings: Settings) -> str:
    """A name for where the index lies: a server's prefix, or this very home."""
    if settings.search_url is not None:
        # Loaded only where there is a server.
        from search.opensearch import parse_address  # noqa: PLC0415

        return f"server, as {parse_address(settings.search_url.get_secret_value()).prefix}"
    return f"home {home_id(settings.home)}"


def home_id(home: Path) -> str:
    """A random name that the home keeps, also where it is moved to another machine."""
    path = home / NAME
    try:
        write_secret(path, os.urandom(16).hex().encode())
    except KeyUnusable:
        if not path.exists():
            raise
    return path.read_text()


def _was_followed(connection: Connection, public: bytes) -> bool:
    """Whether the log, or what waits to get into it, says that a rotation ended the key."""
    subject = hashlib.sha256(public).hexdigest()
    waiting = exists().where(
        log_outbox.c.type == "key", log_outbox.c.subject == subject, log_outbox.c.reason == ROTATED
    )
    told = select(log_entries.c.entry).where(log_entries.c.type == "key", log_entries.c.subject == subject)
    if connection.scalar(select(waiting)):
        return True
    return any(Entry.parse(entry).reason == ROTATED for entry in connection.scalars(told))
