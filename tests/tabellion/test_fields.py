"""`tabellion fields` and `read`: what waits for a person and why, how often the machine was right, lines."""

import re

from tests.tabellion.house import House

GAP = " " * 12
BILL = [
    "TAX INVOICE", "Invoice number: INV-2042", "Invoice date: 15 January 2024",
    GAP.join(("Copier hire", "2", "50.00", "100.00")), "Net: 100.00 EUR", "VAT: 23.00 EUR", "Total due: 132.00 EUR",
]  # fmt: skip


def test_amounts_that_do_not_add_up_wait(house: House) -> None:
    path = house.paper("bill.pdf", BILL)
    (line,) = house.terminal.run("ingest", path, "--batch", "bills", "--wait", "--json").lines
    told = house.terminal.run("fields", "waiting", "--json").json
    mine = {one["name"]: one for one in told["fields"] if one["document"] == line["document"]}
    assert told["waiting"] >= len(mine) >= 3
    for name in ("amounts.total", "amounts.net", "amounts.vat"):
        assert "sum" in mine[name]["reasons"]
        assert mine[name]["stake_minor"] == 13200
    assert "amounts.total" in house.terminal.run("fields", "waiting").out
    right = house.terminal.run("fields", "corrections", "--json").json
    assert {one["name"] for one in right["by_confidence"]} >= {"0-0.5", "0.95-1"}
    assert "CONFIDENCE" in house.terminal.run("fields", "corrections").out


def test_read_tells_the_lines_and_regions(house: House) -> None:
    told = house.terminal.run("read", house.paper("lines.pdf", BILL), "--languages", "en", "--json").json
    (one,) = told["invoice_lines"]
    assert (one["description"], one["quantity"], one["net"], one["page"]) == ("Copier hire", "2", "100.00", 1)
    assert [page["regions"] for page in told["pages"]] == [[]]


def test_read_prints_tables_for_people(house: House) -> None:
    path = house.paper("table.pdf", BILL)
    said = house.terminal.run("read", path, "--languages", "en", environment={"COLUMNS": "200"}).out
    told = house.terminal.run("read", path, "--languages", "en", "--json").json
    lines = said.splitlines()
    assert re.fullmatch(r"Invoice \(\d+% sure\), en, 1 page", lines[0])
    head = next(line for line in lines if line.startswith("FIELD"))
    assert head.split("  ")[0] == "FIELD" and head.split()[1:4] == ["VALUE", "SURE", "PAGE"]
    table = lines[lines.index(head) + 1 :][: len(told["fields"])]
    for row, field in zip(table, told["fields"], strict=True):
        name, value, sure, page, across, down, *_ = re.split(r"\s{2,}", row)
        assert (name, value, page) == (field["name"], field["value"], "1")
        assert sure == f"{field['confidence']:.0%}"
        assert re.fullmatch(r"\d+-\d+%", across) and re.fullmatch(r"\d+-\d+%", down)
    assert re.search(r"^1 +Copier hire +2 +100\.00", said, re.MULTILINE)
    assert "Page 1:\n" in said and "{" not in said


def test_read_tells_each_paper_of_a_bundle(house: House) -> None:
    other = [line.replace("INV-2042", "INV-7711").replace("15 January", "20 March") for line in BILL]
    path = house.paper("bundle.pdf", BILL, [], other)
    narrow = {"COLUMNS": "100"}
    said = house.terminal.run("read", path, "--languages", "en", environment=narrow).out.splitlines()
    heads = [line for line in said if line.startswith("Paper ")]
    sure = r"Invoice \(\d+% sure\), en, 1 page"
    assert re.fullmatch(rf"Paper 1 of 2: {sure}, 1 blank side \(pages 1-2 of the file\)", heads[0])
    assert re.fullmatch(rf"Paper 2 of 2: {sure} \(page 3 of the file\)", heads[1])
    tables = "\n".join(said).split("Page 1:")[0].split("Paper 2")
    assert ["INV-2042" in table for table in tables] == [True, False]
    assert ["INV-7711" in table for table in tables] == [False, True]
    assert max(map(len, "\n".join(tables).splitlines())) <= 100
