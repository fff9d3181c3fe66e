"""`tabellion backup` and `restore`: rehearsed without a trace, and done after catalogue and index are lost."""

import shutil
from pathlib import Path

import pytest

from tests.tabellion.house import lived_in
from tests.tabellion.terminal import Terminal


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "words"
    path.write_text("four plain words here\n")
    return path


def state_of(home: Path) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and "catalogue" not in path.name
    }


def test_catalogue_and_index_are_lost(tmp_path: Path, passphrase: Path) -> None:
    sealed = ("--passphrase-file", passphrase)
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["About the quillwort"]), "--wait")
        house.terminal.run("users", "add", "ewa", "--role", "collector", code=None)
        house.terminal.run("stamp")
        made = house.terminal.run("backup", tmp_path / "b", *sealed, "--json").json
        assert made["tables"]["deposits"] == 1
        assert "sessions" in made["not_kept"]
        assert house.terminal.run("restore", tmp_path / "b", *sealed, code=1).err.startswith("SERVICE_RUNS")
        house.terminal.run("ingest", house.paper("two.pdf", ["About the butterwort"]), "--wait")
        house.terminal.run("stamp")
    home = tmp_path / "home"
    terminal = Terminal(home)
    users = terminal.run("users", "list", "--json").out
    before = state_of(home)
    rehearsed = terminal.run("restore", "--check", tmp_path / "b", *sealed, "--json").json
    assert rehearsed["relation"] == "vault-newer"
    assert state_of(home) == before, "a rehearsal changes nothing"
    for path in home.glob("catalogue.db*"):
        path.unlink()
    shutil.rmtree(home / "index")
    done = terminal.run("restore", tmp_path / "b", *sealed, "--json").json
    assert (done["relation"], done["missing"], done["rebuilt"]["problems"]) == ("vault-newer", [], [])
    assert terminal.run("users", "list", "--json").out == users
    assert terminal.run("search", "quillwort", "--json").json["total"] == 1
    assert terminal.run("search", "butterwort", "--json").json["total"] == 1
    assert terminal.run("verify", "--all", "--json", code=None).json["integrity"] == "PASSED"
    assert terminal.run("restore", tmp_path / "b", *sealed, code=1).err.startswith("CATALOGUE_NOT_EMPTY")


def test_a_vault_of_last_week_is_not_accepted(tmp_path: Path, passphrase: Path) -> None:
    sealed = ("--passphrase-file", passphrase)
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["About the quillwort"]), "--wait")
        house.terminal.run("stamp")
        shutil.copytree(house.terminal.home / "vault", tmp_path / "last week")
        (late,) = house.terminal.run(
            "ingest", house.paper("two.pdf", ["About the butterwort"]), "--wait", "--json"
        ).lines
        house.terminal.run("stamp")
        house.terminal.run("backup", tmp_path / "b", *sealed)
    home = tmp_path / "home"
    terminal = Terminal(home)
    shutil.rmtree(home / "vault")
    shutil.copytree(tmp_path / "last week", home / "vault")
    for path in home.glob("catalogue.db*"):
        path.unlink()
    said = terminal.run("restore", tmp_path / "b", *sealed, "--json", code=1).json
    assert (said["relation"], said["indexed"]) == ("vault-older", 1), (
        "what is lost keeps nothing else from being found"
    )
    assert late["document"] in {paper for one in said["missing"] for paper in one["documents"]}
    again = terminal.run("restore", "--log", "--json", code=1).json
    assert again["republished"] > 0
    assert late["document"] in {paper for one in again["missing"] for paper in one["documents"]}
    assert terminal.run("verify", "--all", "--json", code=1).json["overall"] == "FAILED"
    terminal.run("restore", code=2)
