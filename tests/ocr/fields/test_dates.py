"""Dates as papers print them."""

import datetime as dt

import pytest
from babel.dates import format_date
from hypothesis import given
from hypothesis import strategies as st

from ocr.fields.dates import find_dates
from ocr.fields.flow import flow_of
from ocr.languages import LANGUAGES
from tests.ocr.papers import page_of


def dates(text: str, language: str) -> list[str]:
    return [
        date.value for date in find_dates(flow_of(page_of(text.split("\n"), language=language)), language)
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pl", "Poznań, dnia 3 czerwca 2024 r.", ["2024-06-03"]),
        ("pl", "12.03.2024", ["2024-03-12"]),
        ("it", "Verona, lì 14 settembre 2022", ["2022-09-14"]),
        ("it", "il 1° marzo 2021", ["2021-03-01"]),
        ("es", "En Madrid, a 20 de noviembre de 2024.", ["2024-11-20"]),
        ("en", "on the 2nd of March 2021", ["2021-03-02"]),
        ("en", "March 5, 2021 and 31/12/2020", ["2020-12-31", "2021-03-05"]),
        ("en", "12/31/2020", ["2020-12-31"]),
        ("de", "Kiel, den 29. August 2022", ["2022-08-29"]),
        ("de", "7. Marz 2022", ["2022-03-07"]),
        ("ru", "от 22 января 2024 г.", ["2024-01-22"]),
        ("he", "ביום 16 במאי 2022", ["2022-05-16"]),
        ("he", "10/01/2024", ["2024-01-10"]),
        ("th", "วันที่ 29 เมษายน 2567", ["2024-04-29"]),
        ("th", "วันที่ ๑๗ กันยายน พุทธศักราช ๒๕๖๗", ["2024-09-17"]),
        ("th", "08/01/2567", ["2024-01-08"]),
        ("en", "2024-02-29 is a date, 2023-02-29 is none", ["2024-02-29"]),
        ("es", "a nueve de junio de dos mil veinticinco", ["2025-06-09"]),
        ("es", "el treinta y uno de enero de dos mil", ["2000-01-31"]),
        ("en", "this 12th day of March 2025", ["2025-03-12"]),
        ("ru", "«11» марта 2024 года", ["2024-03-11"]),
        ("it", "scadenza 28/02/25", ["2025-02-28"]),
        ("it", "nato il 03.04.79", ["1979-04-03"]),
        ("th", "วันที่ 08/01/67", ["2024-01-08"]),
        ("th", "5 ก.ย. 2568 10:24 น.", ["2025-09-05"]),
        ("th", "โอนเมื่อ 12 ม . ค . 68", ["2025-01-12"]),
        ("it", "art. 12.3.25, 1.12.25, 12,50.20 e 10.11.12%", []),
        ("pl", "sygn. 48213-07-24, 1182/03/2024, tel. 22 444 2024", []),
        ("de", "31.02.2024 und 45.01.2024", []),
    ],
)
def test_what_is_a_date(language: str, text: str, expected: list[str]) -> None:
    assert sorted(dates(text, language)) == expected


@given(st.dates(dt.date(1950, 1, 1), dt.date(2090, 12, 31)), st.sampled_from(sorted(set(LANGUAGES) - {"th"})))
def test_what_cldr_writes_is_read_back(date: dt.date, language: str) -> None:
    assert dates(format_date(date, "long", language), language) == [date.isoformat()]


def test_a_smudged_month_is_recognised_and_the_raw_text_is_kept() -> None:
    (date,) = find_dates(flow_of(page_of(("5 wrzesnla 2023",), language="pl")), "pl")
    assert (date.value, date.raw) == ("2023-09-05", "5 wrzesnla 2023")
