"""What lies inside a signed file (.p7m): the content of a CMS SignedData (RFC 5652 section 5), in DER, BER or base64.

The signature is not judged here; the original is kept with it, and only its content is read.
"""

import base64
import binascii

from asn1crypto import cms

from ocr.errors import ReadingRefused

MAX_BYTES = 64 << 20


def unwrap(data: bytes) -> bytes:
    """The signed content. Raises ReadingRefused where there is none, or it is signed apart from the file."""
    if len(data) > MAX_BYTES:
        raise ReadingRefused("MEMORY_LIMIT", f"the signed file has {len(data)} bytes, at most {MAX_BYTES}")
    if data[:1] != b"\x30":
        try:
            data = base64.b64decode(b"".join(data.split()), validate=True)
        except binascii.Error:
            raise ReadingRefused("DAMAGED", "the signed file is neither DER nor base64") from None
    try:
        outer = cms.ContentInfo.load(data)
        if outer["content_type"].native != "signed_data":
            raise ReadingRefused(
                "ENCRYPTED" if "enveloped" in outer["content_type"].native else "UNKNOWN_TYPE"
            )
        content = outer["content"]["encap_content_info"]["content"]
        inner = content.native if content is not None else None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ReadingRefused("DAMAGED", f"the signed file is broken: {error}"[:200]) from None
    if not isinstance(inner, bytes) or not inner:
        raise ReadingRefused(
            "DAMAGED", "the signature is apart from what it signs; send the signed file itself"
        )
    return inner
