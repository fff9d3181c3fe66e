"""The page of a claim and the same over REST: who, how much, its papers in order, what is missing; to whom."""

import math
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from PIL import ImageDraw

from archive.catalogue.schema import log_outbox
from archive.registry import NewAssignment, NewClaim, NewParty, add_assignment, put_claim, put_party
from tests.api.pages.reading import HTML, markup, narrow, see
from tests.api.support import House, good, problem
from tests.ocr.papers import drawn, saved

NUMBER = "JW/582141/2024"


@dataclass(frozen=True)
class Sold:
    """A claim that was sold once and paid in part, in the portfolio North."""

    house: House
    north: str
    claim: str
    debtor: str

    @property
    def path(self) -> str:
        return f"/claims/{self.claim}"

    @property
    def rest(self) -> str:
        return f"/api/v1/claims/{self.claim}/dossier"

    def papers(self, *wanted: tuple[str, dict[str, str]]) -> list[str]:
        """Papers of these kinds that a person linked to the claim; what stands on them he said too."""
        operator, legal = self.house.client("operator"), self.house.client("legal")
        found = [
            self.house.hand_in(operator, [kind], batch_name="Box 1", portfolio=self.north)["document"]
            for kind, _ in wanted
        ]
        self.house.settle()
        link = {
            "target_type": "claim",
            "target": self.claim,
            "role": "claim",
            "first_page": 1,
            "last_page": 1,
        }
        for document, (kind, values) in zip(found, wanted, strict=True):
            base = f"/api/v1/documents/{document}"
            good(legal.patch(base, json={"kind": kind}, headers={"If-Match": "*"}))
            for name, value in values.items():
                body = {"decision": "add", "name": name, "page": 1, "value": value}
                good(legal.post(f"{base}/fields", json=body), 201)
            good(legal.post(f"{base}/links", json=link), 201)
        return found

    def missing(self, **of: Any) -> list[str]:
        client = self.house.client("legal", **of)
        return [one["reason"] for one in client.json(self.rest)["missing"]]


@pytest.fixture
def sold(house: House) -> Sold:
    north = house.portfolio("North")
    archive = house.archive
    with archive.catalogue.write() as connection:
        debtor, beside, seller, buyer = (
            put_party(archive, connection, NewParty(name, kind=kind))
            for name, kind in (
                ("Anna Nowak", "person"),
                ("Jan Nowak", "person"),
                ("Telefonia S.A.", "company"),
                ("Alfa <b> Sp. z o.o.", "company"),
            )
        )
        claim = NewClaim(
            NUMBER,
            portfolio=north,
            external_id="C-1",
            creditor=seller,
            currency="PLN",
            principal_minor=50_000,
            parties=((beside, "guarantor"), (debtor, "debtor")),
            numbers=(("enforcement_number", "KM 7/25"),),
        )
        put = put_claim(archive, connection, claim)
        event = NewAssignment(claim=put, to_party=buyer, on_date=date(2024, 3, 1))
        add_assignment(archive, connection, event, "somebody")
    return Sold(house, north, put, debtor)


def test_it_says_who_how_much_and_what_is_missing(house: House, sold: Sold) -> None:
    text = see(house.client("legal"), sold.path)
    assert text.count(NUMBER) >= 1
    assert "portfolio North Debtor Anna Nowak Guarantor Jan Nowak" in text
    assert "First creditor Telefonia S.A. since 1 Mar 2024 Alfa <b> Sp. z o.o." in text
    assert "500.00 PLN" in text and "KM 7/25" in text
    assert "4 papers missing for a court" in text
    assert (
        "Assignment notice Assigned on 1 Mar 2024 to Alfa <b> Sp. z o.o.:"
        " no notice of assignment among its papers that you may see." in text
    )
    assert "The registry names enforcement KM 7/25: no court order" in text
    assert "No paper in your scope is linked." in text


def test_papers_stand_oldest_first_and_fill_what_is_missing(house: House, sold: Sold) -> None:
    total = {"invoice_number": "FV/17", "currency": "PLN", "amounts.total": "700.00"}
    letter, invoice, notice = sold.papers(
        ("dunning_letter", {"document_date": "2024-05-01"}),
        ("invoice", {"document_date": "2023-01-10", **total}),
        ("assignment_notice", {"document_date": "2024-03-09", "assignment_date": "2024-03-01"}),
    )
    legal = house.client("legal")
    told = legal.json(sold.rest)
    assert [paper["document"] for paper in told["papers"]] == [invoice, notice, letter]
    first = told["papers"][0]
    assert (first["date"], first["number"], first["total_minor"]) == ("2023-01-10", "FV/17", 70_000)
    assert sold.missing() == ["invoiced", "enforced"]
    text = see(legal, sold.path)
    assert (
        "2 papers missing for a court Payment confirmation An invoice says 700.00 PLN, the registry" in text
    )
    assert text.index("FV/17") < text.index("Assignment notice 9 Mar 2024") < text.index("1 May 2024")


def test_a_principal_that_went_down_was_paid_in_part(house: House, sold: Sold) -> None:
    with house.archive.catalogue.write() as connection:
        less = NewClaim(NUMBER, portfolio=sold.north, external_id="C-1", currency="PLN", principal_minor=1)
        put_claim(house.archive, connection, less)
    (one,) = [
        each for each in house.client("legal").json(sold.rest)["missing"] if each["reason"] == "reduced"
    ]
    assert (one["kinds"], one["before_minor"]) == (["payment_confirmation"], 50_000)


def test_what_is_out_of_scope_is_missing_without_a_word_of_it(house: House, sold: Sold) -> None:
    (letter,) = sold.papers(("dunning_letter", {"document_date": "2024-05-01"}))
    scopes = [f"portfolio:{sold.north}"]
    assert "asked" not in sold.missing(scopes=scopes)
    narrow(house, letter, 1, "matter:M1")
    inside = house.client("legal", scopes=scopes)
    told = inside.json(sold.rest)
    assert told["papers"] == [] and letter not in str(told)
    assert "asked" in sold.missing(scopes=scopes)
    text = markup(inside, sold.path)
    assert letter not in text
    assert "asked" not in sold.missing()


def test_it_is_nothing_to_others(house: House, sold: Sold) -> None:
    outside = house.client("legal", scopes=["portfolio:elsewhere"])
    assert NUMBER not in see(outside, sold.path, 404)
    problem(outside.get(sold.rest), 404, "NOT_FOUND")
    told = house.client("administrator").json(sold.rest)
    assert (told["number"], told["papers"], told["missing"]) == (NUMBER, None, None)
    assert "Papers are shown to those who may read them." in see(house.client("administrator"), sold.path)


def test_looking_at_it_is_an_entry_about_its_debtors(house: House, sold: Sold) -> None:
    legal = house.client("legal")
    query = log_outbox.select().where(
        log_outbox.c.type == "access",
        log_outbox.c.object_type == "party",
        log_outbox.c.object_id == sold.debtor,
    )
    see(legal, sold.path)
    legal.json(sold.rest)
    assert house.count(query) == 2


def test_the_dossier_and_the_search_lead_to_it(house: House, sold: Sold) -> None:
    legal = house.client("legal")
    link = f'href="{sold.path}"'
    assert link in markup(legal, f"/debtors/{sold.debtor}")
    assert link in markup(legal, "/search", q=NUMBER)
    assert f'href="/debtors/{sold.debtor}"' in markup(legal, sold.path)


@pytest.mark.parametrize(("language", "direction"), [("pl", "ltr"), ("it", "ltr"), ("qps", "rtl")])
def test_in_every_language(house: House, sold: Sold, language: str, direction: str) -> None:
    legal = house.client("legal")
    answer = legal.get(sold.path, params={"lang": language}, headers=HTML)
    assert re.search(rf'<html lang="[a-z]+" dir="{direction}"', answer.text), answer.text[:300]
    assert "no notice of assignment" not in answer.text
    assert "<bdi>Alfa &lt;b&gt; Sp. z o.o.</bdi>" in answer.text


def test_where_a_paper_may_be_signed_stands_beside_it(house: House, sold: Sold) -> None:
    sheet = drawn(["Confirmation of debt", "I confirm that I owe 120.00 EUR.", "Leeds, 15 January 2024"])
    pen = ImageDraw.Draw(sheet)
    pen.line([(600 + 2 * x, 1000 + round(60 * math.sin(x / 12))) for x in range(140)], fill=40, width=5)
    answer = house.client("operator").post(
        "/api/v1/deposits",
        params={"name": "signed.png", "batch_name": "Box 1", "portfolio": sold.north},
        content=saved(sheet, "PNG", dpi=(200, 200)),
    )
    house.settle()
    legal = house.client("legal")
    link = {"target_type": "claim", "target": sold.claim, "role": "claim", "first_page": 1, "last_page": 1}
    good(legal.post(f"/api/v1/documents/{good(answer)['document']}/links", json=link), 201)
    (paper,) = legal.json(sold.rest)["papers"]
    assert [(hint["page"], hint["kind"]) for hint in paper["hints"]] == [(1, "signature")]
    assert "Signed here: likely" in see(legal, sold.path)
