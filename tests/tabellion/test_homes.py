"""Several machines at one archive: homes that share the servers alone, and what they must agree on."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.catalogue import Catalogue
from tabellion import processes
from tabellion.base.clock import ManualClock
from tabellion.homes import ClockApart, IndexElsewhere, home_id, require_clock, require_index
from tabellion.settings import load_settings
from tests.services.fixtures import emptied, search_url
from tests.tabellion.terminal import Ran, Terminal

PASSPHRASE = "one passphrase for the backup"


@pytest.fixture
def shared(tmp_path: Path, postgresql_url: str) -> Iterator[Callable[..., Ran]]:
    """Commands on the machine of that name: a home and a passphrase of its own, a database, vault and index of all."""
    url = search_url("opensearch")
    servers = {
        "TABELLION_DATABASE_URL": postgresql_url,
        "TABELLION_VAULT_URL": f"file://{tmp_path}/vault",
        "TABELLION_SEARCH_URL": url,
    }
    (tmp_path / "backup-passphrase").write_text(PASSPHRASE)

    def run(machine: str, *words: str | Path, code: int = 0) -> Ran:
        secret = tmp_path / f"passphrase-{machine}"
        if not secret.exists():
            secret.write_text(f"the passphrase of {machine}")
            secret.chmod(0o600)
        environment = {**servers, "TABELLION_KEY_PASSPHRASE_FILE": str(secret)}
        return Terminal(tmp_path / machine).run(*words, code=code, environment=environment)

    with emptied(url):
        yield run


def hand_over(run: Callable[..., Ran], folder: Path, giver: str, taker: str) -> None:
    """Bring the keys of one machine to another, which may have old ones."""
    if (folder / taker / "keys").exists():
        (folder / taker / "keys").rename(folder / taker / "keys-before")
    file, secret = folder / "keys.backup", folder / "backup-passphrase"
    file.unlink(missing_ok=True)
    run(giver, "keys", "backup", file, "--passphrase-file", secret)
    run(taker, "keys", "restore", file, "--passphrase-file", secret)
    shutil.rmtree(folder / taker / "keys-before", ignore_errors=True)


@pytest.mark.services
def test_a_second_machine_is_set_up_from_the_keys_and_follows_their_rotation(
    shared: Callable[..., Ran], tmp_path: Path
) -> None:
    shared("first", "init")
    assert shared("second", "search", "x", code=2).err.startswith("NOT_INITIALISED")
    hand_over(shared, tmp_path, "first", "second")
    assert shared("second", "keys", "list").out == shared("first", "keys", "list").out
    assert shared("second", "db", "check").out == "the schema is up to date\n"

    for use in ("log", "objects", "authority"):
        shared("second", "keys", "rotate", "--use", use)
        refused = shared("first", "keys", "list", code=2).err
        assert refused.startswith("KEYS_OUTDATED"), use
        assert "keys restore" in refused
        hand_over(shared, tmp_path, "second", "first")
        assert shared("second", "keys", "list").out == shared("first", "keys", "list").out


@pytest.mark.services
def test_the_index_lies_in_one_place(postgresql_catalogue: Catalogue, tmp_path: Path) -> None:
    homes = [load_settings(home=tmp_path / name) for name in ("one", "two")]
    for each in homes:
        each.home.mkdir()
    require_index(postgresql_catalogue, homes[0])
    require_index(postgresql_catalogue, homes[0])
    with pytest.raises(IndexElsewhere, match="home of another machine"):
        require_index(postgresql_catalogue, homes[1])
    served = load_settings(home=homes[0].home, search_url="opensearch+http://127.0.0.1:1/papers")
    with pytest.raises(IndexElsewhere, match="home of another machine"):
        require_index(postgresql_catalogue, served)
    homes[0].home.rename(tmp_path / "moved")
    require_index(postgresql_catalogue, load_settings(home=tmp_path / "moved"))


def test_a_home_keeps_its_name(tmp_path: Path) -> None:
    assert home_id(tmp_path) == home_id(tmp_path)
    (tmp_path / "other").mkdir()
    assert home_id(tmp_path) != home_id(tmp_path / "other")


@pytest.mark.services
@pytest.mark.parametrize(("seconds", "refused"), [(-60, True), (-2, False), (2, False), (60, True)])
def test_clocks_agree_within_seconds(postgresql_catalogue: Catalogue, seconds: int, *, refused: bool) -> None:
    clock = ManualClock()
    clock.instant = datetime.now(UTC) + timedelta(seconds=seconds)
    with postgresql_catalogue.read() as connection:
        if refused:
            with pytest.raises(ClockApart, match=r"(59|60|61) s apart"):
                require_clock(connection, clock)
        else:
            require_clock(connection, clock)


def test_a_process_of_another_machine_is_not_taken_for_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = processes.holder()
    assert not processes.is_gone(ours)
    ended = ours.replace(f"-{ours.split('-')[-2]}-", "-4194305-")  # larger than any process id (proc(5))
    assert processes.is_gone(ended)
    monkeypatch.setattr("socket.gethostname", lambda: "another")
    assert not processes.is_gone(ended)
