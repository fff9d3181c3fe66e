"""Whether a file in a watched folder is whole: nobody writes it any more, and it has the end that its kind has.

A copy that stalls looks quiet; only its missing end tells it from a finished one.
"""

import fcntl
import os
import struct
from collections.abc import Iterator

from ocr.media import HEAD_BYTES, sniff

_TAIL = 4096
_MOST_DIRECTORIES = 10_000
_MOST_ENTRIES = 4096
_STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS = 273, 279, 324, 325
_WIDTH = {3: 2, 4: 4}


def being_written(descriptor: int) -> bool:
    """Whether another process of this machine has the file open for writing (Linux); False where nobody can tell.

    The kernel grants a read lease only on a file that nobody has open for writing (fcntl(2), F_SETLEASE).
    """
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except (OSError, AttributeError):
        return False
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def media_type_of(descriptor: int) -> str | None:
    """What the file is by its content; None for what cannot be read."""
    return sniff(os.pread(descriptor, HEAD_BYTES, 0))


def has_its_end(descriptor: int, media_type: str) -> bool:
    """Whether the file has the end that files of its kind have. Says nothing about what stands before."""
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL, max(size - _TAIL, 0))
    match media_type:
        case "application/pdf":
            return b"%%EOF" in tail
        case "image/jpeg":
            return b"\xff\xd9" in tail
        case "image/png":
            return b"IEND" in tail
        case "image/tiff":
            return _tiff_is_whole(descriptor, size)
        case "application/xml":
            return tail.rstrip().endswith(b">")
    return True


def _tiff_is_whole(descriptor: int, size: int) -> bool:
    """Whether all directories and strips of a TIFF lie within the file (TIFF 6.0, section 2)."""
    head = os.pread(descriptor, 8, 0)
    if len(head) < 8:
        return False
    order = "<" if head[:2] == b"II" else ">"
    if struct.unpack(f"{order}H", head[2:4])[0] != 42:
        return True  # BigTIFF has another layout; the reader judges it
    (offset,) = struct.unpack(f"{order}I", head[4:8])
    seen: set[int] = set()
    while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
        seen.add(offset)
        count_bytes = os.pread(descriptor, 2, offset)
        if len(count_bytes) < 2:
            return False
        (count,) = struct.unpack(f"{order}H", count_bytes)
        entries = os.pread(descriptor, 12 * count + 4, offset + 2)
        if len(entries) < 12 * count + 4 or count > _MOST_ENTRIES:
            return bool(len(entries) == 12 * count + 4)
        if any(end > size for end in _ends(descriptor, order, entries, count)):
            return False
        (offset,) = struct.unpack(f"{order}I", entries[-4:])
    return bool(seen)


def _ends(descriptor: int, order: str, entries: bytes, count: int) -> Iterator[int]:
    """Where the strips or tiles of a directory end, as far as its tags say."""
    values: dict[int, list[int]] = {}
    for start in range(0, 12 * count, 12):
        tag, kind, number = struct.unpack(f"{order}HHI", entries[start : start + 8])
        if tag not in (_STRIP_OFFSETS, _STRIP_COUNTS, _TILE_OFFSETS, _TILE_COUNTS) or kind not in _WIDTH:
            continue
        length = _WIDTH[kind] * number
        place = entries[start + 8 : start + 12]
        if length > 4:
            (at,) = struct.unpack(f"{order}I", place)
            yield at + length
            place = os.pread(descriptor, min(length, 1 << 20), at)
        code = "H" if kind == 3 else "I"
        whole = len(place[:length]) // _WIDTH[kind]
        values[tag] = list(struct.unpack(f"{order}{whole}{code}", place[: whole * _WIDTH[kind]]))
    for offsets, counts in ((_STRIP_OFFSETS, _STRIP_COUNTS), (_TILE_OFFSETS, _TILE_COUNTS)):
        for at, length in zip(values.get(offsets, []), values.get(counts, []), strict=False):
            yield at + length
