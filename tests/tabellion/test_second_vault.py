"""A second vault by settings alone: copied by the service's keeper, and put in the place of the first."""

import shutil
import time
from pathlib import Path

import pytest

from tests.tabellion.house import House, lived_in
from tests.tabellion.terminal import Terminal


def copied(house: House, elsewhere: Path) -> dict[str, object]:
    """What `fixity` says once everything that is there has a copy."""
    found: dict[str, object] = {}
    for _ in range(300):
        found = house.terminal.run("fixity", "--json", code=None).json
        second = found.get("second")
        log = [path / "log/checkpoint" for path in (house.terminal.home / "vault", elsewhere)]
        known = {path.read_bytes() for path in log if path.exists()}
        if isinstance(second, dict) and second["waiting"] == 0 and len(known) == 1 and log[1].exists():
            return found
        time.sleep(0.05)
    raise AssertionError(found)


def test_all_is_copied_and_the_copy_suffices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "second"
    monkeypatch.setenv("TABELLION_SECOND_VAULT_URL", f"file://{elsewhere}")
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["About the quillwort"]), "--wait")
        house.terminal.run("stamp")
        copied(house, elsewhere)
        shown = house.terminal.run("fixity", code=None).out
        assert "second vault  100 % of " in shown
    home = tmp_path / "home"
    shutil.rmtree(home / "vault")
    shutil.move(elsewhere, home / "vault")
    for path in home.glob("catalogue.db*"):
        path.unlink()
    monkeypatch.delenv("TABELLION_SECOND_VAULT_URL")
    terminal = Terminal(home)
    assert terminal.run("rebuild", "--json").json["problems"] == []
    assert terminal.run("search", "quillwort", "--json").json["total"] == 1
    assert terminal.run("verify", "--all", "--json", code=None).json["integrity"] == "PASSED"


def test_a_place_that_is_not_there_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABELLION_SECOND_VAULT_URL", f"file://{tmp_path}/not mounted/second")
    with lived_in(tmp_path) as house:
        line = house.terminal.run("ingest", house.paper("one.pdf", ["Quillwort"]), "--wait", "--json").lines[
            0
        ]
        assert line["status"] == "searchable"
        house.terminal.run("stamp")
        assert not (tmp_path / "not mounted").exists()
