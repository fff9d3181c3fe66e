"""What `debtors` and `claims` share: importing a file with a report of its rows, and exporting."""

import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

import click

from archive.registry import claims_in, find_portfolio, parties_in
from ingest.importing import Import, Layout, Mapping, RowOutcome, guess, open_table, run_import
from ingest.importing.columns import What
from ingest.importing.days import ORDERS, Order
from ingest.importing.export import export_table
from ingest.importing.mappings import load_mapping, save_mapping
from tabellion.base.errors import BadRequest
from tabellion.commands.common import acting, local_archive
from tabellion.commands.output import json_option, print_json, progress_line, say, tell

_SHOWN = 50


def add_commands(group: click.Group, what: What) -> None:
    """Give a group the commands `import` and `export`."""

    @group.command("import")
    @click.argument("file", type=click.File("rb"))
    @click.option(
        "--mapping",
        metavar="NAME|FILE",
        help="A saved mapping by name, or a JSON file of columns and fields; without it, by what columns are called.",
    )
    @click.option("--save-mapping", "save_as", metavar="NAME", help="Save the mapping for the next time.")
    @click.option("--portfolio", help="Portfolio of claims whose rows name none: id, name or external id.")
    @click.option("--encoding", help="Such as windows-1250; without it, found out.")
    @click.option("--separator", help="One character; without it, found out.")
    @click.option(
        "--dates",
        type=click.Choice(ORDERS),
        help="What comes first in dates such as 03/04/1975; without it the day, or the row is refused.",
    )
    @click.option("--dry-run", is_flag=True, help="Say what would become of each row, and write nothing.")
    @json_option
    def import_(
        file: BinaryIO,
        mapping: str | None,
        save_as: str | None,
        portfolio: str | None,
        encoding: str | None,
        separator: str | None,
        dates: Order | None,
        dry_run: bool,
        as_json: bool,
    ) -> None:
        """Import FILE (CSV, XLSX or JSON Lines): rows with a known external id are brought up to date.

        A column that the file does not have leaves its field alone, an empty cell empties it. With --json a line for
        each row that was refused or warned of (of all rows with --dry-run, with what would change), then a line with
        the counts. Exit code 1: some rows were refused.
        """
        with local_archive() as parts:
            archive = parts.archive
            table = open_table(_sought(file), Layout(encoding, separator))
            with archive.catalogue.read() as connection:
                chosen = (
                    guess(what, table.columns) if mapping is None else _mapping(connection, what, mapping)
                )
                folder = None if portfolio is None else find_portfolio(connection, portfolio)
            if not table.columns and mapping is None:
                chosen = Mapping.named(what)
            _tell_columns(table.columns, chosen)
            if save_as is not None:
                with archive.catalogue.write() as connection:
                    save_mapping(archive, connection, save_as, chosen, acting(parts))
            report = _Report(dry_run=dry_run, as_json=as_json)
            wanted = Import(chosen, acting(parts), dry_run, folder, dates=dates)
            counts = run_import(archive, table, wanted, told=report.add)
        if as_json:
            print_json({"dry_run": dry_run, **asdict(counts)})
        else:
            report.end()
            tell(
                f"{counts.rows} rows: {counts.added} added, {counts.changed} changed, {counts.unchanged} unchanged, "
                f"{counts.refused} refused, {counts.warned} taken with a warning."
                + (" Nothing was written." if dry_run else "")
            )
            if counts.emptied:
                fields = ", ".join(f"{name} of {number}" for name, number in sorted(counts.emptied.items()))
                tell(
                    f"Fields that {'would be' if dry_run else 'were'} emptied, and of how many records: {fields}."
                )
        if counts.refused:
            sys.exit(1)

    @group.command("export")
    @click.option(
        "--format",
        "form",
        type=click.Choice(["csv", "jsonl"]),
        default="csv",
        show_default=True,
        help="Form of the table.",
    )
    @click.option("--output", type=click.File("wb"), default="-", help="A file instead of standard output.")
    def export(form: Any, output: BinaryIO) -> None:
        """Write all of them as a table that `import` reads back."""
        with local_archive() as parts, parts.archive.catalogue.read() as connection:
            visible = parties_in(None) if what == "debtors" else claims_in(None)
            for piece in export_table(connection, what, visible, form):
                output.write(piece)


class _Report:
    """Tells of rows as they come: all of them as JSON, the first troubles for people."""

    def __init__(self, *, dry_run: bool, as_json: bool) -> None:
        self._all = dry_run
        self._as_json = as_json
        self._rows = 0
        self._problems = 0

    def add(self, outcomes: Sequence[RowOutcome]) -> None:
        self._rows += len(outcomes)
        for one in outcomes:
            if self._as_json and (self._all or one.problems):
                print_json(
                    {
                        "line": one.line,
                        "external_id": one.external_id,
                        "outcome": one.outcome,
                        "changes": [
                            {"field": change.field, "from": change.before, "to": change.after}
                            for change in one.changes
                        ],
                        "problems": [
                            {
                                "field": problem.field,
                                "code": problem.code,
                                "value": problem.value,
                                "reason": problem.reason,
                                "advice": problem.advice,
                            }
                            for problem in one.problems
                        ],
                    }
                )
            elif not self._as_json:
                for problem in one.problems:
                    self._problems += 1
                    if self._problems <= _SHOWN:
                        field = f"{problem.field}: " if problem.field else ""
                        value = f"{problem.value!r}: " if problem.value else ""
                        tell(f"line {problem.line}: {field}{value}{problem.reason}. {problem.advice}")
        progress_line(f"{self._rows} rows")

    def end(self) -> None:
        if self._problems > _SHOWN:
            tell(f"... and {self._problems - _SHOWN} more; --json has them all.")


def _sought(file: BinaryIO) -> BinaryIO:
    """The file itself, or what came by a pipe, held in memory: a table is looked at twice."""
    if file.seekable():
        return file
    held = os.fdopen(os.memfd_create("import"), "w+b")
    shutil.copyfileobj(file, held)
    return held


def _mapping(connection: Any, what: What, wanted: str) -> Mapping:
    if wanted.endswith(".json"):
        try:
            columns = json.loads(Path(wanted).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BadRequest("the mapping is no JSON file") from error
        if not isinstance(columns, dict) or not all(isinstance(name, str) for name in columns.values()):
            raise BadRequest("a mapping is a JSON object of columns and fields")
        found = Mapping(what, columns)
        found.check()
        return found
    return load_mapping(connection, what, wanted)


def _tell_columns(columns: Sequence[str], chosen: Mapping) -> None:
    for column in columns:
        if column in chosen.columns:
            say(f"{column}: {chosen.columns[column]}")
        elif column:
            say(f"{column}: not used")
