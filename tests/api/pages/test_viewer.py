"""The viewer: the word marked, only open pages, evidence in words, originals, failures with what to do."""

import math
import re
from pathlib import Path

import pytest
from PIL import ImageDraw
from sqlalchemy import insert, select

from archive.catalogue.schema import documents, fields, log_entries
from tests.api.pages.reading import HTML, do, markup, narrow, read_paper, see
from tests.api.support import House, good, papers
from tests.ocr.papers import drawn, saved


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


def test_opens_on_the_first_page_that_matches_with_its_line_outlined(house: House, north: str) -> None:
    document = read_paper(house, north, ["nothing here"], ["the overdue subscription", "and a subscription"])
    text = markup(house.client("collector"), f"/documents/{document}", q="subscription")
    assert "page 2 of 2" in text
    assert "of 2 <kbd>n</kbd>" in text
    assert len(re.findall(r'<rect class="mark"', text)) == 2
    assert len(re.findall(r"data-here", text)) == 1
    assert 'data-pages="2"' in text


def test_figures_of_a_paper_of_several_pages_say_on_which_they_stand(house: House, north: str) -> None:
    first = ["INVOICE", "Invoice number: INV-100482", "Total due: 123.00 EUR"]
    second = ["INVOICE", "Invoice number: INV-100483", "Total due: 77.00 EUR"]
    document = read_paper(house, north, first, second)
    with house.archive.catalogue.write() as connection:
        total = connection.execute(select(fields).where(fields.c.name == "amounts.total")).one()
        other = {**total._mapping, "page": 3 - total.page, "value": "55.00", "raw": "55.00"}
        connection.execute(insert(fields).values({k: v for k, v in other.items() if k != "id"}))
    text = see(house.client("collector"), f"/documents/{document}", page=1)
    shown = total.value, total.page
    assert f"{shown[0]} EUR page {shown[1]}" in text and f"55.00 EUR page {3 - shown[1]}" in text
    alone = read_paper(house, north, first)
    told = see(house.client("collector"), f"/documents/{alone}")
    assert "EUR page 1" not in told
    with house.archive.catalogue.read() as connection:
        kind = connection.scalar(select(documents.c.kind_confidence).where(documents.c.id == alone))
        sure = connection.scalar(
            select(fields.c.confidence).where(fields.c.document_id == alone, fields.c.name == "amounts.total")
        )
    assert f"read by machine, not checked, {100 * sure:.0f} % sure 123.00 EUR" in told
    page = house.client("collector").get(f"/documents/{alone}", headers=HTML).text
    assert f'title="What it is was read by machine, {100 * kind:.0f} % sure"' in page


def test_a_paper_opens_without_marks_while_the_search_is_away(
    house: House, north: str, tmp_path: Path
) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    collector = house.client("collector")
    (tmp_path / "index").rename(tmp_path / "index-away")
    page = see(collector, f"/documents/{document}", q="subscription")
    assert "the search does not answer: no hits are marked" in page
    assert 'class="mark"' not in markup(collector, f"/documents/{document}", q="subscription")


def test_no_style_attribute_and_no_inline_script(house: House, north: str) -> None:
    """The Content-Security-Policy would block them; the page must not need them."""
    document = read_paper(house, north, ["the overdue subscription"])
    text = markup(house.client("collector"), f"/documents/{document}", q="subscription")
    assert not re.search(r"<[^>]*\sstyle=", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert not re.search(r"<[^>]*\son\w+=", text)


def test_a_query_that_is_wrong_marks_nothing_and_says_so(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    text = see(house.client("collector"), f"/documents/{document}", q="(subscription")
    assert "the query cannot be understood" in text


def test_pages_that_are_closed_are_not_there(house: House, north: str) -> None:
    document = read_paper(
        house, north, ["INVOICE Total 100.00 EUR"], ["the secret annex PL61109010140000071219812874"]
    )
    narrow(house, document, 2, "matter:M1")
    client = house.client("collector", scopes=[f"portfolio:{north}"])
    address = f"/documents/{document}"
    text = markup(client, address, q="annex")
    assert "no hit in this paper" in text
    assert "page=2" not in text
    assert "PL61" not in text and "annex" not in text.replace('value="annex"', "").replace("q=annex", "")
    assert see(client, address, 404, page=2)
    assert client.get(f"{address}/pages/2/band").status_code == 404
    assert "Download the original" not in see(client, address, tab="evidence")
    assert client.get(f"{address}/original/1").status_code == 404
    auditor = house.client("auditor", scopes=["matter:M1"])
    assert "Other pages are not open to you." not in see(auditor, address, page=2)
    assert see(auditor, address, 404, page=1)


def test_what_is_out_of_scope_is_answered_as_what_is_not_there(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    outside = house.client("collector", scopes=["portfolio:elsewhere"])
    unknown = "01900000-0000-7000-8000-00000000dead"
    for path in ("", "/original/1", "/pages/1/band"):
        here, there = (outside.get(f"/documents/{one}{path}", headers=HTML) for one in (document, unknown))
        assert (here.status_code, there.status_code) == (404, 404)
        strip = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
        assert strip.sub("", here.text) == strip.sub("", there.text)


def test_evidence_in_words_before_and_after_a_check(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    client = house.client("collector")
    before = see(client, f"/documents/{document}", tab="evidence")
    assert "Original not read again since it was received." in before
    assert "by this archive's clock" in before
    assert "Time proof pending." in before
    assert "Not proved: that the paper was genuine or complete." in before
    after = do(client, f"/documents/{document}/check?page=1")
    assert "Original unchanged: read again today" in after.text
    assert "No verified time proof covers it yet." in after.text
    house.settle()
    assert house.count(select(log_entries).where(log_entries.c.type == "verify")) == 1
    assert "Original unchanged" in see(client, f"/documents/{document}", tab="evidence")
    again = client.get(f"/documents/{document}/check", params={"page": 1}, headers=HTML)
    assert again.headers["location"] == f"/documents/{document}?page=1&tab=evidence"


def test_a_paper_is_linked_by_hand_to_whom_the_machine_did_not_find(house: House, north: str) -> None:
    document = read_paper(house, north, ["a note without a name"], ["and its back"])
    administrator, collector = house.client("administrator"), house.client("collector")
    anna = good(administrator.post("/api/v1/debtors", json={"name": "Anna Nowak", "external_id": "7"}))["id"]
    claim = {"number": "KW/2024/1", "portfolio": north, "parties": [[anna, "debtor"]]}
    good(administrator.post("/api/v1/claims", json=claim))
    path = f"/documents/{document}"
    assert "Linked to nobody." in see(collector, path, tab="links")
    assert "Nobody in your scope" in see(collector, path, tab="links", whose="Ewa Zuch")
    text = markup(collector, path, tab="links", whose="Annie Nowak", **{"as": "guarantor"})
    form = re.search(rf'action="{path}/links" method="post">(.*?)</form>', text, re.S)
    assert form is not None
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[1]))
    assert (sent["target"], sent["role"], sent["first"], sent["last"]) == (anna, "guarantor", "1", "2")
    assert do(collector, f"{path}/links", **sent).status_code == 303
    assert "Linked to 1" in see(collector, path, tab="links")
    (link,) = good(collector.get(f"/api/v1/documents/{document}/links"))
    assert (link["target"], link["role"], link["state"], link["last_page"]) == (
        anna,
        "guarantor",
        "confirmed",
        2,
    )
    auditor = house.client("auditor")
    assert "Link it to somebody" not in see(auditor, path, tab="links")
    assert do(auditor, f"{path}/links", **sent).status_code == 404


def test_history_names_people_not_pseudonyms(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    text = see(house.client("collector"), f"/documents/{document}", tab="history")
    assert "received and sealed · operator" in text
    assert "read by machine" in text


def test_the_original_comes_as_it_was_under_its_own_name(house: House, north: str) -> None:
    data = papers(["one of a kind"])
    operator = house.client("operator")
    answer = operator.post(
        "/api/v1/deposits",
        params={"name": "C:\\Skany\\żółty\u202efdp.pdf", "batch_name": "Box 1", "portfolio": north},
        content=data,
    )
    document = answer.json()["document"]
    house.settle()
    got = house.client("collector").get(f"/documents/{document}/original/1")
    assert got.content == data
    name = got.headers["content-disposition"]
    assert name == "attachment; filename*=UTF-8''%C5%BC%C3%B3%C5%82tyfdp.pdf"
    assert house.client("collector").get(f"/documents/{document}/original/2").status_code == 404
    assert operator.get(f"/documents/{document}/original/1").status_code == 404


def test_looking_is_an_entry_of_the_log(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    see(house.client("collector"), f"/documents/{document}")
    house.settle()
    looked = select(log_entries).where(log_entries.c.type == "access", log_entries.c.object_id == document)
    assert house.count(looked) == 1


def test_a_failed_paper_says_why_and_what_to_do(house: House, north: str) -> None:
    operator = house.client("operator")
    answer = operator.post(
        "/api/v1/deposits",
        params={"name": "cut.pdf", "batch_name": "Box 1", "portfolio": north},
        content=b"%PDF-1.7 cut short",
    )
    document = answer.json()["document"]
    house.settle()
    text = see(operator, f"/documents/{document}")
    assert "This paper could not be read" in text
    assert "Keep the paper." in text
    assert "Read it again" in text
    assert "Read it again" not in see(house.client("collector"), f"/documents/{document}")
    assert do(operator, f"/documents/{document}/retry").status_code == 303
    assert "This paper is being read" in see(operator, f"/documents/{document}")
    house.settle()
    assert "This paper could not be read" in see(operator, f"/documents/{document}")


def test_what_is_still_being_read_says_so(house: House, north: str) -> None:
    received = house.hand_in(house.client("operator"), batch_name="Box 1", portfolio=north)
    text = see(house.client("collector"), f"/documents/{received['document']}")
    assert "This paper is being read" in text


def test_who_asks_for_the_time_proof_is_told_when_it_is_there(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    legal = house.client("legal")
    address = f"/documents/{document}"
    assert "data-waiting" not in markup(legal, address, tab="evidence")
    asked = do(legal, f"{address}/stamp?q=overdue").headers["location"]
    assert "q=overdue" in asked and "tab=evidence" in asked
    page = markup(legal, asked)
    assert "data-waiting" in page and "the authority is being asked" in page
    assert "Get the time proof now" not in page
    house.keeper.stamp()
    page = markup(legal, asked)
    assert "Existed no later than" in page and "data-waiting" not in page


def test_where_it_is_signed_is_said_in_words_and_shown(house: House, north: str) -> None:
    sheet = drawn(["Confirmation of debt", "I confirm that I owe 120.00 EUR.", "Leeds, 15 January 2024"])
    pen = ImageDraw.Draw(sheet)
    pen.line([(600 + 2 * x, 1000 + round(60 * math.sin(x / 12))) for x in range(140)], fill=40, width=5)
    answer = house.client("operator").post(
        "/api/v1/deposits",
        params={"name": "signed.png", "batch_name": "Box 1", "portfolio": north},
        content=saved(sheet, "PNG", dpi=(200, 200)),
    )
    document = answer.json()["document"]
    house.settle()
    client = house.client("collector")
    text = markup(client, f"/documents/{document}")
    assert "Signed here: likely" in see(client, f"/documents/{document}")
    assert len(re.findall(r'<rect class="region"', text)) == 1
    (region,) = client.json(f"/api/v1/documents/{document}/pages/1/words")["regions"]
    assert region["kind"] == "signature"
    assert region["box"] == pytest.approx([600, 940, 880, 1060], abs=15)


GAP = " " * 12
BILL = [
    "TAX INVOICE", "Invoice number: INV-100482", "Invoice date: 15 January 2024",
    GAP.join(("Description", "Qty", "Unit price", "Amount")), GAP.join(("Copier hire", "1", "845.00", "845.00")),
    GAP.join(("Toner cartridges", "6", "58.25", "349.50")), "Subtotal: 1,194.50 EUR", "VAT: 238.90 EUR",
    "Total due: 1,433.40 EUR",
]  # fmt: skip


def test_the_lines_of_an_invoice_stand_beside_it_and_are_added_up(house: House, north: str) -> None:
    document = read_paper(house, north, BILL)
    client = house.client("collector")
    text = see(client, f"/documents/{document}")
    assert "Description Quantity Net VAT Copier hire 1 845.00 Toner cartridges 6 349.50" in text
    assert "The lines make 1,194.50, as the net amount says." in text
    told = client.json(f"/api/v1/documents/{document}/lines")
    assert (told["total"], told["net"], told["agree"]) == ("1194.50", "1194.50", True)
    assert [(one["description"], one["quantity"], one["net"], one["page"]) for one in told["lines"]] == [
        ("Copier hire", "1", "845.00", 1),
        ("Toner cartridges", "6", "349.50", 1),
    ]
    body = {"decision": "correct", "name": "amounts.net", "page": 1, "value": "1199.50"}
    (field,) = [
        one for one in client.json(f"/api/v1/documents/{document}/fields") if one["name"] == "amounts.net"
    ]
    good(client.post(f"/api/v1/documents/{document}/fields", json={**body, "raw": field["raw"]}), 201)
    assert "The lines make 1,194.50; the net amount says 1,199.50." in see(client, f"/documents/{document}")


def test_lines_of_closed_pages_are_not_told_nor_their_sum(house: House, north: str) -> None:
    document = read_paper(house, north, BILL, [GAP.join(("Secret", "2", "3.00", "6.00"))])
    narrow(house, document, 1, "matter:M1")
    client = house.client("collector", scopes=[f"portfolio:{north}"])
    told = client.json(f"/api/v1/documents/{document}/lines")
    assert told == {"lines": [], "total": None, "net": None, "agree": None}
    assert "Copier hire" not in see(client, f"/documents/{document}")
    assert client.get("/api/v1/documents/01900000-0000-7000-8000-00000000dead/lines").status_code == 404


def test_other_papers_have_no_lines(house: House, north: str) -> None:
    document = read_paper(house, north, ["the overdue subscription"])
    client = house.client("collector")
    assert client.json(f"/api/v1/documents/{document}/lines")["lines"] == []
    assert "Lines of the invoice" not in see(client, f"/documents/{document}")
