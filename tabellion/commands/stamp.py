"""`tabellion stamp`."""

import time
from typing import Any

import click
from sqlalchemy import Row, select

from archive.catalogue.schema import log_outbox, stamps
from archive.stamp_closing import demand
from tabellion.base.errors import Unavailable
from tabellion.commands.common import json_option, local_archive, print_json, progress_line
from tabellion.helpers import helping
from tabellion.wiring import Parts

DONE = ("verified", "published")


@click.command("stamp")
@click.option(
    "--timeout", type=click.FloatRange(1), default=300.0, show_default=True, help="Seconds to wait at most."
)
@json_option
def command(timeout: float, as_json: bool) -> None:
    """Close the open stamp now and wait for its verified time-stamp token."""
    with local_archive() as parts, helping(parts, workers=False):
        _sealed(parts, timeout)
        stamp = demand(parts.archive)
        row = _wait(parts, stamp, timeout)
    value = {
        "stamp": row.id,
        "number": row.number,
        "authority": row.authority,
        "time_class": row.time_class,
        "gen_time": row.gen_time.isoformat(),
    }
    if as_json:
        print_json(value)
    else:
        click.echo(
            f"stamp {row.number}: existed no later than {row.gen_time:%Y-%m-%d %H:%M:%S} UTC, says {row.authority}"
        )


def _sealed(parts: Parts, timeout: float) -> None:
    """Wait until the log has what was acknowledged before, so that the stamp covers it."""
    deadline = time.monotonic() + timeout
    with parts.archive.catalogue.read() as connection:
        newest = connection.scalar(select(log_outbox.c.id).order_by(log_outbox.c.id.desc()).limit(1))
    while newest is not None:
        with parts.archive.catalogue.read() as connection:
            waits = connection.scalar(select(log_outbox.c.id).where(log_outbox.c.id <= newest).limit(1))
        if waits is None:
            return
        _pause(deadline, "the log does not move")


def _wait(parts: Parts, stamp: str, timeout: float) -> Row[Any]:
    deadline = time.monotonic() + timeout
    while True:
        with parts.archive.catalogue.read() as connection:
            row = connection.execute(select(stamps).where(stamps.c.id == stamp)).one()
        if row.state in DONE:
            return row
        if row.failure is not None:
            raise Unavailable(
                f"the time-stamp was refused: {row.failure}", advice="A person must look at it."
            )
        progress_line(f"stamp {row.number}: {row.state}")
        _pause(deadline, "no authority has answered yet; the stamp stays closed and is asked for again")


def _pause(deadline: float, message: str) -> None:
    if time.monotonic() > deadline:
        raise Unavailable(message)
    time.sleep(0.1)
