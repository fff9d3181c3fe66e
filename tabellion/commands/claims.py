"""`tabellion claims`."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import click
from sqlalchemy import Connection, Row, select

from archive.catalogue.schema import claim_numbers, claim_parties, claims, parties
from archive.registry import ROLES, NewClaim, claims_in, find_claims, find_portfolio, former_claims, put_claim
from ingest.linking import NUMBER_FIELDS
from tabellion.base.errors import BadRequest, NotFound
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, print_table
from tabellion.commands.pairs import Pair
from tabellion.importing import add_commands


@click.group("claims")
def command() -> None:
    """Claims that papers are linked to."""


@command.command("list")
@click.argument("number", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="At most so many."
)
@json_option
def list_(number: str | None, limit: int, as_json: bool) -> None:
    """Claims by number: all, or those that have a number with NUMBER anywhere in it."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        if number is None:
            rows = connection.execute(select(claims).order_by(claims.c.number).limit(limit)).all()
        else:
            rows = find_claims(connection, number, claims_in(None), limit)
        found = [_value(connection, row) for row in rows]
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "NUMBER", "EXTERNAL ID", "DEBTORS", "PRINCIPAL", "NUMBERS"),
        [
            (
                claim["id"],
                claim["number"],
                claim["external_id"],
                ", ".join(party["name"] for party in claim["parties"]),
                "" if claim["principal"] is None else f"{claim['principal']} {claim['currency'] or ''}",
                ", ".join(value for _, value in claim["numbers"]),
            )
            for claim in found
        ],
    )


@command.command("add")
@click.argument("number")
@click.option("--portfolio", help="Portfolio: id, name or external id.")
@click.option(
    "--external-id", help="What the collection system calls it; one known already is brought up to date."
)
@click.option("--creditor", help="Present creditor: id or external id of a party.")
@click.option("--original-creditor", help="Who sold it: id or external id of a party.")
@click.option("--principal", help="Amount in units of the currency, such as 2926.05.")
@click.option("--currency", help="ISO 4217 code.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Day of that amount.")
@click.option(
    "--party",
    "roles",
    multiple=True,
    type=Pair("role", ROLES),
    metavar="ROLE=PARTY",
    help=f"Role ({', '.join(ROLES)}) and party by id or external id; repeatable.",
)
@click.option(
    "--number",
    "numbers",
    multiple=True,
    type=Pair("type", NUMBER_FIELDS),
    metavar="TYPE=VALUE",
    help="Another number that stands on its papers, such as contract_number=ABN/2023/004517; repeatable.",
)
def add(
    number: str,
    portfolio: str | None,
    external_id: str | None,
    creditor: str | None,
    original_creditor: str | None,
    principal: str | None,
    currency: str | None,
    as_of: datetime | None,
    roles: tuple[tuple[str, str], ...],
    numbers: tuple[tuple[str, str], ...],
) -> None:
    """Add a claim, or bring the one with that external id up to date; prints its id.

    Of one that is there, what no option names stays as it is.
    """
    if (principal is None) != (currency is None):
        raise click.UsageError("--principal and --currency go together")
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        said = {
            "portfolio": None if portfolio is None else find_portfolio(connection, portfolio),
            "creditor": None if creditor is None else _party(connection, creditor),
            "original_creditor": None if original_creditor is None else _party(connection, original_creditor),
            "currency": None if currency is None else currency.upper(),
            "principal_minor": None if principal is None else _minor(principal),
            "principal_source": None if principal is None else "command line",
            "principal_as_of": None if as_of is None else as_of.date(),
            "parties": tuple((_party(connection, party), role) for role, party in roles) or None,
            "numbers": numbers or None,
        }
        given: dict[str, Any] = {name: value for name, value in said.items() if value is not None}
        known = former_claims(connection, [external_id] if external_id else [])
        claim = replace(
            known.get(external_id or "", NewClaim(number, external_id=external_id)), number=number, **given
        )
        claim_id = put_claim(parts.archive, connection, claim)
    click.echo(claim_id)


def _value(connection: Connection, row: Row[Any]) -> dict[str, Any]:
    held = connection.execute(
        select(parties.c.id, parties.c.display_name, claim_parties.c.role)
        .join(claim_parties, claim_parties.c.party_id == parties.c.id)
        .where(claim_parties.c.claim_id == row.id)
        .order_by(parties.c.sort_name)
    )
    numbers = connection.execute(
        select(claim_numbers.c.type, claim_numbers.c.value)
        .where(claim_numbers.c.claim_id == row.id, claim_numbers.c.type != "claim_number")
        .order_by(claim_numbers.c.type, claim_numbers.c.value)
    )
    return {
        "id": row.id,
        "number": row.number,
        "external_id": row.external_id,
        "portfolio": row.portfolio_id,
        "creditor": row.creditor,
        "original_creditor": row.original_creditor,
        "principal": None if row.principal_minor is None else str(Decimal(row.principal_minor).scaleb(-2)),
        "currency": row.currency,
        "as_of": row.principal_as_of,
        "parties": [{"id": party.id, "name": party.display_name, "role": party.role} for party in held],
        "numbers": [[number.type, number.value] for number in numbers],
    }


def _party(connection: Connection, wanted: str) -> str:
    query = select(parties.c.id).where((parties.c.id == wanted) | (parties.c.external_id == wanted))
    found: str | None = connection.scalar(query)
    if found is None:
        raise NotFound(f"there is no party {wanted!r}", advice="`tabellion debtors list` shows them.")
    return found


def _minor(text: str) -> int:
    """An amount in hundredths; a fraction of a hundredth is refused."""
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise BadRequest(f"{text!r} is not an amount such as 2926.05") from error
    if not amount.is_finite() or amount != amount.quantize(Decimal("0.01")) or not 0 <= amount < 10**15:
        raise BadRequest(f"{text!r} is not an amount with two digits after the point")
    return int(amount * 100)


add_commands(command, "claims")
