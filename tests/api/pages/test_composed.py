"""What splitting and joining left behind, on screen: where a void paper went, which act it was, what downloads hold."""

import re

import pytest
from sqlalchemy import update

from archive.catalogue.schema import pages
from tests.api.pages.reading import markup, narrow, read_paper, see
from tests.api.support import Client, House, good

THREE = (["Northgate claims the zebra"], ["second sheet, quagga"], ["third sheet, okapi"])
BASE = "/api/v1/documents"


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def operator(house: House) -> Client:
    return house.client("operator")


@pytest.fixture
def legal(house: House) -> Client:
    return house.client("legal")


def split(operator: Client, document: str, *before: int) -> list[str]:
    made: list[str] = good(operator.post(f"{BASE}/{document}/split", json={"before": before}))["documents"]
    return made


def join(operator: Client, *documents: str) -> None:
    good(operator.post(f"{BASE}/join", json={"documents": documents}))


def test_a_paper_that_was_put_into_another_leads_there(house: House, operator: Client, north: str) -> None:
    document = read_paper(house, north, *THREE)
    first, second = split(operator, document, 3)
    join(operator, first, second)
    house.settle()
    collector = house.client("collector")
    text = markup(collector, f"/documents/{second}")
    assert "This paper was put into another one" in text
    assert f'href="/documents/{first}"' in text
    # No work is offered on it: no picture to read from, no pages to take, nothing to correct or to link.
    for work in (
        'class="paper"',
        "page 1 of",
        'id="take-pages"',
        "/review/figures",
        f"/documents/{second}/links/",
    ):
        assert work not in text
        assert work in markup(collector, f"/documents/{first}") or work.startswith(("/review", "/documents"))
    assert second not in markup(collector, "/search", q="okapi")
    assert f"/documents/{first}" in markup(collector, "/search", q="okapi")
    # Cut again, its page is in a paper with a new address; the old one follows it.
    _, again = split(operator, first, 3)
    assert f'href="/documents/{again}"' in markup(collector, f"/documents/{second}")


def test_who_may_not_open_the_other_paper_is_not_led_there(
    house: House, operator: Client, north: str
) -> None:
    here, south = read_paper(house, north, ["one page"]), house.portfolio("South")
    there = read_paper(house, south, ["another page"])
    join(operator, there, here)
    assert f'href="/documents/{there}"' in markup(
        house.client("collector", scopes=[f"portfolio:{north}"]), f"/documents/{here}"
    )
    narrow(house, there, 2, "matter:9")
    of_before = {"scope": f"portfolio:{north}", "first_page": 2, "last_page": 2}
    good(house.client("administrator").delete(f"{BASE}/{there}/scopes", params=of_before))
    reader = house.client("collector", scopes=[f"portfolio:{north}"])
    text = markup(reader, f"/documents/{here}")
    assert "is not open to you, or is no more" in text
    assert there not in text
    assert "a paper that is not open to you" in see(reader, f"/documents/{here}", tab="history")
    assert reader.json(f"{BASE}/{here}")["successors"] == []


def test_a_better_scan_and_a_void_paper_say_so(house: House, operator: Client, north: str) -> None:
    document, better = read_paper(house, north, ["page"]), read_paper(house, north, ["page, sharper"])
    good(operator.post(f"{BASE}/{document}/replace", json={"by": better}))
    text = markup(operator, f"/documents/{document}")
    assert "A better scan took the place of this one" in text
    assert f'<a href="/documents/{better}">' in text
    good(operator.post(f"{BASE}/{better}/void"))
    text = see(operator, f"/documents/{better}")
    assert "This paper was declared void" in text
    # Nowhere else can it be looked at.
    assert "Picture of page 1" in markup(operator, f"/documents/{better}")


def test_the_history_tells_splits_from_joins(house: House, operator: Client, north: str) -> None:
    document = read_paper(house, north, *THREE)
    first, second = split(operator, document, 2)
    house.clock.advance(minutes=1)
    join(operator, first, second)
    house.settle()
    history = see(operator, f"/documents/{first}", tab="history")
    assert re.search(r"split · \S+ pages 2 to 3 became a paper of its own: ", history)
    assert re.search(r"joined · \S+ another paper was put behind it, as pages 2 to 3: ", history)
    assert history.index("became a paper of its own") < history.index("was put behind it")
    shown = markup(operator, f"/documents/{first}", tab="history")
    assert f'of its own: <a href="/documents/{second}">' in shown
    # The life of what was put behind it stays one step away.
    assert f'href="/documents/{second}?tab=history"' in shown[shown.index('id="earlier"') :]
    other = see(operator, f"/documents/{second}", tab="history")
    assert "cut out of another paper (pages 2 to 3 there)" in other
    assert "put into another paper, as pages 2 to 3 there" in other


def test_a_download_says_what_it_holds(house: House, operator: Client, legal: Client, north: str) -> None:
    whole = read_paper(house, north, ["alone"])
    text = see(legal, f"/documents/{whole}", tab="evidence")
    assert "the original scan: 1 page" in text
    assert "This paper alone as PDF" not in text
    document = read_paper(house, north, *THREE)
    _, second = split(operator, document, 3)
    text = see(legal, f"/documents/{second}", tab="evidence")
    assert "the original scan: all 3 pages, papers 1 to 2; this is paper 2 (page 3)" in text
    assert "This paper alone as PDF searchable copy, 1 page" in text
    assert legal.get(f"/documents/{second}/original/1").status_code == 200


def test_a_blank_side_is_no_page(house: House, operator: Client, north: str) -> None:
    document = read_paper(house, north, *THREE)
    with house.archive.catalogue.write() as connection:
        connection.execute(update(pages).where(pages.c.number == 3).values(blank=True))
    assert operator.json(f"{BASE}/{document}")["blank_sides"] == 1
    text = see(operator, f"/documents/{document}", page=3)
    assert "2 pages, 1 blank side" in text
    assert "side 3 of 3, blank" in text
    assert "1 2 3 blank" in text
    assert "side 1 of 3" in see(operator, "/search", q="zebra")


def test_a_narrowed_page_hides_the_date_of_a_linked_paper(house: House, operator: Client, north: str) -> None:
    document = read_paper(house, north, ["Letter", "Date: 12 August 2024"], ["second sheet"])
    first, second = split(operator, document, 2)
    join(operator, first, second)
    house.settle()
    narrow(house, first, 1, "matter:9")
    reader = house.client("collector", scopes=[f"portfolio:{north}"])
    assert "2024" not in see(reader, f"/documents/{second}")
