"""Small parts of pages: runs of marked words, cut bands, sheets, values in the reader's words."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from api.pages import troubles, words
from api.pages.crops import cut
from api.pages.hits import joined
from api.pages.me import browser
from api.pages.paper import shown
from api.pages.texts import Speaker, choose_language
from archive.verification.findings import ADVICE
from ingest.reasons import CLOSE_REASONS, VOID_REASONS
from ocr.errors import REASONS
from signing.entry import ENTRY_TYPES

WARSAW = ZoneInfo("Europe/Warsaw")
boxes = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 900), st.integers(1, 80), st.integers(1, 40)).map(
        lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
    ),
    max_size=30,
)


@given(boxes)
def test_joining_loses_no_word(found: list[tuple[int, int, int, int]]) -> None:
    runs = joined(found)
    assert len(runs) <= len(found)
    for x0, y0, x1, y1 in found:
        assert any(a <= x0 and b <= y0 and x1 <= c and y1 <= d for a, b, c, d in runs)


def test_words_of_a_line_join_and_lines_do_not() -> None:
    assert joined([(10, 10, 50, 30), (56, 11, 90, 31), (10, 40, 50, 60)]) == [
        (10, 10, 90, 31),
        (10, 40, 50, 60),
    ]
    # Right to left: the next word stands before the last one.
    assert joined([(56, 11, 90, 31), (10, 10, 50, 30)]) == [(10, 10, 90, 31)]


@pytest.mark.parametrize(("top", "bottom"), [(0, 1000), (400, 530), (999, 1000), (0, 1)])
def test_a_band_has_the_width_asked_for_and_the_height_of_its_share(top: int, bottom: int) -> None:
    page = io.BytesIO()
    Image.new("L", (1600, 2200), 255).save(page, "JPEG")
    with Image.open(io.BytesIO(cut(page.getvalue(), top, bottom, 800))) as band:
        assert band.width == 800
        assert abs(band.height - 1100 * (bottom - top) / 1000) <= 2


def test_every_code_that_screens_may_show_has_words() -> None:
    assert set(words.VOID_REASONS) == set(VOID_REASONS)
    assert set(words.CLOSE_REASONS) == set(CLOSE_REASONS)
    assert set(troubles.REASONS) >= set(REASONS)
    assert set(troubles.FINDINGS) >= set(ADVICE)
    assert set(words.ENTRIES) <= set(ENTRY_TYPES)


def test_values_are_written_as_people_of_the_language_do() -> None:
    english, polish = Speaker("en", WARSAW), Speaker("pl", WARSAW)
    assert english.amount(304451, "PLN") == "3,044.51 PLN"
    assert polish.amount(304451, "PLN") == "3\u00a0044,51 PLN"
    assert english.day(date(2024, 7, 2)) == "2 Jul 2024"
    assert polish.moment(datetime(2026, 11, 21, 8, 14, tzinfo=UTC)) == "21 lis 2026, 09:14\u00a0UTC+01:00"
    assert polish.clock(datetime(2026, 7, 21, 8, 14, tzinfo=UTC)) == "10:14\u00a0UTC+02:00"
    assert Speaker("en", ZoneInfo("UTC")).clock(datetime(2026, 7, 21, 8, 14, tzinfo=UTC)) == "08:14\u00a0UTC"
    assert Speaker("en", ZoneInfo("Asia/Kolkata")).offset(datetime(2026, 7, 1, tzinfo=UTC)) == "UTC+05:30"
    # Thousands are no decimals, in any language, and decimals have their own sign.
    assert [say.quantity("1840") for say in (english, polish, Speaker("it", WARSAW))] == ["1\u202f840"] * 3
    assert [say.quantity("1840.500") for say in (english, polish)] == ["1\u202f840.5", "1\u202f840,5"]
    assert english.quantity("") == ""
    assert english.size(13_812_345) == "13.8 MB"
    assert Speaker("he", WARSAW).direction == "rtl"
    # From right to left a date stays in one piece and in its own order.
    assert Speaker("qps", WARSAW).day(date(2024, 7, 2)) == "\u20682 Jul 2024\u2069"
    assert english.same_day(
        datetime(2026, 11, 21, 23, 30, tzinfo=UTC), datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("amounts.total", "3044.51", "3,044.51 PLN"),
        ("amounts.total", "much", "much"),
        ("due_date", "2024-07-02", "2 Jul 2024"),
        ("due_date", "soon", "soon"),
        ("parties.debtor.birth_date", "1984-05-17", "17 May 1984"),
        ("iban.creditor", "PL61109010140000071219812874", "PL61 1090 1014 0000 0712 1981 2874"),
        ("invoice_number", "FV/1182/03/2024", "FV/1182/03/2024"),
    ],
)
def test_figures(name: str, value: str, text: str) -> None:
    assert shown(name, value, "PLN", Speaker("en", WARSAW)) == text


@pytest.mark.parametrize(
    ("name", "label", "owner"),
    [
        ("amounts.total", "Total", ""),
        ("parties.debtor.pesel", "PESEL", "Debtor"),
        ("parties.creditor.name", "Name", "Creditor"),
        ("iban.assignee", "Account", "New creditor"),
        ("something.new", "something.new", ""),
    ],
)
def test_names_of_fields(name: str, label: str, owner: str) -> None:
    assert (words.field_label(name), words.field_owner(name)) == (label, owner)


def test_the_language_is_the_account_s_then_the_browser_s() -> None:
    assert choose_language("pl", "en") == "pl"
    assert choose_language(None, "fr-FR, pl;q=0.8, en;q=0.5") == "pl"
    assert choose_language(None, "fr") == "en"


def test_browsers_in_two_words() -> None:
    chrome = (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0 Safari/537.36"
    )
    assert browser(chrome) == "Chrome, Linux"
    assert browser("python-httpx/0.28") == "python-httpx/0.28"
    assert browser("") == ""
