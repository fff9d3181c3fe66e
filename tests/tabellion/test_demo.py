"""`tabellion demo`: through the ordinary door, quick the second time, and not into an archive of somebody's own."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tabellion.commands.demo import SAY_EVERY, Steps
from tabellion.demo.papers import DemoPaper, registry
from tabellion.demo_accounts import ROLES, read_demo, write_demo
from tabellion.demo_loading import BOXES, load_demo
from tests.api.support import papers
from tests.tabellion.house import House, lived_in
from tests.tabellion.terminal import Terminal


def _paper(number: int, claim: str) -> DemoPaper:
    (case,) = (found for found in registry().claims if found.external_id == claim)
    contract = case.contract_numbers[0] if case.contract_numbers else case.number
    content = papers([f"Reminder {number}", f"Contract number: {contract}", "Quillwort"])
    (debtor, _), *_ = case.debtors
    return DemoPaper(
        f"{claim}-{number}.pdf",
        content,
        "application/pdf",
        debtor,
        claim,
        "dunning_letter",
        "en",
        date(2025, 1, 2),
        False,
    )


def test_the_demo_is_loaded_step_by_step_and_once(tmp_path: Path) -> None:
    said: list[str] = []
    with lived_in(tmp_path) as house:
        few = [_paper(number, box.claims[0]) for box in BOXES for number in range(1, 6)]
        demo = load_demo(house.parts, "00000000-0000-7000-8000-000000000000", said.append, few)
        assert demo.complete
        assert "10 of 10 papers read and searchable" in said
        assert set(demo.passwords) == set(ROLES)
        first, second = (house.terminal.run("batches", "show", box.name, "--json").json for box in BOXES)
        assert (first["state"], first["ledger"]["missing"]) == ("closed", 0)
        assert (second["state"], second["ledger"]["missing"], second["gaps"]) == ("open", 1, [[4, 4]])
        assert house.terminal.run("search", "quillwort", "--json").json["total"] == 10
        # As if it had been interrupted near its end: nothing comes twice.
        write_demo(tmp_path / "home", replace(demo, complete=False))
        again = load_demo(house.parts, "00000000-0000-7000-8000-000000000000", said.append, few)
        assert again == demo
        ledger = house.terminal.run("batches", "show", BOXES[1].name, "--json").json["ledger"]
        assert (ledger["items"], ledger["repeats"]) == (5, 5)
    terminal = Terminal(tmp_path / "home")
    assert (tmp_path / "home" / "demo-accounts.json").stat().st_mode & 0o077 == 0
    shown = {row["name"]: row["password"] for row in terminal.run("demo", "--json").json}
    assert shown == demo.passwords
    assert "collector" in terminal.run("demo").out
    assert terminal.run("verify", "--all", "--json").json["overall"] == "PASSED"


def test_an_archive_with_papers_of_its_own_is_left_alone(house: House) -> None:
    house.terminal.run("ingest", house.paper("real.pdf", ["A real paper"]), "--batch", "real")
    ran = house.terminal.run("demo")
    assert ran.out == ""
    assert "holds papers already" in ran.err
    assert read_demo(house.parts.settings.home) is None


def test_what_is_said_of_its_steps_ends_with_the_end_of_each(capsys: pytest.CaptureFixture[str]) -> None:
    now = 100.0
    steps = Steps(lambda: now)
    for box, papers_of_it in (("one", 18), ("two", 9)):
        for number in range(1, papers_of_it + 1):
            steps(f"Box {box}: {number} of {papers_of_it} papers received")
    for number in (8, 23, 27):
        now += SAY_EVERY
        steps(f"{number} of 27 papers read and searchable")
    steps.end()
    assert capsys.readouterr().err.splitlines() == [
        "Box one: 1 of 18 papers received",
        "Box one: 18 of 18 papers received",
        "Box two: 9 of 9 papers received",
        "8 of 27 papers read and searchable",
        "23 of 27 papers read and searchable",
        "27 of 27 papers read and searchable",
    ]
