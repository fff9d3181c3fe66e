"""Whose date a date is: the letter's, or that of what the letter speaks of."""

import pytest

from ocr.fields import find_fields
from ocr.values import FieldReading, Kind
from tests.ocr.papers import page_of

_ROOM = ("",) * 20
"""Empty lines, so that the first ones stand in the head."""


def document_date(lines: tuple[str, ...], language: str, kind: Kind = "dunning_letter") -> FieldReading:
    (date,) = document_dates(lines, language, kind)
    return date


def document_dates(lines: tuple[str, ...], language: str, kind: Kind) -> list[FieldReading]:
    found = find_fields([page_of((*lines, *_ROOM), language=language)], kind, language)
    return [field for field in found if field.name == "document_date"]


@pytest.mark.parametrize(
    ("language", "head", "body"),
    [
        ("pl", "Warszawa, 10 maja 2024", "Na podstawie umowy zawartej w dniu 13 marca 2019 r. wzywamy do zapłaty."),
        ("pl", "00-950 Warszawa, dnia 10.05.2024 r.", "Zgodnie z wyrokiem z dnia 13.03.2019 wzywamy."),
        ("it", "Milano, lì 10 maggio 2024", "Il contratto stipulato in data 13 marzo 2019 è risolto."),
        ("it", "Milano, 10/05/2024", "La fattura emessa il 13/03/2019 non è stata pagata."),
        ("es", "En Madrid, a 10 de mayo de 2024", "En virtud del contrato de fecha 13 de marzo de 2019 debe pagar."),
        ("de", "Köln, den 10. Mai 2024", "Aus dem Mietvertrag vom 13. März 2019 schulden Sie."),
        ("de", "Frankfurt am Main, 10. Mai 2024", "Die Überweisung vom 13. März 2019 reicht nicht."),
        ("en", "London, 10 May 2024", "Under the agreement dated 13 March 2019 you owe the sum."),
        ("ru", "г. Москва, 10 мая 2024 г.", "По договору от 13 марта 2019 г. имеется долг."),
        ("he", "תל אביב, 10 במאי 2024", "על פי ההסכם מיום 13 במרץ 2019 עליך לשלם."),
        ("th", "กรุงเทพมหานคร, 10 พฤษภาคม 2567", "ตามสัญญาลงวันที่ 13 มีนาคม 2562 ท่านค้างชำระ"),
    ],
)  # fmt: skip
def test_a_place_and_a_date_in_the_head_are_the_letters_own(language: str, head: str, body: str) -> None:
    date = document_date((head, "", body), language)
    assert date.value == "2024-05-10"
    assert "after a place" in date.rule
    assert date.confidence > 0.9
    # The same sentence alone says of itself that it is about something else.
    for other in document_dates(("A", "", body), language, "dunning_letter"):
        assert other.value == "2019-03-13"
        assert other.confidence < 0.65
        assert ", of “" in other.rule


@pytest.mark.parametrize(
    ("language", "line", "kind"),
    [
        ("pl", "Umowa pożyczki zawarta w dniu 13 marca 2019 r. w Krakowie", "contract"),
        ("it", "Contratto sottoscritto in data 13 marzo 2019", "contract"),
        ("en", "This agreement is made on 13 March 2019", "contract"),
        ("de", "Rechnung vom 13.03.2019", "invoice"),
        ("pl", "Wyrok z dnia 13 marca 2019 r.", "court_order"),
    ],
)
def test_a_contract_a_judgment_or_an_invoice_says_its_own_date_so(
    language: str, line: str, kind: Kind
) -> None:
    date = document_date(("A", "", line), language, kind)
    assert date.value == "2019-03-13"
    assert date.confidence > 0.75
    assert ", of “" not in date.rule


def test_a_paper_of_unknown_kind_may_be_the_contract_itself() -> None:
    date = document_date(("A", "", "Umowa zawarta w dniu 13 marca 2019 r."), "pl", "other")
    assert date.value == "2019-03-13"
    assert 0.7 < date.confidence < 0.85


def test_the_thing_must_stand_in_the_clause_of_the_date() -> None:
    text = "Dotyczy umowy pożyczki. Pismo sporządzono dnia 13 marca 2019 r."
    assert document_date(("A", "", text), "pl").confidence > 0.9


@pytest.mark.parametrize(
    "line",
    [
        "szanowni państwo, 10 maja 2024",  # small letters begin no place
        "Kraków, po rozpatrzeniu sprawy, 10 maja 2024",  # more than a place before
        "Kraków, 10 maja 2024 wpłynęło pismo",  # and behind
    ],
)
def test_what_only_looks_like_a_place(line: str) -> None:
    assert "after a place" not in document_date((line, ""), "pl").rule


def test_a_place_and_a_date_below_the_head_are_those_of_a_signature() -> None:
    found = find_fields([page_of(("A", *_ROOM, "Warszawa, 10 maja 2024"), language="pl")], "contract", "pl")
    assert ["after a place" in field.rule for field in found] == [False]


def test_of_two_dates_that_say_the_same_of_themselves_neither_is_sure() -> None:
    one, two = "Data wystawienia: 2.01.2023", "Data wystawienia: 5.02.2023"
    sure = document_date((one, "", one), "pl", "invoice")
    contended = document_date((one, "", two), "pl", "invoice")
    assert sure.confidence > 0.9
    assert contended.confidence < 0.85
    assert contended.rule.endswith("another date says so as well")


@pytest.mark.parametrize(
    ("language", "line"),
    [("th", "สำนักงาน วันที่ 13 มีนาคม 2562"), ("he", "תאריך: 13 במרץ 2019"), ("en", "Date: 13 March 2019")],
)
def test_the_word_for_a_date_means_the_papers_own(language: str, line: str) -> None:
    assert document_date(("A", "", line), language).confidence > 0.9
