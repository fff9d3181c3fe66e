"""`tabellion fixity`."""

from typing import Any

import click
from sqlalchemy import Row, select

from archive.catalogue.schema import fixity_reports
from archive.fixity import ask_again, figures, statement
from archive.fixity.figures import faulty
from tabellion.base.clock import rfc3339
from tabellion.commands.common import archive_at_hand
from tabellion.commands.output import json_option, print_json, print_table, say, tell, when

REPORTS = 30
FAILED, UNDECIDED = 1, 3


@click.command("fixity")
@click.option(
    "--again",
    is_flag=True,
    help="Have the keeper read all of it again now, as after a loss: it is told, and repaired from a second vault.",
)
@json_option
def command(again: bool, as_json: bool) -> int:
    """Whether everything that is stored was read again within the period, and was as it should be.

    The keeper reads it in the background (TABELLION_FIXITY_DAYS, TABELLION_FIXITY_RATE) and writes a report into the
    log once a day; `verify --all` reads all of it now. What is missing or altered is named. Exit codes: 0 all was read
    and is as it should be, 1 something is missing or altered, 3 not everything was read in time.
    """
    with archive_at_hand("fixity") as parts:
        now = parts.archive.clock.now()
        if again:
            with parts.archive.catalogue.write() as connection:
                ask_again(connection, now)
        with parts.archive.catalogue.read() as connection:
            found = figures(connection, now)
            wrong = faulty(connection)
            ended = select(fixity_reports).where(fixity_reports.c.ended_at.is_not(None))
            reports = connection.execute(ended.order_by(fixity_reports.c.id.desc()).limit(REPORTS)).all()
    code = UNDECIDED if found is None or not found.complete else 0
    if wrong:
        code = FAILED
    if as_json:
        print_json(
            {
                **({} if found is None else found.to_json()),
                "statement": None if found is None else statement(found.first, found.days, now),
                "asked": 0 if found is None else found.asked,
                "faults": [_fault(row) for row in wrong],
                "reports": [_report(row) for row in reports],
            }
        )
        return code
    if found is None:
        say("No keeper has begun to read yet.")
        return code
    tell(f"vault         {statement(found.first, found.days, now)}")
    if found.second is not None:
        tell(f"second vault  {statement(found.second, found.days, now)}")
        if found.waiting:
            tell(f"              {found.waiting} objects wait to be copied there")
    if found.asked:
        tell(f"              {found.asked} objects are still to be read again, as was asked")
    if found.trouble:
        tell(f"              {found.trouble}")
    for row in wrong:
        tell(f"{row.fault or ''}{' ' if row.fault and row.copy_fault else ''}"
             f"{'copy ' + row.copy_fault if row.copy_fault else ''}: {row.key}")  # fmt: skip
    if reports:
        tell()
        print_table(
            ["ENDED", "OBJECTS", "BYTES", "FAULTS", "REPAIRED", "REPORT"],
            [
                [when(row.ended_at), str(row.objects), str(row.bytes), str(row.faults), str(row.repaired), row.report]
                for row in reports
            ],
        )  # fmt: skip
    return code


def _fault(row: Row[Any]) -> dict[str, Any]:
    return {
        "key": row.key,
        "fault": row.fault,
        "copy_fault": row.copy_fault,
        "checked_at": None if row.checked_at is None else rfc3339(row.checked_at),
    }


def _report(row: Row[Any]) -> dict[str, Any]:
    return {
        "report": row.report,
        "begun_at": rfc3339(row.begun_at),
        "ended_at": rfc3339(row.ended_at),
        "objects": row.objects,
        "bytes": row.bytes,
        "faults": row.faults,
        "repaired": row.repaired,
        "digest": row.digest,
    }
