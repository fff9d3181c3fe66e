"""The same bytes handed in again: who decided of the first, when and where is told to those to whom it is open."""

import pytest
from sqlalchemy import select

from archive.catalogue import schema as t
from tests.api.pages.reading import HTML, do, markup, narrow, see
from tests.api.pages.test_review_figures import ADDRESS, INVOICE, doubt, number_of, present, waiting
from tests.api.support import Client, House, good, papers


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture(scope="module")
def invoice() -> bytes:
    return papers(INVOICE)


def handed_in(house: House, data: bytes, portfolio: str, box: str = "Box 1") -> str:
    """A paper whose number is unsure, as every copy of it."""
    params = {"name": "letter.pdf", "batch_name": box, "portfolio": portfolio}
    answer = house.client("operator").post("/api/v1/deposits", params=params, content=data)
    document: str = good(answer, 202)["document"]
    house.settle()
    return document


def decided(client: Client, house: House, document: str, value: str) -> None:
    field = number_of(house, document, "invoice_number")
    assert do(client, f"{ADDRESS}/{field}", value=value, decision="say").status_code == 303


def number(client: Client, document: str) -> dict[str, object]:
    found = client.json(f"/api/v1/documents/{document}/fields")
    return next(one for one in found if one["name"] == "invoice_number")


def test_it_is_not_asked_again_and_says_whose_word_it_is(house: House, north: str, invoice: bytes) -> None:
    first, copy = handed_in(house, invoice, north), handed_in(house, invoice, north)
    for document in (first, copy):
        doubt(house, document, "invoice_number", confidence=0.41)
    ada = house.account("collector", name="Ada North")
    client = house.client_of(ada)
    assert {one["document"] for one in waiting(client)} == {first, copy}
    decided(client, house, first, "INV-7")
    assert waiting(client) == []
    late = handed_in(house, invoice, north)
    assert waiting(client) == []
    there = number(client, first)
    assert there["decided_on"] is None and there["by"] == ada.pseudonym
    for document in (copy, late):
        said = number(client, document)
        assert (said["value"], said["state"], said["by"]) == ("INV-7", "corrected", ada.pseudonym)
        assert said["decided_on"] == {"document": first, "at": there["at"]}
        text = see(client, f"/documents/{document}")
        assert "checked by Ada North," in text and "on another copy" in text
        assert f'href="/documents/{first}">Open that copy</a>' in markup(client, f"/documents/{document}")
        field = number_of(house, document, "invoice_number")
        assert f'href="/documents/{first}">Open that copy</a>' in markup(client, ADDRESS, field=field)
    house.settle()
    # The paper's history says what became of the figure, and that it was the archive that wrote it there.
    history = see(client, f"/documents/{copy}", tab="history")
    assert "INV-100482" in history and "INV-7" in history


def test_it_is_taken_back_on_the_copy_alone(house: House, north: str, invoice: bytes) -> None:
    first, copy = handed_in(house, invoice, north), handed_in(house, invoice, north)
    client = house.client("collector")
    decided(client, house, first, "INV-7")
    assert present(house, copy, "invoice_number") == ("INV-7", "corrected", True)
    decided(client, house, copy, "INV-100482")
    assert number(client, copy)["decided_on"] is None
    assert present(house, first, "invoice_number")[0] == "INV-7"
    decided(client, house, first, "INV-8")
    house.settle()
    assert present(house, copy, "invoice_number")[0] == "INV-100482"


def test_nothing_is_told_of_a_first_copy_that_is_closed(house: House, north: str, invoice: bytes) -> None:
    south = house.portfolio("South")
    first, copy = handed_in(house, invoice, north), handed_in(house, invoice, north)
    apart = handed_in(house, invoice, south, "Box 2")
    for document in (first, copy, apart):
        doubt(house, document, "invoice_number", confidence=0.41)
    ada = house.account("collector", name="Ada North")
    decided(house.client_of(ada), house, first, "INV-7")
    late = handed_in(house, invoice, south, "Box 2")
    # In another portfolio it is asked, as if there were no other copy.
    southern = house.client("collector", scopes=[f"portfolio:{south}"])
    assert {one["document"] for one in waiting(southern)} == {apart}
    for document in (apart, late):
        assert present(house, document, "invoice_number")[2] is False
    # Where the first is closed later, what was decided stays; by whom, when and on which is told no more.
    narrow(house, first, 1, "matter:M1")
    northern = house.client("collector", scopes=[f"portfolio:{north}"])
    said = number(northern, copy)
    assert (said["value"], said["state"]) == ("INV-7", "corrected")
    assert (said["by"], said["decided_on"]) == (None, None)
    field = number_of(house, copy, "invoice_number")
    for answer in (
        northern.get(f"/documents/{copy}", headers=HTML),
        northern.get(f"/documents/{copy}", params={"tab": "history"}, headers=HTML),
        northern.get(ADDRESS, params={"field": field}, headers=HTML),
        northern.get(f"/api/v1/documents/{copy}/fields"),
    ):
        assert answer.status_code == 200
        assert first not in answer.text and "Ada North" not in answer.text
        assert ada.pseudonym not in answer.text


def test_who_meant_a_wrong_sum_is_told_as_who_decided_is(house: House, north: str, invoice: bytes) -> None:
    first, copy = handed_in(house, invoice, north), handed_in(house, invoice, north)
    ada = house.account("collector", name="Ada North")
    raw = house.row(
        select(t.fields.c.raw).where(t.fields.c.document_id == first, t.fields.c.name == "amounts.total")
    ).raw
    body = {"decision": "correct", "name": "amounts.total", "page": 1, "raw": raw, "value": "132.00"}
    good(
        house.client_of(ada).post(f"/api/v1/documents/{first}/fields", json={**body, "despite_sum": True}),
        201,
    )
    northern = house.client("collector", scopes=[f"portfolio:{north}"])

    def known() -> dict[str, object]:
        found = northern.json(f"/api/v1/documents/{copy}/fields")
        total: dict[str, object] = next(one for one in found if one["name"] == "amounts.total")["known_sum"]
        return total

    assert known()["by"] == ada.pseudonym
    assert waiting(northern) == []
    narrow(house, first, 1, "matter:M1")
    assert known()["by"] is None and known()["amounts"] is not None
    assert "Ada North" not in see(northern, f"/documents/{copy}")
