"""`tabellion config`."""

import json

import click

from tabellion.settings import load_settings


@click.command("config")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on standard output.")
def command(as_json: bool) -> None:
    """Print every setting with its value (secrets masked), where it comes from, and what it means."""
    rows = load_settings().shown()
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        click.echo(
            f"{row['name']:{width}}  {row['value'] or '-':32}  {row['source']:11}  {row['explanation']}"
        )
