"""`tabellion ingest`, `search`, `show`, `stamp`, `verify`: the whole way of a paper on the command line."""

import hashlib
import json
import logging
from pathlib import Path

import pytest

from archive.reporting.kinds import KINDS
from signing import canonical
from tabellion.commands.ingest import Lines
from tabellion.made_papers import MadePaper
from tests.tabellion.house import House
from tests.tabellion.terminal import Terminal

DISTURBING = set("\u202e\x1b\x9b\r")
LINE = {"path", "deposit", "document", "sha256", "size", "status", "receipt"}


def test_a_paper_is_received_read_found_shown_stamped_and_verified(house: House) -> None:
    path = house.paper("Letter.pdf", ["Tidewell Joinery Ltd", "Reminder of payment", "Quillwort 4711"])
    (line,) = house.terminal.run("ingest", path, "--batch", "whole way", "--wait", "--json").lines
    assert set(line) >= LINE
    assert (line["status"], line["sha256"]) == (
        "searchable",
        hashlib.sha256(path.read_bytes()).hexdigest(),
    )
    address = f"http://127.0.0.1:8000/documents/{line['document']}"
    paper = {"document": line["document"], "kind": "dunning_letter", "state": "searchable"}
    assert line["documents"] == [{**paper, "pages": 1, "blank_sides": 0, "address": address}]

    found = house.terminal.run("search", "quillwort", "--json").json
    (hit,) = found["hits"]
    assert (hit["document"], hit["pages"][0]["page"]) == (line["document"], 1)
    assert len(hit["pages"][0]["boxes"]) == 1
    shown = house.terminal.run("show", line["document"], "--json").json
    assert shown["deposits"][0]["name"] == "Letter.pdf"
    assert shown["evidence"][0]["deposit"] == line["deposit"]
    assert [entry["type"] for entry in shown["history"]][:2] == ["receive", "compose"]

    stamp = house.terminal.run("stamp", "--json").json
    assert stamp["time_class"] == "test"
    report = house.terminal.run("verify", line["document"], "--json").json
    assert report["overall"] == "PASSED"
    proved = house.terminal.run("show", line["document"], "--json").json["evidence"][0]
    assert proved["existed_by"] == stamp["gen_time"]
    for word in ("Letter.pdf", line["sha256"], "Tabellion local test authority"):
        assert word in house.terminal.run("show", line["document"]).out


def test_each_paper_of_a_file_is_said(house: House) -> None:
    path = house.paper("two.pdf", ["A first page"], ["A second page"])
    (line,) = house.terminal.run("ingest", path, "--batch", "two", "--wait", "--json").lines
    house.terminal.run("documents", "split", line["document"], "2")
    ran = house.terminal.run("ingest", path, "--batch", "two", "--wait")
    (again,) = house.terminal.run("ingest", path, "--batch", "two", "--wait", "--json").lines
    assert again["deposit"] == line["deposit"]
    assert [(one["state"], one["pages"]) for one in again["documents"]] == [("searchable", 1)] * 2
    assert ran.out.splitlines()[0].split() == ["searchable", str(path)]
    for said, one in zip(ran.out.splitlines()[1:], again["documents"], strict=True):
        assert said.split() == [f"{KINDS[one['kind']]},", "1", "page,", "searchable", one["address"]]


def test_blank_sides_and_earlier_receipts_of_the_bytes_are_said(capsys: pytest.CaptureFixture[str]) -> None:
    line = {"status": "searchable", "path": "a.pdf", "same_bytes_as": ["earlier"]}
    Lines(False, "http://archive").print(line, [MadePaper("made", "dunning_letter", "searchable", 2, 1)])
    assert [said.split("  ")[-2:] for said in capsys.readouterr().out.splitlines()[1:]] == [
        ["Demand for payment, 1 page, 1 blank side, searchable", "http://archive/documents/made"],
        ["the same bytes were received before", "http://archive/documents/earlier"],
    ]


def test_what_was_taken_is_not_taken_twice(house: House) -> None:
    path = house.paper("twice.pdf", ["Once and only once"])
    (first,) = house.terminal.run("ingest", path, "--batch", "twice", "--json").lines
    (second,) = house.terminal.run("ingest", path, "--batch", "twice", "--wait", "--json").lines
    assert second["deposit"] == first["deposit"]
    batch = house.terminal.run("batches", "show", "twice", "--json").json
    assert (batch["ledger"]["items"], batch["ledger"]["repeats"]) == (1, 1)


def test_of_a_folder_papers_are_taken_and_the_rest_is_skipped(house: House) -> None:
    folder = house.desk / "scans"
    (folder / "inner").mkdir(parents=True)
    house.paper("scans/inner/a.pdf", ["A page in a folder"])
    (folder / "notes.txt").write_text("not a paper")
    (folder / "link.pdf").symlink_to(folder / "inner" / "a.pdf")
    ran = house.terminal.run("ingest", folder, "--batch", "folder", "--wait", "--json")
    statuses = {Path(line["path"]).name: line["status"] for line in ran.lines}
    assert statuses == {"a.pdf": "searchable", "notes.txt": "skipped"}
    assert all(set(line) >= LINE for line in ran.lines)


def test_what_cannot_be_read_is_kept_with_a_reason_and_can_be_tried_again(house: House) -> None:
    path = house.desk / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\nthis is not how it goes on")
    (line,) = house.terminal.run("ingest", path, "--batch", "broken", "--wait", "--json", code=1).lines
    assert line["status"] == "failed"
    assert line["reason"]
    assert line["receipt"]
    house.terminal.run("documents", "retry", line["document"])
    (again,) = house.terminal.run("ingest", path, "--batch", "broken", "--wait", "--json", code=1).lines
    assert again["deposit"] == line["deposit"]
    healthy = house.terminal.run("documents", "list", "--state", "searchable", "--json").json
    if healthy:
        house.terminal.run("documents", "retry", healthy[0]["document"], code=1)


def test_a_name_cannot_disturb_the_terminal(house: House) -> None:
    name = "in\u202efdp\x1b[2J\nvoice.pdf"
    house.paper(name, ["A page with a hostile name"])
    ran = house.terminal.run("ingest", house.desk / name, "--batch", "hostile name", "--wait")
    assert ran.out.count("\n") == 2
    assert not set(ran.out) & DISTURBING
    (line,) = house.terminal.run(
        "ingest", house.desk / name, "--batch", "hostile name", "--wait", "--json"
    ).lines
    assert Path(line["path"]).name == name
    printed = house.terminal.run("show", line["document"], "--json")
    assert not set(printed.out) & DISTURBING
    assert printed.json["deposits"][0]["name"] == name
    assert not set(house.terminal.run("show", line["document"]).out) & DISTURBING


def test_logs_hold_no_words_of_papers(house: House, caplog: pytest.LogCaptureFixture) -> None:
    path = house.paper("quiet.pdf", ["Zephyrine Obermoser owes 1234.56"])
    broken = house.desk / "Zephyrine.pdf"
    broken.write_bytes(b"%PDF-1.7\nZephyrine Obermoser")
    with caplog.at_level(logging.DEBUG):
        house.terminal.run("ingest", path, broken, "--batch", "quiet", "--wait", "--json", code=1)
        house.terminal.run("search", "Zephyrine")
    assert caplog.records
    said = json.dumps(
        [{**vars(record), "said": record.getMessage()} for record in caplog.records], default=str
    )
    assert "zephyrine" not in said.casefold()


def test_a_receipt_is_checked_without_the_archive(house: House, tmp_path: Path) -> None:
    path = house.paper("receipt.pdf", ["A page with a receipt"])
    (line,) = house.terminal.run("ingest", path, "--batch", "receipts", "--json").lines
    receipt = tmp_path / "one.receipt.json"
    receipt.write_bytes(canonical.dumps(line["receipt"]))
    house.terminal.run("keys", "export", "--public", tmp_path / "trust")
    check = ("verify", receipt, "--trust", tmp_path / "trust")
    assert house.terminal.run(*check, "--file", path, "--json").json["overall"] == "PASSED"
    other = house.paper("other.pdf", ["Another page"])
    assert house.terminal.run(*check, "--file", other, "--json", code=1).json["overall"] == "FAILED"
    own = house.terminal.run("verify", receipt, "--json").json
    assert {trusted["source"].split("/")[0] for trusted in own["trust"]} == {"the keys of this installation"}
    nowhere = Terminal(tmp_path / "nowhere")
    assert nowhere.run("verify", receipt, code=2).err.startswith("BAD_REQUEST: whom do you trust?")
    assert nowhere.run(*check, "--json").json["overall"] == "PASSED"
