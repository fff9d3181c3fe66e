"""`tabellion rebuild`."""

from collections.abc import Callable

import click

from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.rebuilding import rebuild_catalogue, rebuild_search


@click.command("rebuild")
@click.option("--index", "only_index", is_flag=True, help="Only the search index, from catalogue and vault.")
@json_option
def command(only_index: bool, as_json: bool) -> None:
    """Make catalogue and index anew from the vault, the log in it, and the keys.

    For when the database is lost and has no backup: begin with none (move what is left of it away). Batches, papers,
    fields, links, decisions and stamps come back as the log and the newest records tell them, and what was erased stays
    erased. Accounts and the registry come from a backup or a fresh import: `tabellion users add` makes a first account.
    No service may run meanwhile.
    """
    value: dict[str, object] = {}
    problems: tuple[str, ...] = ()
    with local_archive(ready=only_index, moving_index=only_index) as parts:
        if not only_index:
            summary = rebuild_catalogue(parts, _progress("log"))
            problems = summary.problems
            value = {name: getattr(summary, name) for name in summary.__slots__}
        value["indexed"] = rebuild_search(parts, _progress("index"))
    progress_line("")
    if as_json:
        print_json(value)
    else:
        for name, count in value.items():
            if name != "problems":
                tell(f"{name:12}{count}")
    for problem in problems:
        say(problem)
    if problems:
        say("`tabellion verify --all` says more")


def _progress(what: str) -> Callable[[int, int], None]:
    return lambda done, total: progress_line(f"{what}: {done} of {total}")
