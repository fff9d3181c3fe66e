"""`tabellion demo`."""

import re
import sys
import time
from collections.abc import Callable

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
            steps = Steps()
            demo = load_demo(parts, acting(parts), steps)
            steps.end()
    progress_line("")
    return demo


class Steps:
    """Says how far it is: on a terminal in one line that changes, elsewhere now and then, and how each step ended.

    A step is told by its message without the figures in it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said = -SAY_EVERY
        self._held = ""

    def __call__(self, message: str) -> None:
        if sys.stderr.isatty():
            progress_line(message)
            return
        if _step(message) != _step(self._held):
            self.end()
        self._held = message
        if self._clock() - self._said >= SAY_EVERY:
            self._said = self._clock()
            self.end()

    def end(self) -> None:
        """Say the last message, if it was not said yet."""
        if self._held:
            say(self._held)
        self._held = ""


def _step(message: str) -> str:
    return re.sub(r"[0-9]+ of", "of", message)
