"""What papers of Germany and Austria print in ways of their own."""

import pytest

from ocr.fields import find_fields
from ocr.values import Kind
from tests.ocr.papers import page_of

_LINES: tuple[tuple[Kind, tuple[str, ...], dict[str, str]], ...] = (
    (
        "court_order",
        (
            "I. Hauptforderung: Warenlieferung gem. Rechnung 88120-17 vom 04.06.24\t1.299,00 EUR",
            "II. Verfahrenskosten: Gerichtskosten 38,00 EUR, Anwaltskosten 153,60 EUR\t191,60 EUR",
            "III. Zinsen: 5 Prozentpunkte über dem Basiszinssatz aus 1.299,00 EUR seit dem 19.06.2024\t57,18 EUR",
            "Summe\t1.547,78 EUR",
        ),
        {
            "amounts.principal": "1299.00",
            "amounts.costs": "191.60",
            "amounts.interest": "57.18",
            "amounts.total": "1547.78",
        },
    ),
    (
        "dunning_letter",
        ("Unser Zeichen: 0388/25 br-k", "Hannover, den 11.03.2025"),
        {"reference": "0388/25 br-k"},
    ),
    (
        "court_order",
        (
            "samt 4 % Zinsen aus diesem Betrag seit 15.05.2024 zu bezahlen und die mit",
            "EUR 498,76 bestimmten Prozesskosten zu ersetzen.",
        ),
        {"amounts.costs": "498.76", "interest_from": "2024-05-15"},
    ),
    (
        "assignment_notice",
        (
            "Datum\tAnsprechpartner",
            "05.08.2024\tFrau Ziegler",
            "Sehr geehrte Damen und Herren,",
            "wir haben mit Wirkung zum 01.08.2024 unsere Forderungen an die Schwaben-Factoring AG verkauft.",
        ),
        {"document_date": "2024-08-05", "assignment_date": "2024-08-01"},
    ),
)


@pytest.mark.parametrize(("kind", "lines", "wanted"), _LINES)
def test_customs(kind: Kind, lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    found = {field.name: field.value for field in find_fields([page_of(lines, language="de")], kind, "de")}
    assert {name: found.get(name) for name in wanted} == wanted
