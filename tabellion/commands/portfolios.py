"""`tabellion portfolios`."""

import click

from archive.registry import add_portfolio, list_portfolios
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, print_table, when


@click.group("portfolios")
def command() -> None:
    """Portfolios: claims that were sold together, and the scope that people are given."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All portfolios by name."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found = list_portfolios(connection)
    if as_json:
        print_json(
            [
                {"id": row.id, "name": row.name, "external_id": row.external_id, "created_at": row.created_at}
                for row in found
            ]
        )
        return
    print_table(
        ("ID", "NAME", "EXTERNAL ID", "CREATED"),
        [(row.id, row.name, row.external_id, when(row.created_at)) for row in found],
    )


@command.command("add")
@click.argument("name")
@click.option("--external-id", help="What the collection system calls it.")
def add(name: str, external_id: str | None) -> None:
    """A new portfolio; prints its id."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        portfolio = add_portfolio(parts.archive, connection, name, external_id)
    click.echo(portfolio)
