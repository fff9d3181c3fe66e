"""`tabellion demo`."""

import sys
import time

import click

from tabellion.commands.output import json_option, print_json, print_table, progress_line, say
from tabellion.demo_accounts import Demo, read_demo
from tabellion.settings import Settings, load_settings

SAY_EVERY = 5.0


@click.command("demo")
@click.option("--force", is_flag=True, help="Load it although the archive holds other papers already.")
@json_option
def command(force: bool, as_json: bool) -> None:
    """Load a fictional portfolio through the ordinary door, and print an account for each role.

    Five debtors, seven claims, papers in five languages, born-digital and scanned, handed over by a station in two
    boxes, read, linked, searchable and time-stamped. Two debtors have one name, and a letter says no more than that:
    the review asks whose it is. It takes about a minute the first time; after that, and after an
    interruption, only what is missing. An archive that holds papers of its own is left alone.
    """
    settings = load_settings()
    demo = read_demo(settings.home)
    if demo is None or not demo.complete:
        demo = _load(settings, force=force)
    if demo is None:
        say("This archive holds papers already: no demo is loaded into it.")
    elif as_json:
        print_json([{"name": role, "password": word} for role, word in demo.passwords.items()])
    else:
        say("The demo's people and papers are fictional. Accounts, one for each role:")
        print_table(("NAME", "PASSWORD"), demo.passwords.items())


def _load(settings: Settings, *, force: bool) -> Demo | None:
    # Drawing and wiring are loaded only where something is to be loaded: the second call is quick.
    from tabellion.commands.common import acting  # noqa: PLC0415
    from tabellion.demo_loading import holds_papers, load_demo  # noqa: PLC0415
    from tabellion.helpers import helping  # noqa: PLC0415
    from tabellion.wiring import opened  # noqa: PLC0415

    with opened(settings) as parts:
        if read_demo(settings.home) is None and not force and holds_papers(parts.archive):
            return None
        with helping(parts, workers=True):
            demo = load_demo(parts, acting(parts), _Progress())
    progress_line("")
    return demo


class _Progress:
    """Says how far it is: on a terminal in one line that changes, elsewhere now and then."""

    def __init__(self) -> None:
        self._said = -SAY_EVERY

    def __call__(self, message: str) -> None:
        if sys.stderr.isatty():
            progress_line(message)
        elif time.monotonic() - self._said >= SAY_EVERY:
            self._said = time.monotonic()
            say(message)
