"""What papers of Spain, Mexico, the United Kingdom and Ireland print in ways of their own."""

import pytest

from ocr.fields import find_fields
from ocr.values import Kind
from tests.ocr.papers import page_of

_LINES: tuple[tuple[str, Kind, tuple[str, ...], dict[str, str]], ...] = (
    (
        "es",
        "invoice",
        ("Base imponible\t59,36 €", "IVA 21% s/ 59,36\t12,47 €", "TOTAL IMPORTE FACTURA\t71,83 €"),
        {"amounts.net": "59.36", "amounts.vat": "12.47", "amounts.total": "71.83"},
    ),
    (
        "es",
        "court_order",
        (
            "a abonar a la actora la suma de mil ciento veintitrés euros con cuarenta céntimos (1.123,40 €),",
            "más los intereses legales desde el 5 de noviembre de 2024",
        ),
        {"amounts.principal": "1123.40", "interest_from": "2024-11-05"},
    ),
    (
        "es",
        "contract",
        (
            "De una parte, D. Fermín Echavarri Lasanta, con DNI 12345678Z, en nombre y representación de",
            "Bodegas Echavarri, S.L.; y de otra, Dª Paula Bermejo Ruiz, con DNI 87.654.321-X (la DEUDORA).",
        ),
        {"parties.debtor.nif": "87654321X"},
    ),
    (
        "en",
        "assignment_notice",
        (
            "On 31 October 2024 Brightwater Bank plc sold its rights in your account",
            "to Larkfield Portfolio (UK) Limited.",
        ),
        {
            "parties.creditor.name": "Brightwater Bank plc",
            "parties.assignee.name": "Larkfield Portfolio (UK) Limited",
        },
    ),
    (
        "en",
        "invoice",
        ("Invoice: 2291", "Date: 14/3/25", "Please pay by 28/3/25.", "Amount payable £337.68"),
        {"document_date": "2025-03-14", "due_date": "2025-03-28"},
    ),
    (
        "en",
        "dunning_letter",
        (
            "Outstanding balance\t£4,610.00",
            "Interest\t£195.16",
            "Default charges\t£75.00",
            "Total due\t£4,880.16",
        ),
        {"amounts.principal": "4610.00", "amounts.total": "4880.16"},
    ),
    (
        "en",
        "dunning_letter",
        ("Ref: OL/77/BT", "Tenancy reference: OL-2211"),
        {"reference": "OL/77/BT", "contract_number": "OL-2211"},
    ),
    (
        "en",
        "payment_confirmation",
        ("Payment reference: ACF/778120/21", "Transaction ID: PB20250507-884120"),
        {"reference": "PB20250507-884120"},
    ),
    (
        "en",
        "court_order",
        ("The respondent is ordered to pay the sum of £1,310.50 with expenses of £147.00.",),
        {"amounts.principal": "1310.50", "amounts.costs": "147.00"},
    ),
    (
        "en",
        "contract",
        ("Contract ref: CS/2023/118", "to the account number GB29 NWBK 6016 1331 9268 19."),
        {"contract_number": "CS/2023/118"},
    ),
    (
        "en",
        "invoice",
        ("Liffey Print DAC", "VAT No. IE6388047V", "Registered in Ireland No. 448120"),
        {"parties.creditor.vat": "IE6388047V", "parties.creditor.company_number": "448120"},
    ),
    (
        "es",
        "invoice",
        ("Subtotal\t$17,000.00", "IVA 16%\t$2,720.00", "Total\t$19,720.00 MXN"),
        {"amounts.total": "19720.00", "currency": "MXN"},
    ),
    (
        "es",
        "court_order",
        (
            "Juicio Verbal nº 1022/2024",
            "Se despacha ejecución por 9.400,00 euros de principal, más otros 2.820,00 euros.",
        ),
        {
            "case_number": "Juicio Verbal nº 1022/2024",
            "amounts.principal": "9400.00",
            "amounts.costs": "2820.00",
        },
    ),
)


@pytest.mark.parametrize(("language", "kind", "lines", "wanted"), _LINES)
def test_customs(language: str, kind: Kind, lines: tuple[str, ...], wanted: dict[str, str]) -> None:
    found = {
        field.name: field.value for field in find_fields([page_of(lines, language=language)], kind, language)
    }
    assert {name: found.get(name) for name in wanted} == wanted
