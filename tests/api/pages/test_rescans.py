"""Other scans of a paper: told where they are open, the best read first, both kept."""

import pytest
from sqlalchemy import select

from archive.catalogue.schema import batches, documents
from tests.api.pages.reading import markup, narrow, see
from tests.api.support import House, good, papers
from tests.ingest.test_rescans import LETTER, scanned


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def twice(house: House, north: str) -> tuple[str, str]:
    """A poor scan of a paper, and the paper itself as it came later."""
    operator, found = house.client("operator"), []
    letter = papers(LETTER)
    for data in (scanned(letter, skew=1.2, dpi=110, blur=1.1), letter):
        params = {"name": "letter.pdf", "batch_name": "Box 1", "portfolio": north}
        found.append(good(operator.post("/api/v1/deposits", params=params, content=data), 202)["document"])
        house.settle()
        house.clock.advance(seconds=5)
    return found[0], found[1]


def test_of_two_scans_the_better_one_stands_in_the_answer_and_names_the_other(
    house: House, north: str, twice: tuple[str, str]
) -> None:
    poor, better = twice
    text = markup(house.client("collector", scopes=[f"portfolio:{north}"]), "/search", q="subscription")
    assert f'data-document="{better}"' in text
    assert f'data-document="{poor}"' not in text
    assert f'href="/documents/{poor}?q=subscription"' in text
    assert "The same paper, scanned again:" in text


def test_the_viewer_says_which_reads_better(house: House, twice: tuple[str, str]) -> None:
    poor, better = twice
    client = house.client("collector")
    assert "reads better than this one" in see(client, f"/documents/{poor}")
    assert "reads better than this one" not in see(client, f"/documents/{better}")
    (other,) = client.json(f"/api/v1/documents/{poor}/scans")
    assert (other["document"], other["basis"], other["better"]) == (better, "rescan", True)


def test_the_batch_page_marks_both(house: House, twice: tuple[str, str]) -> None:
    batch = house.row(select(batches.c.id)).id
    text = markup(house.client("operator"), f"/batches/{batch}")
    assert text.count("scanned twice") == 2


def test_a_scan_that_is_not_open_is_not_told(house: House, north: str, twice: tuple[str, str]) -> None:
    poor, better = twice
    narrow(house, better, 1, "matter:M1")
    client = house.client("collector", scopes=[f"portfolio:{north}"])
    assert client.json(f"/api/v1/documents/{poor}/scans") == []
    assert better not in markup(client, f"/documents/{poor}")
    text = markup(client, "/search", q="subscription")
    assert f'data-document="{poor}"' in text
    assert better not in text


def test_both_stay(house: House, twice: tuple[str, str]) -> None:
    states = {
        row.state for row in [house.row(select(documents).where(documents.c.id == each)) for each in twice]
    }
    assert states == {"searchable"}
