"""Roles: what a date, an amount or a number means on its paper, and what is left out because it is not clear."""

import pytest

from ocr.fields import find_fields
from ocr.values import Kind
from tests.ocr.papers import page_of


def fields(lines: tuple[str, ...], kind: Kind, language: str = "en") -> dict[str, str]:
    return {
        field.name: field.value for field in find_fields([page_of(lines, language=language)], kind, language)
    }


def test_an_invoice() -> None:
    found = fields(
        (
            "Rybak i Syn s.c.\tData wystawienia: 2.01.2023",
            "NIP: 5260250274\tTermin płatności: 16.01.2023",
            "Faktura VAT nr 7/2023",
            "Razem netto:\t1 000,00 zł",
            "Kwota VAT 23%:\t230,00 zł",
            "Do zapłaty:\t1 230,00 zł",
            "Konto PL61 1090 1014 0000 0712 1981 2874",
        ),
        "invoice",
        "pl",
    )
    assert found == {
        "document_date": "2023-01-02",
        "due_date": "2023-01-16",
        "invoice_number": "7/2023",
        "amounts.net": "1000.00",
        "amounts.vat": "230.00",
        "amounts.total": "1230.00",
        "currency": "PLN",
        "iban.creditor": "PL61109010140000071219812874",
        "parties.creditor.nip": "5260250274",
        "parties.creditor.name": "Rybak i Syn s.c.",
    }


def test_the_date_of_a_letter_and_the_date_of_what_it_speaks_of() -> None:
    found = fields(
        (
            "Hamburg, 14. Mai 2023",
            "Aktenzeichen: AB-77/23",
            "Die Rechnung Nr. R-5521 vom 5. Februar 2023 ist offen.",
            "Hauptforderung\t100,00 EUR",
            "Verzugszinsen\t5,50 EUR",
            "Gesamtbetrag\t105,50 EUR",
            "Zahlen Sie bis zum 28. Mai 2023.",
        ),
        "dunning_letter",
        "de",
    )
    assert found["document_date"] == "2023-05-14"
    assert found["invoice_date"] == "2023-02-05"
    assert found["invoice_number"] == "R-5521"
    assert found["due_date"] == "2023-05-28"
    assert found["reference"] == "AB-77/23"
    assert (found["amounts.principal"], found["amounts.interest"]) == ("100.00", "5.50")
    assert found["amounts.total"] == "105.50"


def test_payer_and_payee_of_a_transfer() -> None:
    found = fields(
        (
            "Da: banca",
            "IBAN ordinante: IT60 X054 2811 1010 0000 0123 456",
            "IBAN beneficiario: DE89 3704 0044 0532 0130 00",
            "Importo: € 50,00",
            "Data esecuzione: 02/12/2023",
        ),
        "payment_confirmation",
        "it",
    )
    assert found["iban.debtor"] == "IT60X0542811101000000123456"
    assert found["iban.creditor"] == "DE89370400440532013000"
    assert found["amounts.total"] == "50.00"
    assert found["payment_date"] == "2023-12-02"


def test_amounts_that_add_up_win_over_a_nearer_label() -> None:
    lines = (
        "Total items 3.00",
        "Subtotal: £10.00",
        "VAT: £2.00",
        "Amount payable now, in full, total: £12.00",
    )
    found = find_fields([page_of(lines)], "invoice", "en")
    total = next(field for field in found if field.name == "amounts.total")
    assert total.value == "12.00"
    assert "adds up" in total.rule


def test_a_base_is_not_taken_for_its_tax() -> None:
    found = fields(("Total due: £330.00", "VAT 20% on £275.00"), "invoice")
    assert found == {"amounts.total": "330.00", "currency": "GBP"}


def test_a_value_whose_role_is_not_clear_is_left_out() -> None:
    found = fields(
        ("Delivered on Tuesday 12/11/2021 at the gate of the old yard by the river", "34.50"), "other"
    )
    assert found == {}


@pytest.mark.parametrize("kind", ["contract", "correspondence"])
def test_what_does_not_belong_to_a_kind_is_left_out(kind: Kind) -> None:
    assert "amounts.total" not in fields(("Total due: £12.00",), kind)


def test_every_field_says_where_and_why() -> None:
    page = page_of(("Invoice number: HS-20417", "Invoice date: 3 May 2024"))
    for field in find_fields([page], "invoice", "en"):
        assert field.rule
        assert field.raw
        assert 0 < field.confidence <= 1
        assert field.page == 1
        touched = [word for word in page.words if word.text in field.raw]
        assert field.box.x0 == min(word.box.x0 for word in touched)
        assert field.box.y1 == max(word.box.y1 for word in touched)


def test_no_pages_no_fields() -> None:
    assert find_fields([], "invoice", "en") == ()


def test_the_capital_of_a_company_is_no_claim() -> None:
    found = fields(
        (
            "Razem do zapłaty\t2 869,67 zł",
            "Fala Telekom S.A. Kapitał zakładowy 12 400 000,00 zł",
            "Należność główna\t99 000,00 zł",
        ),
        "dunning_letter",
        "pl",
    )
    assert found["amounts.total"] == "2869.67"
    assert "amounts.principal" not in found
