"""Amounts as papers print them."""

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from ocr.fields.amounts import currency_of, find_amounts
from ocr.fields.flow import flow_of
from ocr.languages import LANGUAGES
from tests.ocr.papers import page_of


def amounts(text: str) -> list[tuple[str, str | None]]:
    return [(money.candidate.value, money.currency) for money in find_amounts(flow_of(page_of((text,))))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 926,05 zł", [("2926.05", "PLN")]),
        ("€ 1.835,67", [("1835.67", "EUR")]),
        ("3.541,43 €", [("3541.43", "EUR")]),
        ("£2,945.40", [("2945.40", "GBP")]),
        ("2.241,96 EUR", [("2241.96", "EUR")]),
        ("388 320,00 руб.", [("388320.00", "RUB")]),
        ("₪ 2,912.95", [("2912.95", "ILS")]),
        ("61,097.00 บาท", [("61097.00", "THB")]),
        ("Odsetki ustawowe 11,25% od 18.11.2023", []),
        ("๖๑,๐๙๗.๐๐ บาท", [("61097.00", "THB")]),
        ("CHF 1'200.50", [("1200.50", "CHF")]),
        ("0,99", [("0.99", None)]),
        ("120 000 руб. 00 коп.", [("120000.00", "RUB")]),
        ("45 000 (сорок пять тысяч) рублей 50 копеек", [("45000.50", "RUB")]),
        ('12,900 ש"ח', [("12900.00", "ILS")]),
        ("38,700 บาท", [("38700.00", "THB")]),
        ("£500", [("500.00", "GBP")]),
        ("1.500,- EUR", [("1500.00", "EUR")]),
        ("40 zł 50 gr", [("40.50", "PLN")]),
        ("50 % 36 2024 art. 509", []),
        ("12.03.2024 1.2.3 10/24 23% 4711", []),
        ("PL28 9990 9578 8528", []),
    ],
)
def test_what_is_an_amount(text: str, expected: list[tuple[str, str | None]]) -> None:
    assert amounts(text) == expected


@given(st.integers(100, 99_999_999_999), st.sampled_from(sorted(LANGUAGES)))
def test_what_cldr_writes_is_read_back(cents: int, language: str) -> None:
    value = Decimal(cents) / 100
    written = format_decimal(value, format="#,##0.00", locale=language)
    assert amounts(written) == [(f"{value:.2f}", None)]


def test_the_currency_is_that_of_most_amounts() -> None:
    flow = flow_of(page_of(("12,00 zł", "14,00 zł", "3,00 EUR")))
    assert currency_of(list(find_amounts(flow))) == "PLN"
    assert currency_of([]) is None
