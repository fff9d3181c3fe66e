"""`tabellion users`."""

import os
import sys
from datetime import timedelta

import click

from api.access import ROLES, Action
from api.accounts import create_account, find_by_name, grant, list_accounts, set_fact
from api.passwords import generate_password
from api.rest.me import tokens_of
from api.scope_names import scope_given, scope_there
from api.second_factors import kinds_by_account, reset_factors
from api.sessions import create_token, end_all_sessions, revoke_token
from tabellion.base.clock import rfc3339
from tabellion.commands.common import local_actor, local_archive
from tabellion.commands.output import json_option, print_json, print_table, tell
from tabellion.running_address import address_of


@click.group("users")
def command() -> None:
    """Accounts: who there is, with which roles and scopes."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """All accounts by name."""
    with local_archive() as parts, parts.archive.catalogue.read() as connection:
        found, factors = list_accounts(connection), kinds_by_account(connection)
    if as_json:
        print_json(
            [
                {
                    "id": account.id,
                    "name": account.name,
                    "roles": sorted(account.roles),
                    "scopes": sorted(account.scopes),
                    "active": account.active,
                    "second_factors": factors.get(account.id, []),
                    "second_factor_required": account.second_required,
                }
                for account in found
            ]
        )
        return
    print_table(
        ("NAME", "ROLES", "SCOPES", "SECOND FACTOR", "STATE"),
        [
            (
                account.name,
                " ".join(sorted(account.roles)),
                " ".join(sorted(account.scopes)),
                " ".join(factors.get(account.id, [])) or ("required" if account.second_required else "-"),
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
    help="On which papers: portfolio:NAME or ID, creditor:ID, matter:ID, unassigned, or all; repeatable.",
)
@click.option("--locale", default="en", show_default=True, help="Language of its pages: en, it or pl.")
def add(name: str, roles: tuple[str, ...], scopes: tuple[str, ...], locale: str) -> None:
    """A new account. On a terminal it asks for the password; else it makes one and prints it once.

    It says what was made, and the address at which to sign in.
    """
    password = _ask_password(name)
    chosen = password or generate_password(os.urandom)
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        address = address_of(parts.settings)
        kept = frozenset(scope_there(connection, scope) for scope in scopes)
        create_account(
            parts.archive,
            connection,
            name,
            chosen,
            roles=frozenset(roles),
            scopes=kept,
            actor=local_actor(connection).pseudonym,
            locale=locale,
        )
    tell(f"account   {name}, {' '.join(sorted(roles))}")
    tell(f"papers    {' '.join(sorted(kept)) or _without_scope(roles)}")
    if password is None:
        tell(f"password  {chosen}   (shown only this once)")
    tell(f"sign in   {address}/sign-in")


def _without_scope(roles: tuple[str, ...]) -> str:
    if any(Action.READ in ROLES[role] for role in roles):
        return "none: `tabellion users grant` gives a --scope"
    return "none, and the role reads none; a --scope lets it see debtors"


@command.command("grant")
@click.argument("name")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="A role.")
@click.option("--scope", help="portfolio:NAME or ID, creditor:ID, matter:ID, unassigned, or all.")
def give(name: str, role: str | None, scope: str | None) -> None:
    """Give a role or a scope."""
    _change(name, role, scope, give_it=True)


@command.command("revoke")
@click.argument("name")
@click.option("--role", type=click.Choice(sorted(ROLES)), help="A role.")
@click.option("--scope", help="portfolio:NAME or ID, creditor:ID, matter:ID, unassigned, or all.")
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


@command.command("second-factor")
@click.argument("name")
@click.option("--required/--optional", "required", default=None, help="Whether the account must have one.")
@click.option("--reset", is_flag=True, help="Take all that it has away, recovery codes too: they are lost.")
def second_factor(name: str, required: bool | None, reset: bool) -> None:
    """What is wanted of the account besides a password; each change is an entry of the log."""
    if required is None and not reset:
        raise click.UsageError("say --required, --optional or --reset")
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account, actor = find_by_name(connection, name), local_actor(connection).pseudonym
        if required is not None and required != account.second_required:
            value = "required" if required else "optional"
            set_fact(parts.archive, connection, account.id, "second", value, actor=actor)
        if reset:
            reset_factors(parts.archive, connection, account, actor=actor)
            end_all_sessions(connection, account.id, parts.archive.clock.now())


@command.command("sign-out")
@click.argument("name")
def sign_out(name: str) -> None:
    """End all sessions of the account; its tokens go on."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        end_all_sessions(connection, account.id, parts.archive.clock.now())


@command.command("tokens")
@click.argument("name")
@click.option("--withdraw", metavar="ID", help="Withdraw this one.")
@json_option
def tokens(name: str, withdraw: str | None, as_json: bool) -> None:
    """The tokens of the account, newest first, with their last use; never their values."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        if withdraw is not None:
            revoke_token(connection, account.id, withdraw, parts.archive.clock.now())
        found = [one for one in tokens_of(connection, account.id) if one.revoked_at is None]
    if as_json:
        print_json([one.model_dump(mode="json", exclude={"value", "revoked_at"}) for one in found])
        return
    print_table(
        ("ID", "FOR", "MAY", "LAST USED", "ENDS"),
        [
            (
                one.id,
                one.name,
                " ".join(one.actions) or "everything",
                rfc3339(one.seen_at) if one.seen_at else "-",
                rfc3339(one.expires_at) if one.expires_at else "-",
            )
            for one in found
        ],
    )


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
@click.option("--days", type=click.IntRange(1, 3650), help="After how many days it ends. Without: never.")
def token(name: str, purpose: str, actions: tuple[str, ...], days: int | None) -> None:
    """A new API token for the account, printed once."""
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account = find_by_name(connection, name)
        until = parts.archive.clock.now() + timedelta(days=days) if days else None
        _, value = create_token(parts.archive, connection, account.id, purpose, actions, until)
    click.echo(value)


def _change(name: str, role: str | None, scope: str | None, *, give_it: bool) -> None:
    facts = [(fact, value) for fact, value in (("role", role), ("scope", scope)) if value is not None]
    if not facts:
        raise click.UsageError("name a --role or a --scope")
    with local_archive() as parts, parts.archive.catalogue.write() as connection:
        account, actor = find_by_name(connection, name), local_actor(connection).pseudonym
        meant = scope_there if give_it else scope_given
        for fact, said in facts:
            value = meant(connection, said) if fact == "scope" else said
            grant(parts.archive, connection, account.id, fact, value, actor=actor, give=give_it)


def _ask_password(name: str) -> str | None:
    if not sys.stdin.isatty():
        return None
    answer: str = click.prompt(f"Password for {name}", hide_input=True, confirmation_prompt=True, err=True)
    return answer
