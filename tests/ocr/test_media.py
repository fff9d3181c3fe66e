"""Media types by content."""

import pytest

from ocr import HEAD_BYTES, sniff


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x00" * 1019 + b"%PDF-1.4", "application/pdf"),
        (b"II*\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00*\x00\x00\x00\x08", "image/tiff"),
        (b"II+\x00\x08\x00\x00\x00", "image/tiff"),
        (b"MM\x00+\x00\x08\x00\x00", "image/tiff"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (b"", None),
        (b"PK\x03\x04", None),
        (b"<!DOCTYPE html><p>%PDF", None),
        (b"\x00" * HEAD_BYTES + b"%PDF-1.4", None),
        (b"II*", None),
    ],
)
def test_the_content_decides(head: bytes, media_type: str | None) -> None:
    assert sniff(head) == media_type
