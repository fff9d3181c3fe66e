"""`tabellion renew`."""

from collections.abc import Sequence
from typing import Any

import click
from sqlalchemy import Row

from archive.renewal_planning import due_list
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, progress_line, tell, when
from tabellion.helpers import helping
from tabellion.renewing import KINDS, anything_to_do, due_json, due_words, renew_now


@click.command("renew")
@click.option("--dry-run", is_flag=True, help="Only say what is due and what will be, by when and why.")
@click.option(
    "--timeout",
    type=click.FloatRange(1),
    default=86400.0,
    show_default=True,
    help="Seconds to wait at most; what was begun goes on with the next keeper.",
)
@json_option
def command(dry_run: bool, timeout: float, as_json: bool) -> None:
    """Renew the evidence whose time-stamps or hashes come to their end, a year before that.

    The keeper does so by itself, at most once a day. Stopped at any moment, it goes on where it was; run again with
    nothing due, it does nothing.
    """
    with local_archive() as parts:
        now = parts.archive.clock.now()
        with parts.archive.catalogue.read() as connection:
            items = due_list(connection, parts.algorithms)
        if dry_run:
            if as_json:
                print_json({"due": [due_json(item, now) for item in items]})
            else:
                for item in items:
                    tell(due_words(item, now))
                if not any(item.is_due(now) for item in items):
                    tell("nothing is due")
            return
        rows: Sequence[Row[Any]] = ()
        if anything_to_do(parts.archive, items):
            with helping(parts, workers=False):
                rows = renew_now(parts.archive, timeout, progress_line)
    progress_line("")
    if as_json:
        print_json(
            {
                "renewals": [
                    {
                        "renewal": row.id,
                        "number": row.number,
                        "kind": row.kind,
                        "algorithm": row.algorithm,
                        "covers": len(row.plan["covers"]),
                        "authority": row.authority,
                        "gen_time": row.gen_time,
                    }
                    for row in rows
                ]
            }
        )
        return
    for row in rows:
        covered = len(row.plan["covers"])
        tell(
            f"renewal {row.number}: {KINDS[row.kind]}, of {covered} tokens, {when(row.gen_time)}, by {row.authority}"
        )
    if not rows:
        tell("nothing is due")
