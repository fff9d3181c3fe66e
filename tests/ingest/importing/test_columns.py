"""Columns are known by what files of collection systems usually call them."""

import pytest

from ingest.importing import guess
from ingest.importing.columns import FIELDS, What


@pytest.mark.parametrize(
    ("what", "columns"),
    [
        (
            "debtors",
            {"Klient nr": "external_id", "Urodzony": "birth_date", "Nr PESEL": "pesel", "Imię": "given_name"},
        ),
        ("debtors", {"Codice debitore": "external_id", "Nato il": "birth_date", "Località": "town"}),
        ("debtors", {"Número de cliente": "external_id", "Nacimiento": "birth_date", "Población": "town"}),
        ("debtors", {"Schuldnernummer": "external_id", "Geburtstag": "birth_date", "Wohnort": "town"}),
        ("debtors", {"Client number": "external_id", "DOB": "birth_date", "Bank account": "iban"}),
        ("debtors", {"Номер клиента": "external_id", "Дата рождения": "birth_date"}),
        (
            "claims",
            {
                "Klient nr": "debtor",
                "Kapitał": "principal",
                "Data umowy": "contract_date",
                "Termin zapłaty": "due_date",
                "Nr umowy": "contract_number",
            },
        ),
        ("claims", {"Capitale": "principal", "Data del contratto": "contract_date", "Scadenza": "due_date"}),
        ("claims", {"Capital": "principal", "Fecha contrato": "contract_date", "Vencimiento": "due_date"}),
        (
            "claims",
            {"Hauptforderung": "principal", "Vertragsdatum": "contract_date", "Fälligkeit": "due_date"},
        ),
        (
            "claims",
            {"Основной долг": "principal", "Дата договора": "contract_date", "Срок оплаты": "due_date"},
        ),
    ],
)
def test_usual_headings_are_understood(what: What, columns: dict[str, str]) -> None:
    assert guess(what, list(columns)).columns == columns


def test_what_is_called_nothing_usual_is_not_guessed() -> None:
    assert guess("debtors", ["Дата", "Uwagi"]).columns == {}
    for what in ("debtors", "claims"):
        assert set(guess(what, FIELDS[what]).columns) == set(FIELDS[what])
