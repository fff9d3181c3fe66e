"""Roles: what a date, an amount or a number means on its paper, and what is left out because it is not clear."""

import pytest

from ocr.fields import find_fields
from ocr.values import Box, Kind, PageReading, Word
from tests.ocr.papers import page_of

_ROOM = ("",) * 30
"""Empty lines, so that the others stand as near to one another as on a page."""


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


def test_a_heading_is_not_that_of_another_column() -> None:
    """The last heading of a row is read right before the first value beneath, which is not its own."""
    words = [
        Word(
            text,
            Box(0.1 + 0.25 * column + 0.06 * part, top, 0.15 + 0.25 * column + 0.06 * part, top + 0.012),
            0.95,
            line,
            line,
        )
        for line, (top, row) in enumerate(
            [(0.2, ("Invoice no.", "Agreed in", "Account no.")), (0.22, ("QT-40017", "January", "ACC-2231"))]
        )
        for column, cell in enumerate(row)
        for part, text in enumerate(cell.split())
    ]
    page = PageReading(1, 1654, 2339, 200, language="en", text="", words=tuple(words))
    found = {field.name: field.value for field in find_fields([page], "invoice", "en")}
    assert found == {"invoice_number": "QT-40017", "contract_number": "ACC-2231"}


def test_the_date_of_what_is_spoken_of_does_not_date_a_letter() -> None:
    found = fields(
        (
            "Lindau, 28. September 2023",
            "Auftrag vom\t04.09.2023",
            "Zinsen 8,12 % vom 13.10.2023 bis 14.12.2023\t27,50 €",
        ),
        "invoice",
        "de",
    )
    assert found["document_date"] == "2023-09-28"


def test_a_demand_gives_time() -> None:
    found = fields(
        (
            "Gdańsk, 11 grudnia 2023 r.",
            "Do dnia 11 grudnia 2023 r. nie odnotowaliśmy zapłaty.",
            "Faktura FV/28/10/2023, termin płatności 17.10.2023\t629,22 zł",
            "Zapłata do dnia 25 grudnia 2023 r.",
        ),
        "dunning_letter",
        "pl",
    )
    assert (found["document_date"], found["due_date"]) == ("2023-12-11", "2023-12-25")


def test_a_date_of_service_is_not_that_of_the_order() -> None:
    found = fields(
        (
            "Tribunale di Valdombra",
            *["si ingiunge di pagare"] * 20,
            "Valdombra, 3 luglio 2024",
            "Data della notifica\t16 luglio 2024",
        ),
        "court_order",
        "it",
    )
    assert found["document_date"] == "2024-07-03"


@pytest.mark.parametrize(
    ("language", "label"), [("pl", "Rachunek abonenta"), ("it", "Addebito su"), ("en", "Customer's account")]
)
def test_an_account_that_is_debited_is_the_customers(language: str, label: str) -> None:
    found = fields((f"{label}\tPL61 1090 1014 0000 0712 1981 2874",), "contract", language)
    assert found["iban.debtor"] == "PL61109010140000071219812874"


def test_the_control_letter_of_an_italian_account_is_mended() -> None:
    found = fields(
        ("IBAN\tIT20 0058 6638 3600 0002 6105 500",),
        "invoice",
        "it",
    )
    assert found["iban.creditor"] == "IT20O0586638360000026105500"


def test_names_under_the_heading_of_a_party() -> None:
    found = fields(
        ("Ordinante", "Nome\tPaolo Serventi", "Beneficiario", "Nome\tAmbra Recupero Crediti S.p.A.", *_ROOM),
        "payment_confirmation",
        "it",
    )
    assert found["parties.debtor.name"] == "Paolo Serventi"
    assert found["parties.assignee.name"] == "Ambra Recupero Crediti S.p.A."


def test_two_signatures_on_behalf_of_two_companies() -> None:
    found = fields(
        (
            "Bursztyn Wierzytelności S.A.",
            "Fala Telekom S.A. przeniosła na rzecz Bursztyn Wierzytelności S.A. wierzytelność.",
            "Jan Kos\tEwa Lis",
            "w imieniu Fala Telekom S.A.\tw imieniu Bursztyn Wierzytelności S.A.",
            *_ROOM,
        ),
        "assignment_notice",
        "pl",
    )
    assert found["parties.creditor.name"] == "Fala Telekom S.A."
    assert found["parties.assignee.name"] == "Bursztyn Wierzytelności S.A."


def test_a_legal_form_is_broken_at_the_end_of_a_line() -> None:
    found = fields(
        (
            "Sąd Rejonowy w Borowicach",
            "po rozpoznaniu sprawy z powództwa Bursztyn Wierzytelności Sp.",
            "Z o.o. z siedzibą w Warszawie przeciwko Jan Kos",
        ),
        "court_order",
        "pl",
    )
    assert found["parties.assignee.name"] == "Bursztyn Wierzytelności Sp. z o.o."


def test_one_number_for_tax_and_vat() -> None:
    found = fields(("Energia Chiara S.r.l.", "Partita IVA e codice fiscale 00743110157"), "invoice", "it")
    assert found["parties.creditor.partita_iva"] == "00743110157"


@pytest.mark.parametrize(
    ("language", "line", "number"),
    [
        ("pl", "wynikającą z umowy pożyczki nr 2024/P/1187", "2024/P/1187"),
        ("ru", "задолженность по договору займа № 56-П/24", "56-П/24"),
        ("it", "derivante dal contratto di locazione n. NL-3390/24", "NL-3390/24"),
    ],
)
def test_a_number_behind_what_the_contract_is_about(language: str, line: str, number: str) -> None:
    assert fields((line,), "assignment_notice", language)["contract_number"] == number


def test_a_number_behind_another_noun_is_not_the_contracts() -> None:
    found = fields(("wynikającą z umowy i faktury nr 77/2024",), "assignment_notice", "pl")
    assert "contract_number" not in found


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "ru",
            (
                "ООО «Ряд», именуемое в дальнейшем Поставщик,",
                "и ООО «Купец», именуемое в дальнейшем Покупатель",
            ),
        ),
        ("en", ("Moor Credit Ltd, the Lender, and", "Vale Joinery Ltd, hereinafter called the Borrower")),
        ("pl", ("Wierzba Sp. z o.o., zwana dalej Dostawcą,", "oraz Okoń S.A., zwana dalej Zamawiającym")),
    ],
)
def test_a_contract_says_what_it_calls_its_parties(language: str, lines: tuple[str, ...]) -> None:
    found = fields((*lines, *_ROOM), "contract", language)
    first, second = (line.split(",")[0].removeprefix("и ").removeprefix("oraz ") for line in lines)
    assert (found["parties.creditor.name"], found["parties.debtor.name"]) == (first, second)


def test_of_two_companies_with_collectors_names_the_first_gives_away() -> None:
    found = fields(
        (
            "Kestrel Debt Purchase Limited",
            "On 18 December 2024 Moorland Credit Ltd assigned to",
            "Kestrel Debt Purchase Limited all its rights.",
            *_ROOM,
        ),
        "assignment_notice",
    )
    assert found["parties.creditor.name"] == "Moorland Credit Ltd"
    assert found["parties.assignee.name"] == "Kestrel Debt Purchase Limited"


def test_russian_words_and_forms_as_scans_bend_them() -> None:
    found = fields(
        ("Плателыцик\t000 «Купец»", "Получатель\tООО «Берег»", *_ROOM), "payment_confirmation", "ru"
    )
    assert found["parties.debtor.name"] == "ООО «Купец»"


def test_money_set_aside_for_costs() -> None:
    found = fields(
        ("más los intereses desde el 9 de enero de 2025 y 310,00 € presupuestados para costas.",),
        "court_order",
        "es",
    )
    assert found["amounts.costs"] == "310.00"
    assert "amounts.interest" not in found


def test_a_comma_that_a_right_to_left_line_has_moved() -> None:
    assert fields(("ח.פ. ,514123454 להלן: המלווה",), "contract", "he")["parties.creditor.hp"] == "514123454"


def test_amounts_beneath_the_headings_of_their_columns() -> None:
    found = fields(
        (
            "Fattura n. 41/B",
            "Imponibile\tImposta\tTotale fattura",
            "3.500,00 €\t770,00\t4.270,00 €",
            *_ROOM,
        ),
        "invoice",
        "it",
    )
    amounts = {name: value for name, value in found.items() if name.startswith("amounts.")}
    assert amounts == {"amounts.net": "3500.00", "amounts.vat": "770.00", "amounts.total": "4270.00"}


def test_of_a_table_by_rates_the_row_of_its_sums_counts() -> None:
    found = fields(
        (
            "Rechnung Nr. 41/2025",
            "Nettobetrag\tMwSt-Betrag\tEndbetrag..",
            "1.000,00 €.\t190,00 €...\t1.190,00 €.",
            "100,00 €...\t7,00 €.....\t107,00 €...",
            "1.100,00 €.\t197,00 €...\t1.297,00 €.",
            *_ROOM,
        ),
        "invoice",
        "de",
    )
    amounts = {name: value for name, value in found.items() if name.startswith("amounts.")}
    assert amounts == {"amounts.net": "1100.00", "amounts.vat": "197.00", "amounts.total": "1297.00"}


def test_the_part_without_a_label_that_completes_a_sum_of_three() -> None:
    found = fields(
        (
            "Zinsen\t20,00 €",
            "Mahngebühren\t5,00 €",
            "Rückständige Beiträge\t100,00 €",
            "Gesamtforderung\t125,00 €",
        ),
        "dunning_letter",
        "de",
    )
    assert found["amounts.principal"] == "100.00"
    assert found["amounts.total"] == "125.00"


def test_a_part_of_an_amount_is_not_taken_for_the_whole() -> None:
    found = fields(
        (
            "oraz kwotę 2.217,00 zł tytułem zwrotu kosztów procesu, w tym 1.800,00 zł zwrotu kosztów zastępstwa",
        ),
        "court_order",
        "pl",
    )
    assert found["amounts.costs"] == "2217.00"


def test_what_a_bank_has_debited_is_printed_with_a_minus() -> None:
    found = fields(("Kwota operacji\t-1.000,00 PLN",), "payment_confirmation", "pl")
    assert found["amounts.total"] == "1000.00"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("Tenancy ref. AST-00418-23", "AST-00418-23"),
        ("No. 77/2023", "77/2023"),
        ("the agreement for lease RM/23/5512 of that day", "RM/23/5512"),
    ],
)
def test_what_a_contract_is_called_by(line: str, number: str) -> None:
    assert fields(("Lease", line, *_ROOM), "contract")["contract_number"] == number


def test_a_demand_to_a_company_at_an_address_of_several_lines() -> None:
    found = fields(
        (
            "Brack Scaffolding Limited",
            "Unit 4, Trent Lane",
            "Nottingham NG2 4DS",
            "",
            "Pelham Maintenance Ltd",
            "8 Castle Gate",
            "Nottingham NG1 7AW",
            "Our invoice is overdue.",
            *_ROOM,
        ),
        "dunning_letter",
    )
    assert found["parties.creditor.name"] == "Brack Scaffolding Limited"
    assert found["parties.debtor.name"] == "Pelham Maintenance Ltd"


def test_parties_in_capitals_and_with_initials() -> None:
    order = fields(("ricorso proposto da ULISSE NPL SPV S.R.L. (P.IVA 07198700622)",), "court_order", "it")
    assert order["parties.assignee.name"] == "ULISSE NPL SPV S.R.L."
    letter = fields(
        ("Moor Credit Ltd", "4 Bank Street, Leeds", "Miss D A Whitlock", "21 Hill Road, Leeds", *_ROOM),
        "dunning_letter",
    )
    assert letter["parties.debtor.name"] == "D A Whitlock"


def test_a_russian_payment_order_names_who_is_who_beneath() -> None:
    found = fields(
        (
            "ПЛАТЕЖНОЕ ПОРУЧЕНИЕ № 27",
            "10.01.2026",
            "ИНН 7707083893\tКПП 770701001\tСумма 15000-00",
            "ООО «Завод Вектор»",
            "Плательщик",
            "Банк «Кама» г. Альметьевск",
            "Банк плательщика",
            "АО «Волгакредит» г. Самара",
            "Банк получателя",
            "ИНН 7736207543\tКПП 773601001",
            "ООО «ПромМетСервис»",
            "Получатель",
            "Частичная оплата по договору № 44-П/2024",
            *_ROOM,
        ),
        "payment_confirmation",
        "ru",
    )
    assert found["amounts.total"] == "15000.00"
    assert found["parties.debtor.name"] == "ООО «Завод Вектор»"
    assert found["parties.debtor.inn"] == "7707083893"
    assert found["parties.creditor.name"] == "ООО «ПромМетСервис»"
    assert found["parties.creditor.inn"] == "7736207543"
    assert found["document_date"] == found["payment_date"] == "2026-01-10"


def test_the_row_of_sums_of_a_russian_invoice() -> None:
    found = fields(
        (
            "Счет-фактура № 2201 от 05.11.2025",
            "Всего к оплате\t180 000,00\tХ\t36 000,00\t216 000,00",
        ),
        "invoice",
        "ru",
    )
    assert (found["amounts.net"], found["amounts.vat"], found["amounts.total"]) == (
        "180000.00",
        "36000.00",
        "216000.00",
    )


def test_a_number_in_groups_and_a_day_told_to_be_due_by_what_follows() -> None:
    found = fields(
        (
            "Stadtwerke Lahntal AG",
            "Rechnungsnummer: 5 8834 2217 09",
            "Rechnungsdatum: 22.01.2025",
            "Der Betrag ist am 10.02.2025 fällig.",
        ),
        "invoice",
        "de",
    )
    assert found["invoice_number"] == "5 8834 2217 09"
    assert found["due_date"] == "2025-02-10"
