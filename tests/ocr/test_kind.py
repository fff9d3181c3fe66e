"""Kinds of documents by their titles and phrases, in words that are not those of any one sender."""

import pytest

from ocr.kind import kind_of
from ocr.rows import rows_of
from tests.ocr.papers import page_of

PAPERS = [
    (
        "en",
        "invoice",
        ("Northern Glass Ltd", "INVOICE", "Description\tQty\tUnit price", "Amount due: £12.00"),
    ),
    (
        "en",
        "dunning_letter",
        ("Final demand", "Despite our reminders your account is overdue.", "legal proceedings"),
    ),
    (
        "en",
        "contract",
        ("LEASE AGREEMENT", "This Agreement is made on 1 May 2020", "Governing law", "the parties"),
    ),
    ("en", "correspondence", ("Dear Mrs Smith,", "Thank you for your call.", "Yours sincerely")),
    ("en", "other", ("Shopping list", "eggs, milk, bread")),
    (
        "pl",
        "court_order",
        ("Sąd Okręgowy w Gdańsku", "WYROK", "w imieniu Rzeczypospolitej", "powód", "pozwany"),
    ),
    (
        "pl",
        "dunning_letter",
        ("PONAGLENIE", "Zaległość wynosi 20,00 zł", "skierujemy sprawę na drogę sądową"),
    ),
    ("it", "assignment_notice", ("Avviso di cessione del credito", "il cessionario", "art. 1264 c.c.")),
    (
        "es",
        "payment_confirmation",
        ("Comprobante de transferencia", "Ordenante", "Beneficiario", "Fecha valor"),
    ),
    ("es", "dunning_letter", ("Asunto: Reclamación extrajudicial", "Le rogamos que pague.")),
    ("en", "contract", ("Assured shorthold tenancy agreement", "Landlord", "Tenant")),
    (
        "es",
        "assignment_notice",
        ("TRANSMISIÓN DE SU CRÉDITO", "", "Muy señora nuestra", "La nueva titular del crédito"),
    ),
    ("de", "contract", ("RATENKREDITVERTRAG", "", "Kreditgeber", "Kreditnehmer")),
    ("de", "dunning_letter", ("Zweite Mahnung", "Der Betrag ist überfällig.", "Mahngebühren 5,00 EUR")),
    ("de", "court_order", ("Amtsgericht Köln", "Vollstreckungsbescheid", "Antragsteller", "Antragsgegner")),
    ("ru", "contract", ("ДОГОВОР ЗАЙМА", "именуемый в дальнейшем Займодавец", "Ответственность сторон")),
    ("he", "payment_confirmation", ("אישור העברה בנקאית", "שם המוטב", "תאריך ערך", "סניף 12")),
    ("th", "dunning_letter", ("หนังสือเตือนให้ชำระหนี้", "ท่านค้างชำระหนี้", "ทนายความ")),
]


@pytest.mark.parametrize(("language", "kind", "lines"), PAPERS)
def test_the_kind_is_told_with_reasons(language: str, kind: str, lines: tuple[str, ...]) -> None:
    verdict = kind_of(rows_of(page_of(lines, language=language)), language)
    assert verdict.kind == kind
    assert 0 < verdict.confidence <= 1
    assert verdict.reasons or kind == "other"


def test_a_smudged_title_still_counts() -> None:
    verdict = kind_of(rows_of(page_of(("WEZWANlE DO ZAPLATV", "prosimy o wpłatę"), language="pl")), "pl")
    assert verdict.kind == "dunning_letter"


def test_more_reasons_make_it_surer() -> None:
    little = kind_of(rows_of(page_of(("Invoice",))), "en")
    much = kind_of(
        rows_of(page_of(("TAX INVOICE", "Bill to: A", "Subtotal 1.00", "VAT 0.20", "Total due"))), "en"
    )
    assert much.confidence > little.confidence


def test_a_paper_of_another_language_is_judged_by_english_words() -> None:
    assert kind_of(rows_of(page_of(("INVOICE", "Total due: 3"))), "fr").kind == "invoice"
