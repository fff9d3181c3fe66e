"""What the catalogue remembers of the log beside its entries: checkpoints that it must extend, and why it does not."""

from sqlalchemy import Connection, select

from archive.catalogue.schema import archive_state, stamps
from archive.errors import LogReadOnly
from archive.witnesses import ahead

STATE = "log_checkpoint"
"""Row of `archive_state`: the newest checkpoint (signed) that this catalogue knows to be published."""

READ_ONLY = "log_read_only"
"""Row of `archive_state`: why the log is read-only, while it is."""


def known_checkpoint(connection: Connection) -> bytes | None:
    """The newest signed checkpoint that the catalogue knows to be published."""
    text = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == STATE))
    return None if text is None else str(text).encode()


def require_not_ahead(connection: Connection, size: int) -> None:
    """Raise `LogReadOnly` where a witness has seen more entries than the log has here."""
    found = ahead(connection, size)
    if found is not None:
        raise LogReadOnly(
            f"the witness {found[0]} has seen {found[1]} entries of this log, and here are {size}: "
            "what is here is older"
        )


def read_only_reason(connection: Connection) -> str | None:
    """Why the log is read-only, in words; None while it is not."""
    return connection.scalar(select(archive_state.c.value).where(archive_state.c.name == READ_ONLY))


def newest_stamped(connection: Connection) -> bytes | None:
    """The newest signed checkpoint that a stamp holds."""
    query = select(stamps.c.note).where(stamps.c.note.is_not(None)).order_by(stamps.c.checkpoint_size.desc())
    text = connection.scalar(query.limit(1))
    return None if text is None else str(text).encode()
