"""The checks after the blows see what they are there to see."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from archive.catalogue import take_lease
from archive.catalogue.schema import work
from bench._aftermath import check_left_over
from bench._remains import check_leases, check_once, check_vault, found_at, looked_into, wait_until_quiet
from bench._tiny import Tiny
from tests.tabellion.house import lived_in


@pytest.mark.parametrize(
    "name", ["vault/deposits/1/.tmp-7-1", "broker/.0001.tmp", "folders/hot/unassigned/.claimed/2/letter.pdf"]
)
def test_left_over_files_are_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "archive.json").write_text("{}")
    assert check_left_over(tmp_path, seconds=0) == []
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    (wrong,) = check_left_over(tmp_path, seconds=0)
    assert wrong.startswith("left over: ")
    assert wrong.split(": ")[1] in name


def test_what_is_left_in_catalogue_and_vault_is_named(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        paper = house.paper("letter.pdf", ["A letter about the quillwort"])
        (line,) = house.terminal.run("ingest", paper, "--wait", "--json").lines
        assert line["status"] == "searchable"
        assert wait_until_quiet(house.parts.archive) == []
    held = Tiny("letter.pdf", paper.read_bytes(), "quillwort")
    lost = Tiny("lost.pdf", b"never held", "lost")
    with looked_into(tmp_path / "home", {"TABELLION_LANGUAGES": "en,pl"}) as parts:
        archive, vault = parts.archive, parts.vault
        assert check_leases(archive) == check_once(archive, [held]) == check_vault(archive) == []
        assert len(found_at(archive)) == 1

        assert check_once(archive, [lost]) == [
            "lost.pdf is 0 deposits",
            f"a deposit of other bytes: {held.sha256.hex()}",
        ]
        key = f"deposits/{archive.ids.new()}/original"
        vault.put(key, io.BytesIO(b"of a killed process"), archive.clock.now() + timedelta(days=1))
        assert check_vault(archive) == [f"left over: {key} in the vault"]
        with archive.catalogue.write() as connection:
            reading = update(work).where(work.c.kind == "read")
            connection.execute(
                reading.values(state="leased", holder="gone", leased_until=archive.clock.now())
            )
            assert (
                take_lease(connection, "keeper", "gone", archive.clock.now(), timedelta(hours=1)) is not None
            )
        assert check_leases(archive) == [
            "the lease of the keeper is still gone's",
            "read work is still gone's",
        ]
        assert wait_until_quiet(archive, seconds=0) == ["left over: 1 read work that is leased"]
        assert check_vault(archive) == ["the keeper's lease cannot be taken"]
