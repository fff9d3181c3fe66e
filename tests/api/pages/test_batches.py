"""Batches on screen: the sentence, the contact sheet with its gaps, what is done by form, the receipt."""

import re
from typing import Any

import pytest

from tests.api.pages.reading import do, markup, narrow, see
from tests.api.support import Client, House


@pytest.fixture
def operator(house: House) -> Client:
    return house.client("operator")


TWO_PAPERS = (
    ["Northgate Pumps Ltd, Hull HU1 2AB", "INVOICE", "Invoice number: NP-5531", "Invoice date: 3 May 2024"],
    [
        "IN THE COUNTY COURT AT LEEDS",
        "JUDGMENT FOR CLAIMANT",
        "Claim number: K04YX218",
        "Date: 12 August 2024",
    ],
)


def opened(house: House, operator: Client, sheets: str = "6", **fields: Any) -> str:
    """A batch with declared sheets; gives its address."""
    answer = do(operator, "/batches", name="Box 0417", portfolio="", sheets=sheets, **fields)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def fill(house: House, operator: Client, address: str, *numbers: int) -> None:
    for number in numbers:
        house.hand_in(operator, batch=address.rpartition("/")[2], sequence=number)
    house.settle()


def frames(operator: Client, address: str, **params: Any) -> list[tuple[int, str]]:
    """Number and state of each frame."""
    found = re.findall(
        r'data-number="(\d+)".*?data-state="([a-z-]+)"', markup(operator, address, **params), re.S
    )
    return [(int(number), state) for number, state in found]


def field(operator: Client, address: str, name: str, number: int) -> str:
    found = re.search(rf'data-number="{number}"[^>]*?data-{name}="([^"]*)"', markup(operator, address), re.S)
    assert found is not None
    return found[1]


def test_the_start_lists_open_batches_with_what_is_missing(house: House, operator: Client) -> None:
    address = opened(house, operator)
    fill(house, operator, address, 1, 2, 4)
    text = see(operator, "/batches")
    assert "Box 0417 6 3 3" in text
    assert "0 waiting." in text


def test_the_start_times_the_last_receipt_in_scope_and_counts_what_waits_for_one(house: House) -> None:
    north, south = house.portfolio("North"), house.portfolio("South")
    both = house.client("operator")
    house.hand_in(both, batch_name="Box N", portfolio=north)
    house.settle()
    house.clock.advance(seconds=40)
    house.hand_in(both, batch_name="Box S", portfolio=south)
    house.settle()
    house.clock.advance(seconds=10)
    house.hand_in(both, batch_name="Box S", portfolio=south)

    def told(*portfolios: str) -> str:
        scopes = [f"portfolio:{portfolio}" for portfolio in portfolios] or ["all"]
        said = re.search(
            r"(Last|No) receipt.*waiting", see(house.client("operator", scopes=scopes), "/batches")
        )
        return said[0] if said else ""

    assert told() == told(north, south) == told(south) == "Last receipt 10 s ago, 1 waiting"
    assert told(north) == "Last receipt 50 s ago, 0 waiting"
    assert told(house.portfolio("West")) == "No receipt yet, 0 waiting"


def test_one_sentence_and_numbered_empty_frames(house: House, operator: Client) -> None:
    address = opened(house, operator)
    fill(house, operator, address, 1, 2, 5, 6)
    text = see(operator, address)
    assert "6 sheets, 6 sides expected; 4 held; 3–4 missing. Keep the paper." in text
    assert "4 + 0 + 0 + 0 + 2 = 6" in text
    assert frames(operator, address) == [
        (1, "held"),
        (2, "held"),
        (3, "missing"),
        (4, "missing"),
        (5, "held"),
        (6, "held"),
    ]


def test_waiting_is_told_from_held(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="1")
    house.hand_in(operator, batch=address.rpartition("/")[2], sequence=1)
    assert frames(operator, address) == [(1, "waiting")]
    assert "0 held, 1 waiting" in see(operator, address)


def test_the_page_tells_whether_anything_changed(house: House, operator: Client) -> None:
    address = opened(house, operator)
    first = operator.json(f"{address}/state")
    assert first["quiet"] is True
    assert operator.json(f"{address}/state", params={"since": first["mark"]}) == {
        "mark": first["mark"],
        "quiet": True,
    }
    house.hand_in(operator, batch=address.rpartition("/")[2], sequence=1)
    second = operator.json(f"{address}/state", params={"since": first["mark"]})
    assert second["quiet"] is False
    assert 'data-state="waiting"' in second["sheet"]


def test_void_mark_and_close_with_a_reason(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="4")
    fill(house, operator, address, 1, 2)
    assert do(operator, f"{address}/void", number=3, reason="number-skipped").status_code == 303
    item = field(operator, address, "item", 2)
    assert do(operator, f"{address}/mark", item=item, state="separator").status_code == 303
    assert frames(operator, address) == [(1, "held"), (2, "separator"), (3, "void"), (4, "missing")]
    text = markup(operator, address)
    assert "Close with 1 missing" in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    assert do(operator, f"{address}/close", version=version[1]).status_code == 409
    closed = do(operator, f"{address}/close", version=version[1], reason="not-in-box")
    assert closed.headers["location"] == f"{address}/receipt"
    house.settle()
    receipt = see(operator, f"{address}/receipt")
    assert "the paper was not in the box" in receipt
    assert "SHA-256" in receipt
    assert "Operator operator" in receipt
    assert "Missing numbers: 4" in receipt
    assert do(operator, f"{address}/void", number=4, reason="number-skipped").status_code == 409
    late = do(operator, f"{address}/supplement")
    assert "supplement of a closed batch" in see(operator, late.headers["location"])


def test_what_was_not_seen_is_not_closed(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="1")
    seen = re.search(r'name="version" value="(\d+)"', markup(operator, address))
    assert seen is not None
    do(operator, f"{address}/void", number=1, reason="test-sheet")
    assert do(operator, f"{address}/close", version=seen[1]).status_code == 409


def acts(operator: Client, address: str) -> list[tuple[str, str]]:
    """The buttons under the pages: what they do, and at what."""
    found = re.findall(
        r'form="act-(split|join)" name="(?:at|pair)" value="([^"]+)"', markup(operator, address)
    )
    return [(act, at) for act, at in found]


def undo_of(page: str) -> tuple[str, dict[str, str]]:
    """Where the way back is sent, and with what."""
    found = re.search(r'<form action="([^"]+)" method="post" data-in-place>(.*?data-act="undo")', page, re.S)
    assert found is not None
    fields = dict(re.findall(r'name="(at|pair|version|undo)" value="([^"]+)"', found[2]))
    return found[1], fields


def test_split_and_join_on_the_sheet_and_back(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="")
    batch = address.rpartition("/")[2]
    house.hand_in(operator, ["first of three"], ["second"], ["third"], batch=batch, sequence=1)
    house.settle()
    document = field(operator, address, "document", 1)
    assert acts(operator, address) == [("split", f"{document}:2"), ("split", f"{document}:3")]
    done = do(operator, f"{address}/split", at=f"{document}:3")
    assert done.status_code == 303
    (_, _), (act, at) = acts(operator, address)
    second = at.partition(":")[0]
    assert (act, at) == ("join", f"{second}:{document}")
    text = see(operator, done.headers["location"])
    assert "1·3: a paper of its own begins here. Paper, 1 page, paper 2 of 2 of this scan." in text
    page = markup(operator, done.headers["location"])
    assert f'data-at="p-{second}-1"' in page
    assert f'id="p-{second}-1"' in page

    # The way back is the opposite act, which can be gone back from as well.
    where, fields = undo_of(page)
    assert (where, fields["pair"]) == (f"{address}/join", f"{second}:{document}")
    undone = do(operator, where, **fields)
    text = see(operator, undone.headers["location"])
    assert "1·3: Undone: put behind the paper before; together they are one. Paper, 3 pages." in text
    assert acts(operator, address) == [("split", f"{document}:2"), ("split", f"{document}:3")]
    where, fields = undo_of(markup(operator, undone.headers["location"]))
    assert (where, fields["at"], fields.get("undo")) == (f"{address}/split", f"{document}:3", None)
    # What another has changed meanwhile is not gone back over.
    do(operator, f"{address}/split", at=f"{document}:2")
    assert do(operator, where, **fields).status_code == 409
    assert "together they are one" not in see(operator, undone.headers["location"])
    for made_up in ("split.x", f"join.{document}.{second}.1", f"refuse.{document}.2.999", "'"):
        assert 'data-act="undo"' not in markup(operator, address, done=made_up)


def test_who_may_not_compose_has_no_buttons_and_is_told_why(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="")
    batch = address.rpartition("/")[2]
    received = house.hand_in(operator, ["first"], ["second"], batch=batch, sequence=1)
    house.settle()
    legal = house.client("legal")
    text = markup(legal, address)
    assert "This needs the right to compose papers, which operators have." in text
    for control in ("act-split", "act-join", "act-cut", "Split here", "split here: a new paper begins"):
        assert control not in text
        assert control in markup(operator, address)
    assert do(legal, f"{address}/split", at=f"{received['document']}:2").status_code == 404
    assert "Splitting and joining papers is the work of operators" in see(legal, "/batches")
    assert "is the work of operators" not in see(operator, "/batches")
    # Nor has who may not see a page of the paper, whatever his role.
    narrow(house, received["document"], 2, "matter:9")
    unassigned = house.client("operator", scopes=["unassigned"])
    assert acts(unassigned, address) == []
    assert "some pages of its paper are not open to you" in see(unassigned, address)
    assert do(unassigned, f"{address}/split", at=f"{received['document']}:2").status_code == 404


def test_a_blank_side_is_told_from_pages(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="")
    house.hand_in(operator, ["first"], [], ["third"], batch=address.rpartition("/")[2], sequence=1)
    house.settle()
    text = see(operator, address)
    assert "Paper, 2 pages, 1 blank side" in text
    assert frames(operator, address) == [(1, "held"), (1, "blank"), (1, "held")]


def test_thousands_of_numbers_come_in_sheets(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="5000")
    fill(house, operator, address, 1, 130)
    assert len(frames(operator, address)) == 60
    third = markup(operator, address, **{"from": 121})
    assert "numbers 121 to 180 of 5,000" in third
    assert (130, "held") in frames(operator, address, **{"from": 121})
    assert len(frames(operator, address, **{"from": 999_999})) <= 60


def test_files_that_came_without_a_batch_are_a_queue(house: House, operator: Client) -> None:
    house.hand_in(operator)
    house.settle()
    queue = operator.get("/batches/unassigned").headers["location"]
    text = see(operator, queue)
    assert "Unassigned" in text
    assert "This queue never closes" in text


def test_others_do_not_see_the_batch(house: House, operator: Client) -> None:
    address = opened(house, operator)
    elsewhere = house.client("operator", scopes=["portfolio:elsewhere"])
    for path in (address, f"{address}/state", f"{address}/receipt"):
        assert elsewhere.get(path).status_code == 404
    assert do(elsewhere, f"{address}/void", number=1, reason="test-sheet").status_code == 404
    assert "Box 0417" not in see(elsewhere, "/batches")
    assert do(elsewhere, "/batches", name="Box X", portfolio="").status_code == 404


def test_proposed_papers_wait_on_the_sheet(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="")
    batch = address.rpartition("/")[2]
    house.hand_in(operator, *TWO_PAPERS, batch=batch, sequence=1)
    house.settle()
    assert "In 1 place a new paper may begin" in see(operator, address)
    shown = markup(operator, address)
    assert "new paper? 99 %" in shown
    (document,) = set(re.findall(r'data-document="([^"]+)"[^>]*data-cut="2"', shown))
    assert do(operator, f"{address}/cut", document=document, position=2, ruling="move").status_code == 400
    done = do(operator, f"{address}/cut", document=document, position=2, ruling="accept")
    assert "1·2: a paper of its own begins here. Court order, 1 page, paper 2 of 2" in see(
        operator, done.headers["location"]
    )
    house.settle()
    assert "may begin: decide" not in see(operator, address)
    assert len(set(re.findall(r'data-document="([^"]+)"', markup(operator, address)))) == 2
    assert do(operator, f"{address}/cut", document=document, position=2, ruling="refuse").status_code == 404
    again = house.hand_in(operator, *reversed(TWO_PAPERS), batch=batch, sequence=2)["document"]
    house.settle()
    done = do(operator, f"{address}/cut", document=again, position=2, ruling="refuse")
    text = see(operator, done.headers["location"])
    assert "2·2: no new paper begins here." in text
    assert "Undo" not in text


def test_a_proposal_far_inside_a_long_file_is_on_the_sheet(house: House, operator: Client) -> None:
    address = opened(house, operator, sheets="")
    batch = address.rpartition("/")[2]
    invoice, judgment = TWO_PAPERS
    terms = ["goods remain the property of the seller until they are paid for"]
    house.hand_in(operator, invoice, *[terms] * 14, judgment, batch=batch, sequence=1)
    house.settle()
    shown = markup(operator, address)
    assert re.findall(r'data-cut="(\d+)"', shown) == ["16"]
    assert "3 more pages" in shown
