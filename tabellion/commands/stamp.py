"""`tabellion stamp`."""

import click

from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, progress_line, tell, when
from tabellion.helpers import helping
from tabellion.stamping import stamp_now


@click.command("stamp")
@click.option(
    "--timeout", type=click.FloatRange(1), default=300.0, show_default=True, help="Seconds to wait at most."
)
@json_option
def command(timeout: float, as_json: bool) -> None:
    """Close the open stamp now and wait for its verified time-stamp token."""
    with local_archive() as parts, helping(parts, workers=False):
        row = stamp_now(parts.archive, timeout, progress_line)
    progress_line("")
    if as_json:
        print_json(
            {
                "stamp": row.id,
                "number": row.number,
                "authority": row.authority,
                "time_class": row.time_class,
                "gen_time": row.gen_time,
            }
        )
    else:
        tell(f"stamp {row.number}: existed no later than {when(row.gen_time)}, says {row.authority}")
