"""Identifiers count only where their check digit holds, or a label leaves no doubt."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iban

from ocr.fields.accounts import (
    account_key_holds,
    find_ibans,
    find_polish_accounts,
    find_russian_accounts,
    find_thai_accounts,
    find_turned_ibans,
)
from ocr.fields.flow import flow_of
from ocr.fields.identifiers import find_identifiers
from tests.ocr.papers import page_of


def found(text: str, language: str) -> list[tuple[str, str]]:
    flow = flow_of(page_of(text.split("\n"), language=language))
    return [(item.name, item.candidate.value) for item in find_identifiers(flow, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("pl", "NIP: 526-025-02-74, REGON 192598184", [("nip", "5260250274"), ("regon", "192598184")]),
        ("pl", "NIP 526O25O274", [("nip", "5260250274")]),
        ("pl", "NIP 5260250275", []),
        ("pl", "PESEL 44051401359", [("pesel", "44051401359")]),
        ("pl", "KRS pod numerem 0000019193", [("krs", "0000019193")]),
        ("it", "P. IVA 00743110157", [("partita_iva", "00743110157")]),
        ("it", "C.F. RSSMRA85T10A562S", [("codice_fiscale", "RSSMRA85T10A562S")]),
        ("it", "C.F. RSSMRA85T10A562X", []),
        ("it", "C.F. RSSMRA8ST1OA562S", [("codice_fiscale", "RSSMRA85T10A562S")]),
        ("de", "USt.-Id.-Nr.: DE136695976", [("ust_id", "DE136695976")]),
        ("de", "USt-IdNr.: DE123456789", []),
        ("es", "CIF A13585625 y NIF 54362315K", [("cif", "A13585625"), ("nif", "54362315K")]),
        ("en", "VAT Reg. No. GB 980 7806 84", [("vat", "GB980780684")]),
        ("en", "company number 01234567", [("company_number", "01234567")]),
        ("de", "USt-IdNr.: DE136695976", [("ust_id", "DE136695976")]),
        ("ru", "ИНН 7707083893 КПП 773601001", [("inn", "7707083893"), ("kpp", "773601001")]),
        ("ru", "ОГРН 1027700132195", [("ogrn", "1027700132195")]),
        ("ru", "СНИЛС 112-233-445 95", [("snils", "112-233-445 95")]),
        ("ru", "СНИЛС 112-233-445 96", []),
        ("he", "ת.ז. 039337423", [("tz", "039337423")]),
        ("th", "3 1005 03325 40 1", []),
    ],
)
def test_identifiers(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert sorted(found(text, language)) == sorted(expected)


def test_identifiers_of_another_country_are_left_alone() -> None:
    assert found("NIP: 526-025-02-74", "de") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("IBAN: GB29 NWBK 6016 1331 9268 19.", ["GB29NWBK60161331926819"]),
        ("konto PL61 1090 1014 0000 0712 1981 2874 prosimy", ["PL61109010140000071219812874"]),
        ("DE89370400440532013000 und mehr", ["DE89370400440532013000"]),
        ("rachunek PLO61 1090 1014 0000 0712 1981 2874", ["PL61109010140000071219812874"]),
        ("IBAN IT60 X054 2811 1010 0000 0123 456 BIC ABCDITMM", ["IT60X0542811101000000123456"]),
        ("GB29 NWBK 6O16 1331 9268 19", ["GB29NWBK60161331926819"]),
        ("GB29 NWBK 6016 1331 9268 18", []),
        ("IBAN DE89 3704 0044\n0532 0130 00", ["DE89370400440532013000"]),
    ],
)
def test_ibans(text: str, expected: list[str]) -> None:
    flow = flow_of(page_of(text.split("\n")))
    assert [item.value for item in find_ibans(flow)] == expected


@given(st.text(alphabet="0123456789", min_size=18, max_size=18), st.integers(1, 9))
def test_a_wrong_digit_is_never_accepted(account: str, change: int) -> None:
    good = "DE" + iban.calc_check_digits("DE00" + account) + account
    bad = good[:-1] + str((int(good[-1]) + change) % 10)
    flow = flow_of(page_of((f"IBAN {good}", f"IBAN {bad}")))
    assert [item.value for item in find_ibans(flow)] == [good]


def test_a_russian_account_is_held_by_its_key() -> None:
    account, bik = "40702810900000002851", "044525225"
    digits = [digit for digit in range(10) if account_key_holds(f"40702810{digit}00000002851", bik)]
    assert len(digits) == 1
    account = f"40702810{digits[0]}00000002851"
    flow = flow_of(page_of((f"р/с {account}", f"БИК {bik}", "р/с 40702810100000009999"), language="ru"))
    assert [(one.value, other.value) for one, other in find_russian_accounts(flow)] == [(account, bik)]


def test_a_thai_account_is_told_by_its_form() -> None:
    flow = flow_of(page_of(("บัญชี 301-1-94284-7 โทร 02-123-4567",), language="th"))
    assert [item.value for item in find_thai_accounts(flow)] == ["301-1-94284-7"]


def test_an_israeli_account_whose_groups_stand_in_reverse() -> None:
    flow = flow_of(page_of(["לחשבון 329 2780 1826 0208 0993 1\\71 ולציין"], language="he"))
    assert [item.value for item in find_turned_ibans(flow)] == ["IL710993020818262780329"]
    wrong = flow_of(page_of(["לחשבון 328 2780 1826 0208 0993 1\\71 ולציין"], language="he"))
    assert list(find_turned_ibans(wrong)) == []


def test_label_and_value_in_columns_that_were_read_one_after_the_other() -> None:
    page = page_of(["ИНН плательщика:\t7707083893"], language="ru")
    turned = tuple(replace(word, line=number) for number, word in enumerate(page.words))
    flow = flow_of(replace(page, words=turned))
    assert [(item.name, item.candidate.value) for item in find_identifiers(flow, "ru")] == [
        ("inn", "7707083893")
    ]


def test_a_polish_account_without_its_country() -> None:
    flow = flow_of(
        page_of(
            ["nr 61 1090 1014 0000 0712 1981 2874,", "nr 61 1090 1014 0000 0712 1981 2875"], language="pl"
        )
    )
    assert [item.value for item in find_polish_accounts(flow)] == ["PL61109010140000071219812874"]
