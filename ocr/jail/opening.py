"""From a file of any kind to its pages, and to the invoice it carries within it, if it does."""

import io
from typing import BinaryIO

from ocr.einvoice import EInvoice, InvoiceSource, parse_invoice
from ocr.einvoice.envelope import MAX_BYTES, unwrap
from ocr.errors import ReadingRefused
from ocr.limits import Limits
from ocr.media import HEAD_BYTES, sniff
from ocr.raster.images import ImageSource
from ocr.raster.pdf import PdfSource
from ocr.raster.source import Source

_MOST_SIGNATURES = 4


def open_source(file: BinaryIO, media_type: str, limits: Limits) -> tuple[Source, EInvoice | None]:
    """The pages, and the embedded invoice. Raises ReadingRefused; a broken attachment loses only itself."""
    signatures = 0
    while media_type == "application/pkcs7-mime":
        signatures += 1
        if signatures > _MOST_SIGNATURES:
            raise ReadingRefused("DAMAGED", "signatures around signatures without end")
        file.seek(0)
        file = io.BytesIO(unwrap(file.read(MAX_BYTES + 1)))
        media_type = sniff(file.read(HEAD_BYTES)) or ""
    match media_type:
        case "":
            raise ReadingRefused("UNKNOWN_TYPE")
        case "application/pdf":
            pdf = PdfSource(file, limits)
            return pdf, _embedded(pdf)
        case "application/xml":
            file.seek(0)
            invoice = parse_invoice(file.read(MAX_BYTES + 1))
            if invoice is None:
                raise ReadingRefused("UNKNOWN_TYPE", "the XML is none of the invoices that are read")
            return InvoiceSource(invoice), invoice
        case _:
            return ImageSource(file, media_type, limits), None


def _embedded(pdf: PdfSource) -> EInvoice | None:
    for attachment in pdf.attachments():
        try:
            invoice = parse_invoice(attachment)
        except ReadingRefused:
            continue
        if invoice is not None:
            return invoice
    return None
