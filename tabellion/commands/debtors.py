"""`tabellion debtors`."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import click
from sqlalchemy import select

from archive.catalogue.schema import parties, party_identifiers
from archive.registry import PARTY_KINDS, NewParty, find_parties, former_parties, parties_in, put_party
from ingest.importing.columns import IDENTIFIERS
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, print_table
from tabellion.commands.pairs import Pair
from tabellion.importing import add_commands


@click.group("debtors")
def command() -> None:
    """Parties that papers are linked to: debtors, creditors, courts."""


@command.command("list")
@click.argument("text", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@json_option
def list_(text: str | None, limit: int, as_json: bool) -> None:
    """Parties by name: all, or those whose name or identifier fits TEXT."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        if text is None:
            found = connection.execute(select(parties).order_by(parties.c.sort_name).limit(limit)).all()
        else:
            found = find_parties(connection, text, parties_in(None), limit)
        known: dict[str, list[tuple[str, str]]] = {}
        for row in connection.execute(
            select(party_identifiers)
            .where(party_identifiers.c.party_id.in_([row.id for row in found]))
            .order_by(party_identifiers.c.type)
        ):
            known.setdefault(row.party_id, []).append((row.type, row.value))
    if as_json:
        print_json(
            [
                {
                    "id": row.id,
                    "name": row.display_name,
                    "kind": row.kind,
                    "external_id": row.external_id,
                    "birth_date": row.birth_date,
                    "town": row.town,
                    "address": row.address,
                    "identifiers": [list(pair) for pair in known.get(row.id, [])],
                }
                for row in found
            ]
        )
        return
    print_table(
        ("ID", "NAME", "KIND", "EXTERNAL ID", "TOWN", "IDENTIFIERS"),
        [
            (
                row.id,
                row.display_name,
                row.kind,
                row.external_id,
                row.town,
                ", ".join(f"{kind} {value}" for kind, value in known.get(row.id, [])),
            )
            for row in found
        ],
    )


@command.command("add")
@click.argument("name")
@click.option("--kind", type=click.Choice(PARTY_KINDS), help="What it is; a new one without it is a person.")
@click.option(
    "--external-id", help="What the collection system calls it; one known already is brought up to date."
)
@click.option(
    "--identifier",
    "identifiers",
    multiple=True,
    type=Pair("type", IDENTIFIERS),
    metavar="TYPE=VALUE",
    help="Such as pesel=81051784697; repeatable.",
)
@click.option("--other-name", "other_names", multiple=True, help="Another name; repeatable.")
@click.option("--birth-date", type=click.DateTime(["%Y-%m-%d"]), help="Of a person.")
@click.option("--town", help="Where they are.")
def add(
    name: str,
    kind: str | None,
    external_id: str | None,
    identifiers: tuple[tuple[str, str], ...],
    other_names: tuple[str, ...],
    birth_date: datetime | None,
    town: str | None,
) -> None:
    """Add a party, or bring the one with that external id up to date; prints its id.

    Of one that is there, what no option names stays as it is.
    """
    said = {
        "kind": kind,
        "identifiers": identifiers or None,
        "other_names": other_names or None,
        "birth_date": None if birth_date is None else birth_date.date(),
        "town": town,
    }
    given: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        known = former_parties(connection, [external_id] if external_id else [])
        party = replace(
            known.get(external_id or "", NewParty(name, external_id=external_id)), name=name, **given
        )
        party_id = put_party(parts.archive, connection, party)
    click.echo(party_id)


add_commands(command, "debtors")
