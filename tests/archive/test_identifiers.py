import pytest

from archive.identifiers import identifies


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("pesel", "44051401359", "44051401358"),
        ("nip", "5260250274", "5260250275"),
        ("iban", "PL61109010140000071219812874", "PL61109010140000071219812875"),
        ("codice_fiscale", "RSSMRA85T10A562S", "RSSMRA85T10A562T"),
        ("nif", "54362315K", "54362315A"),
        ("inn", "7707083893", "7707083894"),
        ("snils", "11223344595", "11223344596"),
        ("krs", "0000028860", "28860"),
        ("company_number", "SC123456", "1234"),
    ],
)
def test_the_check_digit_decides(kind: str, right: str, wrong: str) -> None:
    assert identifies(kind, right)
    assert not identifies(kind, wrong)


@pytest.mark.parametrize("kind", ["birth_date", "kpp", "bik", "unheard_of"])
def test_some_values_name_nobody(kind: str) -> None:
    assert not identifies(kind, "770801001")
