"""`tabellion fixity`: the statement, what is wrong, and the exit codes, on a service's own keeper."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from archive.catalogue.schema import objects
from tabellion.running.keeping import make_keeper
from tabellion.settings import load_settings
from tabellion.wiring import opened
from tests.tabellion.house import lived_in
from tests.tabellion.terminal import Terminal


def test_the_keeper_reads_and_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["About the quillwort"]), "--wait")
        house.terminal.run("stamp")
        archive = house.parts.archive
        rows = select(objects.c.id, objects.c.key)
        with archive.catalogue.write() as connection:
            # As if all that was stored long ago.
            connection.execute(update(objects).values(at=archive.clock.now() - timedelta(days=3)))
            known = {row.key: row.id for row in connection.execute(rows)}
        for _ in range(200):
            found = house.terminal.run("fixity", "--json", code=None)
            if found.code == 0 and found.json["first"]["checked"] >= len(known):
                break
        assert found.code == 0, found.out
        assert found.json["statement"].startswith("100 % of ")
        (original,) = (key for key in known if key.endswith("/original"))
        (house.terminal.home / "vault" / original).unlink()
        house.terminal.run("fixity", "--again", code=None)
        for _ in range(200):
            found = house.terminal.run("fixity", code=None)
            if found.code == 1:
                break
        assert found.code == 1
        assert f"missing: {original}" in found.out
        assert "1 MISSING OR ALTERED" in found.out


def test_an_archive_without_its_first_file_opens_and_gets_it_back(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["Quillwort"]), "--wait")
    file = tmp_path / "home" / "vault" / "archive.json"
    body = file.read_bytes()
    file.unlink()
    terminal = Terminal(tmp_path / "home")
    assert terminal.run("search", "quillwort", "--json").json["total"] == 1
    with opened(load_settings(home=tmp_path / "home")) as parts:
        assert make_keeper(parts, "keeper").run_once()
    assert file.read_bytes() == body
    assert terminal.run("fixity", "--json", code=None).json["faults"] == []
    file.unlink()
    shutil.rmtree(tmp_path / "home" / "vault" / "log")
    assert "NOT_INITIALISED" in terminal.run("verify", "--all", code=2).err, "nothing tells whose vault it is"


def test_a_keeper_that_must_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TABELLION_FIXITY_DAYS", "0")
    with lived_in(tmp_path) as house:
        assert "No keeper has begun" in house.terminal.run("fixity", code=3).err
