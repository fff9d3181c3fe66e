"""Where one paper ends and the next begins: by what first pages say, and by what continued pages say."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr.document import describe
from ocr.paging import PageMark, page_mark
from ocr.parts import cuts_of, spans_of
from ocr.rows import rows_of
from ocr.values import PageReading
from tests.ocr.papers import page_of

INVOICE = (
    "NORTHGATE PUMPS LTD\t4 Mill Lane, Hull HU1 2AB",
    "INVOICE",
    "Invoice number: NP-5531",
    "Invoice date: 3 May 2024",
    "Pump housing, two pieces, delivered to the yard",
    "Gaskets and seals for the same order",
    "Net £200.00",
    "VAT £40.00",
    "Total due £240.00",
    "Payment within thirty days of the date of this invoice",
)
TERMS = (
    "goods remain the property of the seller until they are paid in full, and may be taken back",
    "after notice in writing. Interest accrues at the rate that the law allows from the day on",
    "which the payment fell due, and the costs of recovering the debt are borne by the buyer,",
    "who accepts these terms by taking delivery of the goods.",
)
JUDGMENT = (
    "IN THE COUNTY COURT AT LEEDS",
    "JUDGMENT FOR CLAIMANT",
    "Claim number: K04YX218",
    "Date: 12 August 2024",
    "It is ordered that the defendant pay the claimant the sum of £240.00 and costs",
    "The defendant has failed to file an acknowledgment of service of the claim form",
)
SZOSTA = (
    "Hurtownia Brzoza Sp. z o.o.\tul. Polna 4, 31-020 Kraków",
    "FAKTURA VAT nr 17/2024",
    "Data wystawienia: 3.05.2024",
    "Sprzedawca i nabywca są wymienieni powyżej, a towar został wydany w dniu sprzedaży",
    "Razem netto 100,00 zł, kwota VAT 23,00 zł, wartość brutto 123,00 zł, do zapłaty w terminie czternastu dni",
)


def bound(*papers: tuple[str, ...], languages: str = "") -> list[PageReading]:
    codes = languages.split(",") if languages else ["en"] * len(papers)
    return [
        page_of(lines, number=number, language=code) if lines else blank(number)
        for number, (lines, code) in enumerate(zip(papers, codes, strict=True), 1)
    ]


def blank(number: int) -> PageReading:
    return PageReading(number, 1654, 2339, 200, blank=True)


def marked(lines: tuple[str, ...], mark: str) -> tuple[str, ...]:
    return (*lines, *[""] * 20, mark)


def starts(pages: list[PageReading]) -> list[int]:
    return [cut.page for cut in cuts_of(pages)]


def test_a_title_and_a_number_of_its_own_begin_a_paper() -> None:
    pages = bound(INVOICE, TERMS, JUDGMENT)
    (cut,) = cuts_of(pages)
    assert cut.page == 3
    assert cut.confidence > 0.9
    assert {"title", "number", "kind"} <= set(cut.reasons)


def test_what_runs_on_begins_none() -> None:
    assert starts(bound(INVOICE, TERMS, TERMS)) == []


def test_an_invoice_after_an_invoice_is_told_by_its_number() -> None:
    other = tuple(line.replace("NP-5531", "NP-5598").replace("3 May", "9 June") for line in INVOICE)
    assert starts(bound(INVOICE, other)) == [2]
    assert starts(bound(INVOICE, INVOICE)) == []


@pytest.mark.parametrize(("mark", "begins"), [("Page 1 of 2", True), ("Page 2 of 2", False)])
def test_a_page_that_counts_itself_is_believed(mark: str, begins: bool) -> None:
    pages = bound(marked(INVOICE, "Page 1 of 2"), marked(JUDGMENT, mark))
    assert starts(pages) == ([2] if begins else [])


def test_another_language_speaks_for_another_paper() -> None:
    pages = bound(INVOICE, SZOSTA, languages="en,pl")
    (cut,) = cuts_of(pages)
    assert "language" in cut.reasons


def test_a_separator_sheet_is_certain_and_part_of_no_paper() -> None:
    sheet = replace(page_of(("PATCH T",), number=2), separator="patch")
    pages = [page_of(INVOICE), sheet, page_of(TERMS, number=3)]
    (cut,) = cuts_of(pages)
    assert (cut.page, cut.confidence, cut.reasons) == (3, 0.99, ("separator",))
    assert spans_of(pages, (cut,)) == [(1, 1), (3, 3)]


def test_blank_sides_stay_out_at_the_ends_and_in_within() -> None:
    pages = bound(INVOICE, (), TERMS, (), JUDGMENT)
    assert spans_of(pages, cuts_of(pages)) == [(1, 3), (5, 5)]


def test_a_file_of_blank_pages_is_one_part() -> None:
    assert spans_of([blank(1), blank(2)], ()) == [(1, 2)]


def test_each_paper_has_its_kind_language_and_fields() -> None:
    reading = describe(bound(INVOICE, TERMS, (), SZOSTA, languages="en,en,und,pl"), "", "", {})
    assert [(part.first, part.last, part.kind, part.language) for part in reading.parts] == [
        (1, 2, "invoice", "en"),
        (4, 4, "invoice", "pl"),
    ]
    assert (reading.kind, reading.language) == ("invoice", "en")
    numbers = {(item.value, item.page) for item in reading.fields if item.name == "invoice_number"}
    assert numbers == {("NP-5531", 1), ("17/2024", 4)}
    promised = reading.promised("x")["parts"][1]
    assert promised["pages"] == [4, 4]
    assert promised["confidence"] > 0.9
    assert promised["kind_confidence"] == reading.parts[1].kind_confidence > 0.9
    assert reading.parts[0].kind_confidence == reading.kind_confidence
    assert "title" in promised["reasons"]


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("Strona 2 z 3", PageMark(2, 3)),
        ("str. 1", PageMark(1, None)),
        ("Pag. 1 di 2", PageMark(1, 2)),
        ("Página 2 de 4", PageMark(2, 4)),
        ("Page 3/3", PageMark(3, 3)),
        ("Seite 1 von 2", PageMark(1, 2)),
        ("Стр. 2 из 2", PageMark(2, 2)),
        ("עמוד 1 מתוך 2", PageMark(1, 2)),
        ("หน้า 2 จาก 3", PageMark(2, 3)),
        ("1 / 2", PageMark(1, 2)),
        ("see page 5 of the agreement of last year", None),
        ("12/05/2024", None),
        ("Page 4 of 3", None),
    ],
)
def test_marks_of_pages(text: str, mark: PageMark | None) -> None:
    assert page_mark(rows_of(page_of(marked(("Some words of a letter", ""), text)))) == mark


@given(st.lists(st.sampled_from([INVOICE, TERMS, JUDGMENT, ()]), min_size=1, max_size=6))
def test_parts_never_overlap_and_hold_every_written_page(papers: list[tuple[str, ...]]) -> None:
    pages = bound(*papers)
    spans = spans_of(pages, cuts_of(pages))
    assert all(first <= last for first, last in spans)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    held = {number for first, last in spans for number in range(first, last + 1)}
    assert {page.number for page in pages if page.words} <= held
