"""E-invoices through the whole reader: pages to look at, exact values with their places, differences said."""

import base64
import io

import pikepdf
import pytest

from ocr import Reader, Reading, sniff
from ocr.einvoice.envelope import unwrap
from ocr.errors import ReadingRefused
from tests.ocr.einvoice.samples import CII, FATTURA, UBL, signed
from tests.ocr.papers import drawn, saved
from tests.shared import SHARED, needs_shared


def values(reading: Reading) -> dict[str, str]:
    return {field.name: field.value for field in reading.fields}


@pytest.mark.parametrize("xml", [CII, UBL, FATTURA])
def test_loose_xml_becomes_a_page(reader: Reader, xml: str) -> None:
    reading = reader.read(io.BytesIO(xml.encode()))
    assert reading.media_type == "application/xml"
    assert reading.kind == "invoice"
    (page,) = reading.pages
    assert page.source == "embedded"
    total = next(field for field in reading.fields if field.name == "amounts.total")
    assert total.rule.startswith("embedded: ")
    assert total.confidence == 0.99
    assert total.value in page.text
    assert total.box.x1 - total.box.x0 < 0.2
    ((line,),) = (page.lines for page in reading.pages)
    assert line.net == "100.00" and line.vat_rate and line.rule.startswith("embedded: ")
    assert line.box is not None and line.description in page.text
    (told,) = reading.promised("x.xml")["invoice_lines"]
    assert told["page"] == 1 and told["box"][2] > told["box"][0]


@pytest.mark.parametrize(
    "wrap", [signed, lambda data: base64.encodebytes(signed(data)), lambda d: signed(signed(d))]
)
def test_signed_invoices_are_unwrapped(reader: Reader, wrap: object) -> None:
    assert callable(wrap)
    reading = reader.read(io.BytesIO(wrap(FATTURA.encode())))
    assert reading.media_type == "application/pkcs7-mime"
    assert values(reading)["invoice_number"] == "12/A"


def test_an_embedded_invoice_wins_and_says_what_is_printed(reader: Reader) -> None:
    lines = ["Ofenbau Nord GmbH", "INVOICE", "Invoice number: R-77", "Invoice date: 29 February 2024"]
    printed = saved(drawn([*lines, "Total due: EUR 120.00"]), "PDF", resolution=200)
    document = pikepdf.open(io.BytesIO(printed))
    document.attachments["factur-x.xml"] = pikepdf.AttachedFileSpec(
        document, CII.encode(), filename="factur-x.xml"
    )
    out = io.BytesIO()
    document.save(out)
    reading = reader.read(out)
    fields = {field.name: field for field in reading.fields}
    assert fields["amounts.total"].value == "119.00"
    assert fields["amounts.total"].rule == "embedded: CII; the page prints another value"
    assert fields["amounts.total"].printed == "120.00"
    assert fields["document_date"].printed is None
    told = {field["name"]: field for field in reading.promised("x.pdf")["fields"]}
    assert told["amounts.total"]["printed"] == "120.00"
    assert "printed" not in told["document_date"]
    assert fields["amounts.total"].confidence < 0.7
    assert fields["document_date"].confidence == 0.99
    assert fields["document_date"].box.y1 < 0.6
    assert reading.pages[0].source == "embedded"
    # Its line is printed nowhere.
    (told,) = reading.promised("x.pdf")["invoice_lines"]
    assert (told["description"], told["net"], told["box"]) == ("Kessel", "100.00", None)


def test_sniffing() -> None:
    assert sniff(CII.encode()[:1024]) == "application/xml"
    assert sniff(b"\xef\xbb\xbf" + UBL.encode()[:900]) == "application/xml"
    assert sniff(b'<?xml version="1.0"?><!--' + b"licence " * 200) == "application/xml"
    assert sniff(b"<html><body>Invoice</body></html>") is None
    assert sniff(b'<?xml version="1.0"?><svg xmlns="x"/>') is None
    assert sniff(signed(FATTURA.encode())[:1024]) == "application/pkcs7-mime"
    assert sniff(base64.b64encode(signed(FATTURA.encode()))[:1024]) == "application/pkcs7-mime"
    assert sniff(b"MZ\x90\x00 program") is None


def test_hostile_files_are_refused_and_the_reader_lives(reader: Reader) -> None:
    for data in (
        b'<?xml version="1.0"?><!DOCTYPE Invoice [<!ENTITY a "b">]><Invoice >&a;</Invoice>',
        signed(b"x"),
    ):
        with pytest.raises(ReadingRefused):
            reader.read(io.BytesIO(data))
    assert values(reader.read(io.BytesIO(UBL.encode())))["invoice_number"] == "7/2024"


@pytest.mark.parametrize("data", [b"\x30\x80", b"!!!", signed(b"abc")[:-8], b"\x30" * 4000])
def test_broken_envelopes(data: bytes) -> None:
    with pytest.raises(ReadingRefused):
        unwrap(data)


@needs_shared("samples", "einvoices")
@pytest.mark.parametrize("name", ["EN16931_Einfach.pdf", "ZUGFeRD_1p0_COMFORT_Einfach.pdf"])
def test_a_sample_that_nobody_here_wrote(reader: Reader, name: str) -> None:
    with (SHARED / "samples/einvoices" / name).open("rb") as file:
        reading = reader.read(file)
    found = values(reading)
    assert found["parties.creditor.name"] == "Lieferant GmbH"
    assert (found["amounts.net"], found["amounts.vat"], found["amounts.total"]) == (
        "473.00",
        "56.87",
        "529.87",
    )
