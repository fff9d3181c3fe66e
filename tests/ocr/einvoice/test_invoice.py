"""Fields of CII, UBL and FatturaPA, exactly as the data has them."""

import pytest

from ocr.einvoice import parse_invoice
from ocr.errors import ReadingRefused
from tests.ocr.einvoice.samples import CII, FATTURA, UBL


def fields(xml: str) -> dict[str, str]:
    invoice = parse_invoice(xml.encode())
    assert invoice is not None
    return dict(invoice.fields)


def test_cii() -> None:
    assert fields(CII) == {
        "invoice_number": "R-77",
        "document_date": "2024-02-29",
        "due_date": "2024-03-30",
        "contract_number": "V-1",
        "currency": "EUR",
        "parties.creditor.name": "Ofenbau Nord GmbH",
        "parties.creditor.ust_id": "DE123456789",
        "parties.debtor.name": "Kraków Sp. z o.o.",
        "parties.debtor.nip": "9563655204",
        "iban.creditor": "DE08700901001234567890",
        "amounts.net": "100.00",
        "amounts.vat": "19.00",
        "amounts.total": "119.00",
    }


def test_ubl() -> None:
    assert fields(UBL) == {
        "invoice_number": "7/2024",
        "document_date": "2024-02-29",
        "due_date": "2024-03-30",
        "currency": "EUR",
        "parties.creditor.name": "Máquinas del Sur, S.L.",
        "parties.creditor.cif": "B99993321",
        "parties.debtor.name": "Cliente, S.A.",
        "iban.creditor": "ES1395913192531601564026",
        "amounts.net": "100.00",
        "amounts.vat": "21.00",
        "amounts.total": "121.00",
    }


def test_fatturapa() -> None:
    assert fields(FATTURA) == {
        "invoice_number": "12/A",
        "document_date": "2024-02-29",
        "due_date": "2024-03-30",
        "currency": "EUR",
        "parties.creditor.name": "Caldaie Adige S.r.l.",
        "parties.creditor.partita_iva": "99898700630",
        "parties.debtor.name": "Marco Rossetti",
        "parties.debtor.codice_fiscale": "RSSMRC79D03F205T",
        "iban.creditor": "IT58D9999999349000005573734",
        "amounts.net": "150.00",
        "amounts.vat": "27.00",
        "amounts.total": "177.00",
    }


@pytest.mark.parametrize(
    ("xml", "line"),
    [
        (CII, ("Kessel", "2", "100.00", "19")),
        (UBL, ("Alquiler", "1", "100.00", "21")),
        (FATTURA, ("Caldaia", "1", "100.00", "22")),
    ],
)
def test_lines(xml: str, line: tuple[str, ...]) -> None:
    invoice = parse_invoice(xml.encode())
    assert invoice is not None
    assert invoice.lines == (line,)


def test_other_xml_is_no_invoice() -> None:
    assert parse_invoice(b"<html><body/></html>") is None
    assert parse_invoice(b"<Invoice/>") is None


BOMB = b"""<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><Invoice><ID>&c;</ID></Invoice>"""
OUTSIDE = b"""<!DOCTYPE Invoice [<!ENTITY f SYSTEM "file:///etc/passwd">]><Invoice><ID>&f;</ID></Invoice>"""


@pytest.mark.parametrize("xml", [BOMB, OUTSIDE, b'<!DOCTYPE Invoice SYSTEM "http://127.0.0.1/x"><Invoice/>'])
def test_document_types_are_refused(xml: bytes) -> None:
    with pytest.raises(ReadingRefused, match="document type"):
        parse_invoice(xml)


def test_deep_wide_and_long_are_refused() -> None:
    with pytest.raises(ReadingRefused):
        parse_invoice(b"<Invoice>" + b"<a>" * 5000)
    with pytest.raises(ReadingRefused, match="elements"):
        parse_invoice(b"<Invoice>" + b"<a/>" * 400_000 + b"</Invoice>")
    with pytest.raises(ReadingRefused, match="bytes"):
        parse_invoice(b"<Invoice>" + b" " * (25 << 20))


def test_broken_xml_is_refused() -> None:
    with pytest.raises(ReadingRefused, match="broken"):
        parse_invoice(CII.encode()[:900])
