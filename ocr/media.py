"""What a file is, by its content and never by its name."""

MEDIA_TYPES = ("application/pdf", "image/tiff", "image/jpeg", "image/png")
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


def sniff(head: bytes) -> str | None:
    """The media type of a file that begins with `head` (1024 bytes suffice), or None for what cannot be read.

    A PDF may carry junk before its header: readers accept `%PDF-` anywhere in the first 1024 bytes
    (ISO 32000-1 annex H, implementation note 13).
    """
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    return "application/pdf" if b"%PDF-" in head[:HEAD_BYTES] else None
