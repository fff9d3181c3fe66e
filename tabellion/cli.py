"""The command line `tabellion`: finds the command, turns errors into exit codes and plain words.

Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 could not decide, 70 internal error.
"""

import importlib
import io
import sys
import traceback

import click

from tabellion.base.collecting import loaded_for_good
from tabellion.base.errors import TabellionError

# Command, module of `tabellion.commands` that holds it, what it does. Modules are loaded when they are called.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("init", "Make an archive with its identity, keys, database and first account."),
    "serve": ("serve", "Run the service, which is api, workers and keeper."),
    "ingest": ("ingest", "Take files and folders in."),
    "batches": (
        "batches",
        "What was handed over: list, show, open, void, replace, close, supplement, receipt.",
    ),
    "documents": (
        "documents",
        "Papers as lists of pages: list, split, join, cuts, cut, reorder, void, relate, retry.",
    ),
    "fields": ("fields", "Fields of papers: waiting, corrections."),
    "read": ("read", "Read a file without keeping it."),
    "search": ("search", "Find pages."),
    "show": ("show", "Everything known of a document."),
    "verify": ("verify", "Check the evidence of documents, of the whole archive, a package or a receipt."),
    "export": ("export", "Make a package for a court that a stranger verifies."),
    "stamp": ("stamp", "Close the open stamp now and wait for its token."),
    "renew": ("renew", "Renew evidence whose time-stamps or hashes come to their end."),
    "fixity": (
        "fixity",
        "Whether everything that is stored was read again in its time, and is as it should be.",
    ),
    "backup": ("backup", "Write the catalogue into one sealed file."),
    "restore": ("restore", "Bring the catalogue back from a backup, and say what is missing."),
    "rebuild": ("rebuild", "Make catalogue and index anew from the vault."),
    "db": ("db", "The catalogue's schema: upgrade, check."),
    "tsa": ("tsa", "Run a small time-stamp authority for tests, demos and closed networks."),
    "witness": ("witness", "Run a witness that cosigns the checkpoints of logs."),
    "users": (
        "users",
        "Accounts: list, add, grant, revoke, password, disable, second-factor, sign-out, tokens, token.",
    ),
    "stations": ("stations", "Scanning stations: list, add, disable."),
    "keys": ("keys", "Keys: list, export, backup, restore, rotate."),
    "debtors": ("debtors", "Parties: list, add, import, export."),
    "claims": ("claims", "Claims: list, add, import, export."),
    "portfolios": ("portfolios", "Portfolios: list, add."),
    "config": ("config", "Print the settings in force, secrets masked."),
    "demo": ("demo", "Load a fictional portfolio and print its accounts."),
}


class Lazy(click.Group):
    """Loads a command's module only when that command is called: `--help` and short commands stay quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        with loaded_for_good():
            module = importlib.import_module(f"tabellion.commands.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="tabellion")
def cli() -> None:
    """Tabellion turns the paper of a credit file into evidence: received, sealed, read, found, verified.

    Commands act on the archive at TABELLION_HOME (default ./var), or over REST where TABELLION_URL and TABELLION_TOKEN
    are set. Exit codes: 0 done, 1 the answer is no, 2 wrong use, 3 could not decide, 70 internal error.
    """


def main() -> None:
    """Run the command; every error becomes one line, what to do, and an exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show eight scripts shows the rest as escapes.
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except TabellionError as error:
        told = f"{error.message}: {error.details}" if error.details else error.message
        click.echo(f"{error.code}: {told}\n{error.diagnostics()}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.exit(0)
    except Exception:  # the last resort: nothing leaves as a bare traceback with exit code 1
        traceback.print_exc()
        click.echo("INTERNAL: something went wrong here; nothing half-done was acknowledged", err=True)
        sys.exit(70)
    sys.exit(code if isinstance(code, int) else 0)
