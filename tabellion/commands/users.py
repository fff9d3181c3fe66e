"""`tabellion users`."""

import os
import sys

import click

from api.access import ROLES, Action
from api.accounts import create_account, find_by_name, grant, list_accounts, set_fact
from api.passwords import generate_password
from api.sessions import create_token, end_all_sessions
from tabellion.commands.common import local_actor, local_archive
from tabellion.commands.output import json_option, print_json, print_table


@click.group("users")
def command() -> None:
    """Accounts: who there is, with which roles and scopes."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All accounts by name."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found = list_accounts(connection)
    if as_json:
        print_json(
            [
                {
                    "id": account.id,
                    "name": account.name,
                    "roles": sorted(account.roles),
                    "scopes": sorted(account.scopes),
                    "active": account.active,
                }
                for account in found
            ]
        )
        return
    print_table(
        ("NAME", "ROLES", "SCOPES", "STATE"),
        [
            (
                account.name,
                " ".join(sorted(account.roles)),
                " ".join(sorted(account.scopes)),
                "active" if account.active else "disabled",
            )
            for account in found
        ],
    )


@command.command("add")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(sorted(ROLES)),
    required=True,
    help="What the account may do; repeatable.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="On which papers: portfolio:ID, creditor:ID, matter:ID, unassigned, or all; repeatable.",
)
@click.option("--locale", default="en", show_default=True, help="Language of its pages.")
def add(name: str, roles: tuple[str, ...], scopes: tuple[str, ...], locale: str) -> None:
    """A new account. On a terminal it asks for the password; else it makes one and prints it once."""
    password = _ask_password(name)
    chosen = password or generate_password(os.urandom)
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        create_account(
            parts.archive,
            connection,
            name,
            chosen,
            roles=frozenset(roles),
            scopes=frozenset(scopes),
            actor=local_actor(connection).pseudonym,
            locale=locale,
        )
    if password is None:
        click.echo(f"password  {chosen}   (shown only this once)")


@command.command("grant")
@click.argument("name")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="A role.")
@click.option("--scope", help="portfolio:ID, creditor:ID, matter:ID, unassigned, or all.")
def give(name: str, role: str | None, scope: str | None) -> None:
    """Give a role or a scope."""
    _change(name, role, scope, give_it=True)


@command.command("revoke")
@click.argument("name")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="A role.")
@click.option("--scope", help="portfolio:ID, creditor:ID, matter:ID, unassigned, or all.")
def revoke(name: str, role: str | None, scope: str | None) -> None:
    """Take a role or a scope back."""
    _change(name, role, scope, give_it=False)


@command.command("password")
@click.argument("name")
def password(name: str) -> None:
    """A new password; all sessions of the account end."""
    asked = _ask_password(name)
    chosen = asked or generate_password(os.urandom)
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        actor = local_actor(connection).pseudonym
        set_fact(parts.archive, connection, account.id, "password", chosen, actor=actor)
        end_all_sessions(connection, account.id, parts.archive.clock.now())
    if asked is None:
        click.echo(f"password  {chosen}   (shown only this once)")


@command.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """The account may not sign in any more; its sessions and tokens end."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        actor = local_actor(connection).pseudonym
        set_fact(parts.archive, connection, account.id, "state", "disabled", actor=actor)
        end_all_sessions(connection, account.id, parts.archive.clock.now())


@command.command("token")
@click.argument("name")
@click.option("--for", "purpose", default="command line", show_default=True, help="What the token is for.")
@click.option(
    "--action",
    "actions",
    multiple=True,
    type=click.Choice([action.value for action in Action]),
    help="Narrows it to this action; repeatable. Without: all that the account may do.",
)
def token(name: str, purpose: str, actions: tuple[str, ...]) -> None:
    """A new API token for the account, printed once."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        _, value = create_token(parts.archive, connection, account.id, purpose, actions)
    click.echo(value)


def _change(name: str, role: str | None, scope: str | None, *, give_it: bool) -> None:
    facts = [(fact, value) for fact, value in (("role", role), ("scope", scope)) if value is not None]
    if not facts:
        raise click.UsageError("name a --role or a --scope")
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account, actor = find_by_name(connection, name), local_actor(connection).pseudonym
        for fact, value in facts:
            grant(parts.archive, connection, account.id, fact, value, actor=actor, give=give_it)


def _ask_password(name: str) -> str | None:
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True)
    return answer
