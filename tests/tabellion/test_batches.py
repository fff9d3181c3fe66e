"""`tabellion batches` and `documents`: the ledger, and papers as lists of pages."""

from pathlib import Path

from tests.tabellion.house import House


def test_a_batch_with_a_gap_balances_once_the_number_is_void(house: House) -> None:
    batch = house.terminal.run("batches", "open", "box with a gap", "--sheets", "2").out.strip()
    path = house.paper("gap.pdf", ["The only sheet"])
    station = house.terminal.run("stations", "add", "gap scanner", "--dpi", "300", "--json").json
    assert station["token"].startswith("tab_")
    house.terminal.run("ingest", path, "--batch", "box with a gap", "--station", "gap scanner", "--wait")
    listed = [line for line in house.terminal.run("batches", "list", "--json").json if line["id"] == batch]
    assert [line["ledger"]["missing"] for line in listed] == [2]

    mine = house.terminal.run("batches", "open", "declared", "--sheets", "2").out.strip()
    shown = house.terminal.run("batches", "show", mine, "--json").json
    assert shown["gaps"] == [[1, 2]]
    assert shown["ledger"]["equation"] == "2 = 0 paper + 0 blank + 0 separators + 0 void + 2 missing"
    assert (
        "does not balance: 2 missing, no paper under 1-2" in house.terminal.run("batches", "show", mine).out
    )
    assert house.terminal.run("batches", "close", mine, code=1).err.startswith("REASON_NEEDED")
    for number in (1, 2):
        house.terminal.run("batches", "void", mine, str(number), "--reason", "number-skipped")
    assert "The batch balances." in house.terminal.run("batches", "show", mine, "--items").out
    house.terminal.run("batches", "close", mine)
    assert house.terminal.run("batches", "void", mine, "3", "--reason", "test-sheet", code=1).err.startswith(
        "BATCH_CLOSED"
    )


def test_a_closed_batch_has_a_receipt_and_a_supplement(house: House, tmp_path: Path) -> None:
    path = house.paper("closing.pdf", ["A sheet that is replaced by a better scan"])
    house.terminal.run("ingest", path, "--batch", "closing")
    better = house.paper("better.pdf", ["A better scan of the same sheet"])
    document = house.terminal.run("batches", "replace", "closing", "1", better).out.strip()
    assert house.terminal.run("batches", "replace", "closing", "1", better, code=1).err.startswith("CONFLICT")
    shown = house.terminal.run("batches", "show", "closing", "--items", "--json").json
    assert [(item["sequence"], item["state"]) for item in shown["items"]] == [(1, "replaced"), (1, "held")]
    assert shown["items"][1]["document"] == document
    assert house.terminal.run("batches", "receipt", "closing", code=1).err.startswith("CONFLICT")
    house.terminal.run("batches", "close", "closing")
    receipt = tmp_path / "closing.receipt.json"
    house.terminal.run("batches", "receipt", "closing", "--output", receipt)
    house.terminal.run("keys", "export", "--public", tmp_path / "trust")
    report = house.terminal.run("verify", receipt, "--trust", tmp_path / "trust", "--json").json
    assert report["overall"] == "PASSED"
    first = house.terminal.run("batches", "supplement", shown["id"]).out
    assert house.terminal.run("batches", "supplement", shown["id"]).out == first


def test_papers_are_split_joined_ordered_related_and_void(house: House) -> None:
    path = house.paper("three.pdf", ["Contract, page one"], ["Annex, page two"], ["Annex, page three"])
    (line,) = house.terminal.run("ingest", path, "--batch", "composition", "--wait", "--json").lines
    document = line["document"]
    kept, annex = house.terminal.run("documents", "split", document, "2").out.split()
    assert kept == document
    house.terminal.run("documents", "relate", annex, "annex_of", document)
    shown = house.terminal.run("show", annex, "--json").json
    cut_from = {"other": document, "relation": "cut_from", "first_page": 2, "last_page": 3}
    annex_of = {"other": document, "relation": "annex_of", "first_page": None, "last_page": None}
    assert shown["relations"] == [cut_from, annex_of]
    assert [(page["page"], page["deposit_page"]) for page in shown["pages"]] == [(1, 2), (2, 3)]
    house.terminal.run("documents", "reorder", annex, "2", "1")
    assert [page["deposit_page"] for page in house.terminal.run("show", annex, "--json").json["pages"]] == [
        3,
        2,
    ]
    assert house.terminal.run("documents", "join", document, annex).out.strip() == document
    assert f"successors        {document}\n" in house.terminal.run("show", annex).out
    house.terminal.run("documents", "void", document)
    assert house.terminal.run("documents", "void", document, code=1).err.startswith("CONFLICT")
    states = house.terminal.run("documents", "list", "--batch", "composition", "--json").json
    assert {row["state"] for row in states} == {"void"}
    assert house.terminal.run("documents", "split", document, "9", code=1).err.startswith("CONFLICT")


def test_what_is_not_there_is_said(house: House) -> None:
    unknown = "01900000-0000-7000-8000-00000000dead"
    for command in (
        ("show", unknown),
        ("batches", "show", "no such batch"),
        ("documents", "void", unknown),
        ("documents", "retry", unknown),
        ("stations", "disable", "no such station"),
    ):
        assert house.terminal.run(*command, code=1).err.startswith("NOT_FOUND")
    assert house.terminal.run("show", "not an id", code=2).err.startswith("BAD_REQUEST")


def test_a_disabled_station_hands_over_nothing(house: House) -> None:
    house.terminal.run("stations", "add", "old scanner", "--maker", "Fictional", "--model", "One")
    house.terminal.run("stations", "add", "old scanner", code=1)
    house.terminal.run("stations", "disable", "old scanner")
    path = house.paper("late.pdf", ["Too late"])
    late = ("ingest", path, "--batch", "late", "--station", "old scanner")
    assert house.terminal.run(*late, code=1).err.startswith("CONFLICT")
    row = next(
        row for row in house.terminal.run("stations", "list", "--json").json if row["name"] == "old scanner"
    )
    assert row["disabled_at"]
    users = {user["name"]: user for user in house.terminal.run("users", "list", "--json").json}
    assert users["station old scanner"]["active"] is False


def test_files_of_several_papers_are_cut_and_proposals_decided(house: House) -> None:
    invoice = ["INVOICE", "Invoice number: NP-5531", "Invoice date: 3 May 2024", "Total due: 240.00"]
    judgment = ["IN THE COUNTY COURT AT LEEDS", "JUDGMENT FOR CLAIMANT", "Claim number: K04YX218"]
    vague = [
        "Agreement: see overleaf",
        "Date: 9 June 2024",
        "We write to you about the goods and the terms.",
    ]
    path = house.paper("bound.pdf", invoice, judgment, vague)
    (line,) = house.terminal.run("ingest", path, "--batch", "bound", "--wait", "--json").lines
    listed = house.terminal.run("documents", "list", "--batch", "bound", "--json").json
    assert sorted(row["pages"] for row in listed) == [1, 2]
    assert line["document"] in {row["document"] for row in listed}
    (cut,) = house.terminal.run("documents", "cuts", "--batch", "bound", "--json").json
    assert cut["page"] == 2
    assert 0.5 <= cut["confidence"] < 0.9
    assert cut["document"] in house.terminal.run("documents", "cuts").out
    decide = ("documents", "cut", cut["document"], "2")
    assert "--accept" in house.terminal.run(*decide, code=2).err
    first, second = house.terminal.run(*decide, "--accept").out.split()
    assert first == cut["document"] != second
    assert house.terminal.run(*decide, "--refuse", code=1).err.startswith("NOT_FOUND")
    assert house.terminal.run("documents", "cuts", "--json").json == []
