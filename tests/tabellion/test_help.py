"""`--help` is complete enough to work from: every command and every option says what it does."""

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tabellion.cli import COMMANDS, cli
from tests.tabellion.terminal import Terminal


def _walk(
    command: click.Command, name: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for below in command.list_commands(context):
            found = command.get_command(context, below)
            assert found is not None
            yield from _walk(found, (*name, below))


ALL = dict(_walk(cli))


@pytest.mark.parametrize("name", ALL, ids=" ".join)
def test_everything_is_explained(name: tuple[str, ...], tmp_path: Path) -> None:
    command = ALL[name]
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{' '.join(name)} {option.name}"
    ran = Terminal(tmp_path / "nowhere").run(*name, "--help")
    assert "Usage:" in ran.out
    assert not (tmp_path / "nowhere").exists()


def test_the_list_of_commands_is_that_of_the_modules() -> None:
    folder = Path(__file__).parents[2] / "tabellion" / "commands"
    helpers = {"__init__", "common", "output", "pairs", "passphrases"}
    assert {path.stem for path in folder.glob("*.py")} - helpers == set(COMMANDS)
    for name, (_, text) in COMMANDS.items():
        command = ALL[name,]
        assert command.name == name
        assert text.endswith(".")
        if isinstance(command, click.Group):
            below = [word.strip(" .") for word in text.partition(": ")[2].split(",")]
            assert sorted(below) == sorted(command.commands), f"{name}: {text}"
