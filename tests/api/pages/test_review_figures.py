"""Doubtful figures beside their place; what a person says is final, and the machine's word stays beside it."""

import html
import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import func, insert, select, update

from archive.catalogue import schema as t
from archive.catalogue.schema import current
from archive.doubts import write_doubts
from archive.histories import FIELD_KEY
from archive.readings import load_reading
from archive.registry import NewClaim, NewParty, put_claim, put_party
from ingest.describing import describe_document
from tests.api.pages.reading import HTML, do, markup, narrow, read_paper, see
from tests.api.support import Client, House, good

ADDRESS = "/review/figures"
INVOICE = [
    "INVOICE", "Invoice number: INV-100482", "Invoice date: 15 January 2024", "Payment due: 14 February 2024",
    "Net: 100.00 EUR", "VAT: 23.00 EUR", "Total due: 123.00 EUR",
]  # fmt: skip


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


@pytest.fixture
def invoice(house: House, north: str) -> str:
    """A paper whose total was read wrongly and whose number is unsure; all else is sure."""
    document = read_paper(house, north, INVOICE)
    doubt(house, document, "amounts.total", value="132.00", confidence=0.97)
    doubt(house, document, "invoice_number", confidence=0.41)
    return document


def doubt(house: House, document: str, name: str, **said: object) -> None:
    """Make the machine have said something else of a field."""
    with house.archive.catalogue.write() as connection:
        others = (
            (t.fields.c.document_id == document) & (t.fields.c.confidence < 0.9) & (t.fields.c.name != name)
        )
        if name == "amounts.total":
            connection.execute(update(t.fields).where(others).values(confidence=0.95))
        mine = (t.fields.c.document_id == document) & (t.fields.c.name == name)
        assert connection.execute(update(t.fields).where(mine).values(**said)).rowcount == 1
        write_doubts(connection, document)


def read_again(house: House, document: str) -> None:
    """Describe the paper once more from what was read of it."""
    with house.archive.catalogue.write() as connection:
        deposit = connection.scalar(
            select(t.document_deposits.c.deposit_id).where(t.document_deposits.c.document_id == document)
        )
        assert deposit is not None
        reading = load_reading(house.archive, connection, deposit)
        describe_document(house.archive, connection, document, {deposit: reading})


def said(answer: Response) -> str:
    """The text of a page."""
    return " ".join(re.sub(r"<[^>]+>", "", html.unescape(answer.text)).split())


def asked_at(client: Client, answer: Response) -> Response:
    """The question to which an answer leads: at an address of its own, where it can be loaded anew."""
    assert answer.status_code == 303
    asked = client.get(answer.headers["location"], headers=HTML)
    assert asked.status_code == 200
    return asked


def waiting(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.json("/api/v1/review/fields", params={"limit": 100})["fields"]
    return found


def number_of(house: House, document: str, name: str) -> int:
    """The number of the present row of a field."""
    query = select(t.fields.c.id).where(
        t.fields.c.document_id == document, t.fields.c.name == name, current(t.fields, *FIELD_KEY)
    )
    found: int = house.row(query).id
    return found


def present(house: House, document: str, name: str) -> tuple[str, str, bool]:
    row = house.row(select(t.fields).where(t.fields.c.id == number_of(house, document, name)))
    return row.value, row.state, row.actor is not None


def test_what_waits_and_why(house: House, invoice: str) -> None:
    client = house.client("collector")
    found = {one["name"]: one for one in waiting(client)}
    assert {name: one["reasons"] for name, one in found.items()} == {
        "amounts.net": ["sum"],
        "amounts.vat": ["sum"],
        "amounts.total": ["sum"],
        "invoice_number": ["unsure"],
    }
    assert {one["stake_minor"] for one in found.values()} == {13200}
    text = see(client, ADDRESS, field=number_of(house, invoice, "amounts.total"))
    assert "The amounts of this paper do not add up." in text
    assert "Net 100.00 EUR" in text and "VAT 23.00 EUR" in text
    assert "132.00 EUR at stake: the largest amount on this paper." in text
    page = markup(client, ADDRESS, field=number_of(house, invoice, "invoice_number"))
    assert '<svg class="crop"' in page and "It gives itself 41 in 100." in page
    assert re.search(r'name="value"[^>]* value="INV-100482"[^>]* autofocus', page)


def test_enter_accepts_and_leads_to_the_next(house: House, invoice: str) -> None:
    client = house.client("collector")
    field = number_of(house, invoice, "invoice_number")
    answer = do(client, f"{ADDRESS}/{field}", value="INV-100482", decision="say")
    assert answer.status_code == 303
    assert present(house, invoice, "invoice_number") == ("INV-100482", "confirmed", True)
    assert "invoice_number" not in {one["name"] for one in waiting(client)}
    following = see(client, answer.headers["location"])
    assert "The amounts of this paper do not add up." in following
    assert "Invoice number: INV-100482 Change it" in following
    # The box takes a question mark as it takes every letter, so the keys are told beside it.
    shown = markup(client, answer.headers["location"])
    assert (
        "it was read correctly, as it stands in the box"
        in shown[shown.index('<details class="small"') : shown.index("</aside>")]
    )
    assert (
        house.count(select(t.fields).where(t.fields.c.document_id == invoice, t.fields.c.actor.is_not(None)))
        == 1
    )


def test_typing_corrects_in_the_readers_own_notation_and_ends_the_doubt_of_the_others(
    house: House, invoice: str
) -> None:
    client = house.client("legal")
    field = number_of(house, invoice, "amounts.total")
    answer = do(client, f"{ADDRESS}/{field}", value="123,00 zł", decision="say")
    assert present(house, invoice, "amounts.total") == ("123.00", "corrected", True)
    assert {one["name"] for one in waiting(client)} == {"invoice_number"}
    assert f"field={number_of(house, invoice, 'invoice_number')}" in answer.headers["location"]
    amount = house.row(select(t.documents.c.amount_minor).where(t.documents.c.id == invoice))
    assert amount.amount_minor == 12300


def test_an_empty_box_says_that_there_is_no_such_figure(house: House, invoice: str) -> None:
    client = house.client("collector")
    field = number_of(house, invoice, "invoice_number")
    answer = do(client, f"{ADDRESS}/{field}", value=" ", decision="say")
    assert present(house, invoice, "invoice_number")[1:] == ("withdrawn", True)
    assert "Invoice number: There is no such figure Change it" in see(client, answer.headers["location"])
    gone = do(client, f"{ADDRESS}/{field}", value="INV-1", decision="say")
    assert gone.headers["location"] == f"{ADDRESS}?gone=true"
    assert "Somebody has decided that one already" in see(client, gone.headers["location"])
    # Its address shows what was decided, and so does the one that it was sent to.
    back = client.get(f"{ADDRESS}/{field}", headers=HTML)
    assert (back.status_code, back.headers["location"]) == (303, f"{ADDRESS}?field={field}")
    shown = see(client, back.headers["location"])
    assert (
        "checked by" in shown and "There is no such figure. To change it, say something else below." in shown
    )
    # Who was wrong says so.
    again = number_of(house, invoice, "invoice_number")
    do(client, f"{ADDRESS}/{again}", value="INV-100482", decision="say")
    assert present(house, invoice, "invoice_number") == ("INV-100482", "confirmed", True)


def test_what_cannot_be_a_value_is_asked_again_with_what_was_typed(house: House, invoice: str) -> None:
    client = house.client("collector")
    field = number_of(house, invoice, "amounts.total")
    answer = do(client, f"{ADDRESS}/{field}", value="a lot", decision="say")
    asked = asked_at(client, answer).text
    assert "An amount is written as in" in asked and 'value="a lot"' in asked
    assert present(house, invoice, "amounts.total")[2] is False


def test_a_check_digit_that_fails_is_asked_for_twice(house: House, invoice: str) -> None:
    with house.archive.catalogue.write() as connection:
        row = connection.execute(select(t.fields).where(t.fields.c.name == "invoice_number")).one()
        values = {
            **row._mapping,
            "name": "iban.creditor",
            "value": "PL28999095788528029501131511",
            "id": None,
        }
        values.pop("id")
        connection.execute(insert(t.fields).values(values))
        write_doubts(connection, invoice)
    client = house.client("collector")
    field = number_of(house, invoice, "iban.creditor")
    wrong = "PL28 9990 9578 8528 0295 0113 1512"
    asked = asked_at(client, do(client, f"{ADDRESS}/{field}", value=wrong, decision="say"))
    assert "press Enter once more" in asked.text
    assert present(house, invoice, "iban.creditor")[2] is False
    do(client, f"{ADDRESS}/{field}", value=wrong, decision="say", sure=wrong)
    assert present(house, invoice, "iban.creditor") == (wrong.replace(" ", ""), "corrected", True)
    # It is a person's word now: its check digit is no doubt any more.
    assert "iban.creditor" not in {one["name"] for one in waiting(client)}


def test_an_amount_that_does_not_add_up_is_asked_for_twice_and_then_no_more(
    house: House, invoice: str
) -> None:
    client = house.client("legal")
    field = number_of(house, invoice, "amounts.total")
    asked = asked_at(client, do(client, f"{ADDRESS}/{field}", value="1 320", decision="say"))
    text = said(asked)
    assert "It does not add up: 100.00 + 23.00 = 123.00, you typed 1,320.00." in text
    assert "The paper says so Enter" in text
    # What disagrees is one step away.
    assert f'href="{ADDRESS}?field={number_of(house, invoice, "amounts.vat")}"' in asked.text
    assert present(house, invoice, "amounts.total")[2] is False
    sure = re.search(r'name="sure" value="([^"]+)"', asked.text)
    assert sure is not None
    # Another amount than the one that was asked about is another question.
    other = do(client, f"{ADDRESS}/{field}", value="1 330", decision="say", sure=sure[1])
    assert "you typed 1,330.00" in said(asked_at(client, other))
    taken = do(client, f"{ADDRESS}/{field}", value="1 320", decision="say", sure=sure[1])
    assert taken.status_code == 303
    assert present(house, invoice, "amounts.total") == ("1320.00", "corrected", True)
    assert {one["name"] for one in waiting(client)} == {"invoice_number"}
    read_again(house, invoice)
    assert {one["name"] for one in waiting(client)} == {"invoice_number"}
    # However unsurely the others were read, they are not asked about again; and everywhere it says what is wrong.
    doubt(house, invoice, "amounts.net", confidence=0.88)
    assert {one["name"] for one in waiting(client)} == {"invoice_number"}
    mark = "It does not add up: 100.00 + 23.00 = 123.00, the total says 1,320.00. The paper says so: "
    net = number_of(house, invoice, "amounts.net")
    assert mark in said(client.get(f"/documents/{invoice}", headers=HTML))
    assert mark in said(client.get(ADDRESS, params={"field": net}, headers=HTML))
    due = number_of(house, invoice, "due_date")
    assert mark not in said(client.get(ADDRESS, params={"field": due}, headers=HTML))
    found = {one["name"]: one["known_sum"] for one in client.json(f"/api/v1/documents/{invoice}/fields")}
    assert found["due_date"] is None and found["amounts.net"] == found["amounts.vat"]
    assert found["amounts.vat"]["amounts"] == {
        "amounts.total": "1320.00", "amounts.net": "100.00", "amounts.vat": "23.00"
    }  # fmt: skip
    assert (
        found["amounts.vat"]["by"]
        == house.row(select(t.fields.c.actor).where(t.fields.c.despite.is_not(None))).actor
    )
    # Other figures are another matter: the machine reads another net amount.
    doubt(house, invoice, "amounts.net", value="110.00")
    assert {one["name"] for one in waiting(client)} == {"invoice_number", "amounts.net", "amounts.vat"}


def test_a_part_that_does_not_add_up_is_asked_for_as_well(house: House, invoice: str) -> None:
    doubt(house, invoice, "amounts.total", value="123.00")
    client = house.client("collector")
    field = number_of(house, invoice, "amounts.vat")
    asked = said(asked_at(client, do(client, f"{ADDRESS}/{field}", value="32", decision="say")))
    assert "With what you typed it does not add up: 100.00 + 32.00 = 132.00, the total says 123.00." in asked
    do(client, f"{ADDRESS}/{field}", value="", decision="say")
    net = number_of(house, invoice, "amounts.net")
    asked = said(asked_at(client, do(client, f"{ADDRESS}/{net}", value="500")))
    assert "It does not add up: a part, 500.00, is more than the total, 123.00." in asked


def test_over_rest_a_sum_is_doubted_unless_it_is_meant(house: House, invoice: str) -> None:
    client = house.client("collector")
    row = house.row(select(t.fields).where(t.fields.c.name == "amounts.total"))
    said = {"decision": "correct", "name": "amounts.total", "page": row.page, "raw": row.raw, "value": "1320"}
    good(client.post(f"/api/v1/documents/{invoice}/fields", json=said), 201)
    assert {one["name"] for one in waiting(client)} == {"invoice_number", "amounts.net", "amounts.vat"}
    good(client.post(f"/api/v1/documents/{invoice}/fields", json=said | {"despite_sum": True}), 201)
    assert {one["name"] for one in waiting(client)} == {"invoice_number"}


def test_no_amount_of_a_closed_page_is_told_by_the_question(house: House, north: str) -> None:
    document = read_paper(house, north, INVOICE, ["Annex"])
    doubt(house, document, "amounts.net", page=2)
    narrow(house, document, 2, "matter:M1")
    client = house.client("collector", scopes=[f"portfolio:{north}"])
    answer = do(client, f"{ADDRESS}/{number_of(house, document, 'amounts.total')}", value="90.00")
    assert answer.status_code == 303
    assert present(house, document, "amounts.total") == ("90.00", "corrected", True)


def test_a_persons_word_survives_another_reading(house: House, invoice: str) -> None:
    client = house.client("collector")
    do(client, f"{ADDRESS}/{number_of(house, invoice, 'amounts.total')}", value="123.00", decision="say")
    read_again(house, invoice)
    assert present(house, invoice, "amounts.total") == ("123.00", "corrected", True)


def test_another_reading_moves_a_figure_to_the_place_that_its_rule_read(house: House, invoice: str) -> None:
    def place() -> list[float]:
        row = house.row(select(t.fields).where(t.fields.c.id == number_of(house, invoice, "invoice_number")))
        return list(row.box)

    right = place()
    doubt(house, invoice, "invoice_number", box=[0.6, 0.8, 0.7, 0.82])
    read_again(house, invoice)
    assert place() == right
    kept = house.count(select(t.fields).where(t.fields.c.document_id == invoice))
    read_again(house, invoice)
    assert house.count(select(t.fields).where(t.fields.c.document_id == invoice)) == kept


def test_search_finds_the_corrected_value(house: House, invoice: str) -> None:
    client = house.client("collector")
    field = number_of(house, invoice, "invoice_number")
    do(client, f"{ADDRESS}/{field}", value="INV-777001", decision="say")
    house.settle()
    found = client.json("/api/v1/search", params={"q": "id:INV-777001"})
    assert [hit["document"] for hit in found["hits"]] == [invoice]


def test_linking_takes_the_corrected_value(house: House, invoice: str) -> None:
    with house.archive.catalogue.write() as connection:
        party = put_party(house.archive, connection, NewParty("Somebody Else", external_id="1"))
        number = (("invoice_number", "INV-777001"),)
        claim = put_claim(
            house.archive,
            connection,
            NewClaim("C-1", external_id="2", parties=((party, "debtor"),), numbers=number),
        )
    house.settle()
    linked = select(t.links).where(t.links.c.target_id == claim, t.links.c.document_id == invoice)
    assert house.count(linked) == 0
    client = house.client("collector")
    do(client, f"{ADDRESS}/{number_of(house, invoice, 'invoice_number')}", value="INV-777001", decision="say")
    house.settle()
    assert house.count(linked) == 1


def test_a_correction_is_an_entry_without_a_word_of_the_paper(house: House, invoice: str) -> None:
    client = house.client("collector")
    do(client, f"{ADDRESS}/{number_of(house, invoice, 'invoice_number')}", value="INV-777001", decision="say")
    house.settle()
    entry = house.row(select(t.log_entries).where(t.log_entries.c.type == "correct"))
    assert entry.object_id == invoice
    assert b"777001" not in entry.entry


def test_the_history_says_what_was_corrected_from_what_to_what(house: House, invoice: str) -> None:
    client = house.client("collector")
    do(client, f"{ADDRESS}/{number_of(house, invoice, 'amounts.total')}", value="123.00", decision="say")
    do(client, f"{ADDRESS}/{number_of(house, invoice, 'invoice_number')}", value="<b>INV-7", decision="say")
    house.settle()
    history = markup(client, f"/documents/{invoice}", tab="history")
    assert history.count("a figure was corrected") == 2 == history.count("</bdi> → <bdi")
    told = see(client, f"/documents/{invoice}", tab="history")
    assert re.search(r": \S*132\.00.{0,5} → \S*123\.00", told), told[-900:]
    raw = client.get(f"/documents/{invoice}", params={"tab": "history"}, headers=HTML).text
    assert '<bdi class="figure">INV-100482</bdi> → <bdi class="figure">&lt;b&gt;INV-7</bdi>' in raw
    # Who may not see the page learns nothing of it.
    south = house.portfolio("South")
    document = read_paper(house, south, INVOICE, ["Annex"], name="second.pdf")
    do(client, f"{ADDRESS}/{number_of(house, document, 'invoice_number')}", value="INV-9", decision="say")
    narrow(house, document, 1, "matter:M1")
    house.settle()
    other = house.client("collector", scopes=[f"portfolio:{south}"])
    answer = other.get(f"/documents/{document}", params={"tab": "history"}, headers=HTML)
    assert "INV-9" not in answer.text and "INV-100482" not in answer.text


def test_review_of_figures_holds_to_scopes_pages_and_roles(house: House, north: str) -> None:
    document = read_paper(house, north, ["Letter without figures"], INVOICE)
    with house.archive.catalogue.write() as connection:
        connection.execute(update(t.fields).values(confidence=0.3))
        write_doubts(connection, document)
    field = number_of(house, document, "invoice_number")
    narrow(house, document, 2, "matter:M1")
    for client in (
        house.client("collector", scopes=["portfolio:elsewhere"]),
        house.client("collector", scopes=[f"portfolio:{north}"]),
    ):
        assert client.json("/api/v1/review/fields") == {"fields": [], "waiting": 0, "next": None}
        assert "INV-100482" not in markup(client, ADDRESS, field=field)
        answer = do(client, f"{ADDRESS}/{field}", value="INV-100482", decision="say")
        assert answer.headers["location"] == f"{ADDRESS}?gone=true"
    assert present(house, document, "invoice_number")[2] is False
    # Who sees the page but not the whole paper is not told what is at stake on pages that are closed.
    narrowed = waiting(house.client("collector", scopes=["matter:M1"]))
    assert {one["page"] for one in narrowed} == {2} and {one["stake_minor"] for one in narrowed} == {None}
    for role in ("operator", "auditor", "administrator"):
        other = house.client(role)
        assert other.get("/api/v1/review/fields").status_code == 404
        assert other.get(ADDRESS, headers=HTML).status_code == 404


def test_the_largest_stake_comes_first_and_pages_of_the_list_meet(house: House, north: str) -> None:
    small = read_paper(house, north, ["INVOICE", "Total due: 20.00 EUR", "Reference: AB-1"])
    large = read_paper(house, north, ["INVOICE", "Total due: 9,000.00 EUR", "Reference: AB-2"])
    with house.archive.catalogue.write() as connection:
        connection.execute(update(t.fields).values(confidence=0.3))
        for document in (small, large):
            write_doubts(connection, document)
    client = house.client("collector")
    order = [one["document"] for one in waiting(client)]
    assert order == sorted(order, key=lambda document: document != large)
    assert set(order) == {small, large}
    listed, cursor = [], None
    while True:
        params = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        part = client.json("/api/v1/review/fields", params=params)
        listed += part["fields"]
        if (cursor := part["next"]) is None:
            break
    assert listed == waiting(client)


def test_what_breaks_a_rule_comes_before_what_is_only_unsure(house: House, north: str) -> None:
    unsure = read_paper(house, north, ["INVOICE", "Total due: 400.00 EUR", "Reference: AB-1"])
    broken = read_paper(house, north, INVOICE)
    with house.archive.catalogue.write() as connection:
        connection.execute(update(t.fields).values(confidence=0.88))
        mine = (t.fields.c.document_id == broken) & (t.fields.c.name == "amounts.total")
        connection.execute(update(t.fields).where(mine).values(value="132.00"))
        for document in (unsure, broken):
            write_doubts(connection, document)
    client = house.client("collector")
    listed = waiting(client)
    sums = [one["name"] for one in listed if "sum" in one["reasons"]]
    assert [one["name"] for one in listed][:3] == sums and {one["document"] for one in listed[:3]} == {broken}
    assert listed[-1]["document"] == unsure
    one_by_one, cursor = [], None
    while True:
        part = client.json(
            "/api/v1/review/fields", params={"limit": 1} | ({"cursor": cursor} if cursor else {})
        )
        one_by_one += part["fields"]
        cursor = part["next"]
        if cursor is None:
            break
    assert one_by_one == listed
    # No link waits: the review opens where there is work, and the links stay one step away.
    answer = client.get("/review", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, ADDRESS)
    assert "Nothing waits" in see(client, "/review?kind=links")


def test_what_is_erased_or_void_does_not_wait(house: House, invoice: str) -> None:
    good(house.client("operator").post(f"/api/v1/documents/{invoice}/void", json={"reason": "test-sheet"}))
    assert waiting(house.client("collector")) == []


def test_how_often_the_machine_was_right(house: House, invoice: str) -> None:
    client, administrator = house.client("collector"), house.client("administrator")
    assert "Nobody has checked a figure yet." in see(administrator, "/operations/corrections")
    for name, value in (("invoice_number", "INV-100482"), ("amounts.total", "123.00"), ("amounts.net", "")):
        do(client, f"{ADDRESS}/{number_of(house, invoice, name)}", value=value, decision="say")
    added = {"decision": "add", "name": "reference", "page": 1, "value": "XY-1"}
    good(client.post(f"/api/v1/documents/{invoice}/fields", json=added), 201)
    told = administrator.json("/api/v1/review/corrections")
    shares = {one["name"]: (one["looked_at"], one["right"]) for one in told["by_confidence"]}
    assert shares["0-0.5"] == (1, 1)
    assert sum(looked for looked, _ in shares.values()) == 3
    assert sum(right for _, right in shares.values()) == 1
    assert told["missed"] == 1
    assert {one["name"] for one in told["by_name"]} == {"invoice_number", "amounts.total", "amounts.net"}
    page = see(administrator, "/operations/corrections")
    assert "0 to 50 in 100 1 1 100 %" in page and "Persons added 1 figure" in page
    assert client.get("/api/v1/review/corrections").status_code == 404


def test_the_viewer_says_what_is_printed_otherwise_and_leads_to_the_correction(
    house: House, invoice: str
) -> None:
    doubt(house, invoice, "amounts.total", printed="123.00")
    client = house.client("collector")
    text = markup(client, f"/documents/{invoice}")
    assert "The file's own data says 132.00 EUR; the page prints 123.00 EUR." in text
    field = number_of(house, invoice, "amounts.total")
    assert f'href="{ADDRESS}?field={field}"' in text
    assert ADDRESS not in markup(house.client("operator"), f"/documents/{invoice}")
    (told,) = [
        one for one in client.json(f"/api/v1/documents/{invoice}/fields") if one["name"] == "amounts.total"
    ]
    assert told["printed"] == "123.00"
    do(client, f"{ADDRESS}/{field}", value="132.00", decision="printed")
    assert present(house, invoice, "amounts.total") == ("123.00", "corrected", True)


def test_another_kind_of_paper_has_other_rules(house: House, invoice: str) -> None:
    doubt(house, invoice, "due_date", value="2024-01-02")
    client = house.client("collector")
    assert "date_order" in next(one for one in waiting(client) if one["name"] == "due_date")["reasons"]
    good(client.patch(f"/api/v1/documents/{invoice}", json={"kind": "dunning_letter"}))
    assert "due_date" not in {one["name"] for one in waiting(client)}


def test_nothing_waits(house: House) -> None:
    client = house.client("collector")
    assert "Nothing waits" in see(client, ADDRESS)
    with house.archive.catalogue.read() as connection:
        assert connection.scalar(select(func.count()).select_from(t.field_doubts)) == 0
