"""`tabellion rebuild`: catalogue and index lost, the same answers afterwards."""

import shutil
from pathlib import Path

from tests.tabellion.house import House, lived_in
from tests.tabellion.terminal import Terminal


def test_catalogue_and_index_come_back(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        path = house.paper("two.pdf", ["Contract with Tidewell"], ["Annex about the quillwort"])
        (line,) = house.terminal.run("ingest", path, "--batch", "box", "--wait", "--json").lines
        house.terminal.run("documents", "split", line["document"], "2")
        house.terminal.run("batches", "close", "box")
        house.terminal.run("ingest", path, "--batch", "still open", "--wait")
        house.terminal.run("stamp")
    terminal = Terminal(tmp_path / "home")
    asked = [
        ("search", "quillwort", "--json"),
        ("search", "tidewell", "--json"),
        ("verify", "--all", "--json"),
    ]
    before = [terminal.run(*question).json for question in asked]
    batches = terminal.run("batches", "list", "--json").json
    assert before[-1]["overall"] == "PASSED"

    assert terminal.run("rebuild", code=1).err.startswith("CATALOGUE_NOT_EMPTY")
    for path in (tmp_path / "home").glob("catalogue.db*"):
        path.unlink()
    shutil.rmtree(tmp_path / "home" / "index")
    summary = terminal.run("rebuild", "--json").json
    assert (summary["batches"], summary["deposits"], summary["documents"]) == (2, 2, 3)
    assert summary["problems"] == []
    answers = [terminal.run(*question).json for question in asked]
    assert [answer["hits"] for answer in answers[:2]] == [answer["hits"] for answer in before[:2]]
    assert answers[-1]["overall"] == "PASSED"
    again = terminal.run("batches", "list", "--json").json
    same = ("id", "name", "state", "ledger")
    assert [[batch[name] for name in same] for batch in again] == [
        [batch[name] for name in same] for batch in batches
    ]


def test_nothing_is_rebuilt_under_a_running_service(house: House) -> None:
    assert house.terminal.run("rebuild", "--index", code=1).err.startswith("SERVICE_RUNS")


def test_the_index_alone_is_made_anew(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        house.terminal.run(
            "ingest", house.paper("one.pdf", ["Only the quillwort"]), "--batch", "box", "--wait"
        )
    terminal = Terminal(tmp_path / "home")
    shutil.rmtree(tmp_path / "home" / "index")
    assert terminal.run("rebuild", "--index", "--json").json == {"indexed": 1}
    assert terminal.run("search", "quillwort", "--json").json["total"] == 1
