"""Invoices that carry their own data: CII (Factur-X, ZUGFeRD), UBL, FatturaPA; loose, in a PDF, or signed."""

from ocr.einvoice.invoice import EInvoice, parse_invoice
from ocr.einvoice.merge import merged
from ocr.einvoice.rendering import InvoiceSource

__all__ = ["EInvoice", "InvoiceSource", "merged", "parse_invoice"]
