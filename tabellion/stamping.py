"""Closes the open stamp and waits for its token: what `tabellion stamp` and the demo do."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Row, select

from archive.archive import Archive
from archive.catalogue.schema import log_outbox, stamps
from archive.stamp_closing import demand
from tabellion.base.errors import Unavailable

PUBLISHED = "published"
LOOK_SECONDS = 0.1


def stamp_now(archive: Archive, timeout: float, progress: Callable[[str], None]) -> Row[Any]:
    """The row of the stamp that covers all that was acknowledged before, once its token is verified and in the log.

    A keeper must be alive. Raises Unavailable where no authority answers within `timeout` seconds, or refuses.
    """
    deadline = time.monotonic() + timeout
    _wait_for_the_log(archive, deadline)
    return _wait_for_token(archive, demand(archive), deadline, progress)


def _wait_for_the_log(archive: Archive, deadline: float) -> None:
    """Wait until the log has what was acknowledged before, so that the stamp covers it."""
    with archive.catalogue.read() as connection:
        newest = connection.scalar(select(log_outbox.c.id).order_by(log_outbox.c.id.desc()).limit(1))
    while newest is not None:
        with archive.catalogue.read() as connection:
            waits = connection.scalar(select(log_outbox.c.id).where(log_outbox.c.id <= newest).limit(1))
        if waits is None:
            return
        _pause(deadline, "the log does not move")


def _wait_for_token(
    archive: Archive, stamp: str, deadline: float, progress: Callable[[str], None]
) -> Row[Any]:
    while True:
        with archive.catalogue.read() as connection:
            row = connection.execute(select(stamps).where(stamps.c.id == stamp)).one()
        if row.state == PUBLISHED:
            return row
        if row.failure is not None:
            raise Unavailable(
                f"the time-stamp was refused: {row.failure}", advice="A person must look at it."
            )
        progress(f"stamp {row.number}: {row.state}")
        _pause(deadline, "no authority has answered yet; the stamp stays closed and is asked for again")


def _pause(deadline: float, message: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(message)
    time.sleep(LOOK_SECONDS)
