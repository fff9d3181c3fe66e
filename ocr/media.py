"""What a file is, by its content and never by its name."""

import base64
import binascii
import re

MEDIA_TYPES = (
    "application/pdf",
    "image/tiff",
    "image/jpeg",
    "image/png",
    "application/xml",
    "application/pkcs7-mime",
)
"""What can be read; folders and uploads accept no more than this."""

HEAD_BYTES = 1024
"""How much of a file's beginning `sniff` wants to see."""

_MAGIC = (
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


# Roots of the e-invoices that are read: CII (Factur-X, ZUGFeRD), UBL, FatturaPA.
_XML_ROOT = re.compile(
    rb"<(?:[\w.-]+:)?(CrossIndustryInvoice|CrossIndustryDocument|Invoice|CreditNote|FatturaElettronica(?:Semplificata)?)"
    rb"[\s>]"
)
_XML_ELEMENT = re.compile(rb"<[A-Za-z_]")
_XML_COMMENT = re.compile(rb"<!--.*?(?:-->|$)", re.DOTALL)
# ContentInfo of signedData (RFC 5652 section 4): the object identifier 1.2.840.113549.1.7.2.
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")


def sniff(head: bytes) -> str | None:
    """The media type of a file that begins with `head` (1024 bytes suffice), or None for what cannot be read.

    A PDF may carry junk before its header: readers accept `%PDF-` anywhere in the first 1024 bytes
    (ISO 32000-1 annex H, implementation note 13).
    """
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if b"%PDF-" in head[:HEAD_BYTES]:
        return "application/pdf"
    if _is_signed(head):
        return "application/pkcs7-mime"
    return "application/xml" if _is_invoice(head) else None


def _is_invoice(head: bytes) -> bool:
    """Whether this begins an XML invoice, or XML whose root lies behind a long comment: then its reader decides."""
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not bare.startswith(b"<"):
        return False
    bare = _XML_COMMENT.sub(b"", bare)
    if _XML_ROOT.search(bare):
        return True
    return bare.startswith(b"<?xml") and len(head) >= HEAD_BYTES and not _XML_ELEMENT.search(bare)


def _is_signed(head: bytes) -> bool:
    if head[:1] == b"M":
        try:
            head = base64.b64decode(b"".join(head[:96].split())[:80], validate=True)
        except binascii.Error:
            return False
    return head[:1] == b"\x30" and _SIGNED_DATA in head[:24]
