"""`tabellion init`: once, whole, and again after an interruption."""

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tabellion.terminal import Terminal

KEYS = (
    "passphrase",
    "archive.key",
    "log.pem",
    "receipt.pem",
    "tsa/ca.key",
    "tsa/tsa.key",
    "tsa/ca.pem",
    "tsa/tsa.pem",
)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that `init` made; tests work on copies."""
    home = tmp_path_factory.mktemp("made") / "home"
    Terminal(home).run("init")
    return home


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "home", symlinks=True))


def test_init_makes_an_archive_and_shows_its_password_once(tmp_path: Path) -> None:
    ran = Terminal(tmp_path / "home").run("init", "--account", "chief")
    said = dict(line.split(maxsplit=1) for line in ran.out.splitlines())
    assert said["account"] == "chief"
    assert said["origin"] == f"localhost/{said['archive']}"
    password = said["password"].split()[0]
    assert all(
        password.encode() not in path.read_bytes()
        for path in (tmp_path / "home").rglob("*")
        if path.is_file()
    )
    assert list((tmp_path / "home" / "vault").glob("archive.json@*.lock")), "nobody removes it by mistake"
    for key in KEYS:
        path = tmp_path / "home" / "keys" / key
        assert (path.suffix == ".pem" and "tsa/" in key) or path.stat().st_mode & 0o077 == 0


def test_an_archive_is_made_once(home: Path) -> None:
    before = (home / "vault" / "archive.json").read_bytes()
    assert Terminal(home).run("init", code=1).err.startswith("CONFLICT")
    assert (home / "vault" / "archive.json").read_bytes() == before


def test_commands_refuse_where_no_archive_is(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "nothing")
    for command in (
        ("search", "x"),
        ("stamp",),
        ("batches", "list"),
        ("rebuild",),
        ("demo",),
        ("db", "check"),
    ):
        ran = terminal.run(*command, code=2)
        assert ran.err.startswith("NOT_INITIALISED")
        assert "tabellion init" in ran.err
    terminal.run("config")
    assert not (tmp_path / "nothing").exists()


def _nothing(home: Path) -> None:
    """Interrupted just before archive.json, the last step."""


def _no_catalogue(home: Path) -> None:
    for path in home.glob("catalogue.db*"):
        path.unlink()


def _half_an_authority(home: Path) -> None:
    _no_catalogue(home)
    (home / "keys" / "tsa").rename(home / "keys" / "tsa.new")
    (home / "keys" / "tsa.new" / "ca.pem").unlink()


def _half_the_keys(home: Path) -> None:
    _half_an_authority(home)
    (home / "keys" / "receipt.pem").unlink()


def _only_a_passphrase(home: Path) -> None:
    _no_catalogue(home)
    for path in (home / "keys").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "passphrase":
            path.unlink()


@pytest.mark.parametrize(
    "interrupted", [_nothing, _no_catalogue, _half_an_authority, _half_the_keys, _only_a_passphrase]
)
def test_an_interrupted_init_is_repeated(home: Path, interrupted: Callable[[Path], None]) -> None:
    shutil.rmtree(home / "vault")
    interrupted(home)
    kept = {path: path.read_bytes() for path in (home / "keys").glob("*") if path.is_file()}
    terminal = Terminal(home)
    assert terminal.run("search", "x", code=2).err.startswith("NOT_INITIALISED")
    assert "password" in terminal.run("init").out
    assert {path: path.read_bytes() for path in kept} == kept
    assert [user["name"] for user in terminal.run("users", "list", "--json").json] == ["admin"]
    terminal.run("db", "check")


def test_a_vault_that_lost_its_identity_is_not_taken_for_a_new_one(home: Path) -> None:
    vault = home / "vault"
    (vault / "archive.json").unlink()
    Terminal(home).run("init", code=0)
    (vault / "archive.json").unlink()
    (vault / "stamps" / "x").mkdir(parents=True)
    (vault / "stamps" / "x" / "token.tst").write_bytes(b"something")
    assert Terminal(home).run("init", code=1).err.startswith("CONFLICT: there are objects in the vault")


def test_settings_that_contradict_the_archive_are_refused(home: Path) -> None:
    terminal = Terminal(home)
    assert terminal.run(
        "db", "check", code=2, environment={"TABELLION_ORIGIN": "elsewhere/log"}
    ).err.startswith("SETTINGS")
    assert terminal.run(
        "db", "check", code=2, environment={"TABELLION_VAULT_ENCRYPTION": "off"}
    ).err.startswith("SETTINGS")
    for path in home.glob("catalogue.db*"):
        path.unlink()
    terminal.run("db", "upgrade")
    assert "tabellion rebuild" in terminal.run("batches", "list", code=2).err


def test_the_terminal_is_told_what_the_database_says(made: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(made, home)
    with sqlite3.connect(home / "catalogue.db") as database:
        database.execute("ALTER TABLE accounts RENAME TO elsewhere")
    database.close()
    said = Terminal(home).run("users", "list", code=1).err
    assert said.startswith("CATALOGUE_UNAVAILABLE: the catalogue does not answer: ")
    assert "no such table" in said
