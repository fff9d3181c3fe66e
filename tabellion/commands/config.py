"""`tabellion config`."""

import click

from tabellion.commands.output import json_option, print_json, print_table
from tabellion.settings import load_settings


@click.command("config")
@json_option
def command(as_json: bool) -> None:
    """Print every setting with its value (secrets masked), where it comes from, and what it means."""
    rows = load_settings().shown()
    if as_json:
        print_json(rows)
    else:
        print_table(
            ("SETTING", "VALUE", "SOURCE", "MEANING"),
            [(row["name"], row["value"] or "-", row["source"], row["explanation"]) for row in rows],
        )
