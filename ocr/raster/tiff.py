"""The directories of a TIFF, counted before anything is decoded: looping and endless chains are cut here."""

import struct
from typing import BinaryIO

from ocr.errors import ReadingRefused


def count_directories(file: BinaryIO, limit: int) -> int:
    """How many pages the chain of directories (TIFF 6.0 section 2, BigTIFF) holds; a loop ends it.

    Raises ReadingRefused where the first directory cannot be reached, or there are more than `limit`.
    """
    file.seek(0)
    head = file.read(16)
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\x00", b"\x00+")
    count_format, entry_size, offset_format = ("Q", 20, "Q") if big else ("H", 12, "I")
    try:
        (offset,) = struct.unpack_from(order + offset_format, head, 8 if big else 4)
    except struct.error:
        raise ReadingRefused("TRUNCATED") from None
    seen: set[int] = set()
    while offset and offset not in seen:
        seen.add(offset)
        if len(seen) > limit:
            raise ReadingRefused("TOO_MANY_PAGES", f"more than {limit} pages")
        file.seek(offset)
        raw = file.read(struct.calcsize(count_format))
        if len(raw) < struct.calcsize(count_format):
            seen.discard(offset)
            break
        (entries,) = struct.unpack(order + count_format, raw)
        if entries > 4096:
            seen.discard(offset)
            break
        file.seek(entries * entry_size, 1)
        raw = file.read(struct.calcsize(offset_format))
        if len(raw) < struct.calcsize(offset_format):
            break
        (offset,) = struct.unpack(order + offset_format, raw)
    if not seen:
        raise ReadingRefused("TRUNCATED", "the first page of the TIFF lies beyond the end of the file")
    return len(seen)
