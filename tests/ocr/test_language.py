"""Languages told apart by script and words."""

import pytest

from ocr.language import LanguageFinder, script_of
from ocr.languages import LANGUAGES

TEXTS = {
    "pl": "Uprzejmie prosimy o uregulowanie należności w ciągu siedmiu dni od otrzymania pisma",
    "it": "La preghiamo di voler provvedere al pagamento entro sette giorni dal ricevimento",
    "es": "Le rogamos que proceda al pago de la cantidad pendiente en el plazo de siete días",
    "en": "We kindly ask you to settle the outstanding amount within seven days of this letter",
    "de": "Wir bitten Sie höflich, den offenen Betrag innerhalb von sieben Tagen zu begleichen",
    "ru": "Просим Вас погасить задолженность в течение семи дней с момента получения письма",
    "he": "אנו מבקשים להסדיר את החוב בתוך שבעה ימים ממועד קבלת מכתב זה",
    "th": "ขอให้ท่านชำระเงินภายในเจ็ดวันนับแต่วันที่ได้รับหนังสือฉบับนี้",
}


@pytest.fixture(scope="module")
def finder() -> LanguageFinder:
    return LanguageFinder(tuple(LANGUAGES.values()))


@pytest.mark.parametrize("code", TEXTS)
def test_each_language_is_told(finder: LanguageFinder, code: str) -> None:
    assert finder.find(TEXTS[code]) == code


def test_only_the_configured_languages_are_considered() -> None:
    finder = LanguageFinder((LANGUAGES["pl"], LANGUAGES["ru"]))
    assert finder.find(TEXTS["de"]) == "pl"
    assert finder.find(TEXTS["th"]) is None


@pytest.mark.parametrize("text", ["", "12 345,00", "PL 28", "4711/2024 - 17%"])
def test_numbers_say_nothing(finder: LanguageFinder, text: str) -> None:
    assert finder.find(text) is None


def test_latin_numbers_do_not_hide_a_script() -> None:
    assert script_of("IBAN IL71 0993 GB חשבון בנק למוטב לתשלום") == "Hebrew"
    assert script_of("Payment of invoice to חן") == "Latin"
