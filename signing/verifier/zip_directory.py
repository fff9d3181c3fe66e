"""Reads the directory of a hostile zip (PKWARE APPNOTE 6.3): every byte belongs to a file, names are harmless.

Python's zipfile believes the last central directory and ignores what lies between the files. Here local headers, data
and directory must tile the file from its first byte to its last, so that no two readers can see two packages.
"""

import re
import stat
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from signing.errors import PackageRefused
from signing.package import layout

MOST_FILES = 200_000
LARGEST = 1 << 40
_DIRECTORY = 128 << 20
_RATIO = 200
_ALWAYS_ALLOWED = 1 << 20

_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")
_CENTRAL = struct.Struct("<4sBBHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_COMMENT = b"mimetype=" + layout.MIMETYPE.encode()
"""The one comment that is read past: ASiC allows it (EN 319 162-1 section A.1)."""

_LARGE, _LARGE_COUNT = 0xFFFFFFFF, 0xFFFF
STORED, DEFLATED = 0, 8
_EMPTY_DEFLATED = 2
_ENCRYPTED, _DESCRIPTOR, _UTF8 = 0x1, 0x8, 0x800
_DEFLATE_OPTIONS = 0x6
_UNIX = 3

_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.+ -]*(/[A-Za-z0-9_-][A-Za-z0-9_.+ -]*)*")
_LONGEST_NAME = 255
_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the zip: where its data lies, and what its header says of it."""

    name: str
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    header: int
    data: int = 0


@dataclass(frozen=True, slots=True)
class _End:
    """What the end of the zip says: how many files, and where their directory lies."""

    count: int
    size: int
    offset: int
    at: int


def read_directory(file: BinaryIO) -> dict[str, Entry]:
    """The files of a zip by name, in their order; raises `PackageRefused`."""
    file.seek(0, 2)
    length = file.tell()
    end = _read_end(file, length)
    if end.count > MOST_FILES or end.size > _DIRECTORY:
        raise PackageRefused("ZIP_LIMITS", f"more than {MOST_FILES} files")
    if end.offset + end.size != end.at:
        raise PackageRefused("ZIP_HIDDEN", "the directory of the zip does not lie before its end")
    directory = _exactly(file, end.offset, end.size)
    entries: dict[str, Entry] = {}
    position = start = total = 0
    for _ in range(end.count):
        entry, position = _central(directory, position)
        _check_limits(entry)
        total += entry.size
        if total > LARGEST:
            raise PackageRefused("ZIP_LIMITS", f"more than {LARGEST} bytes")
        if entry.name in entries:
            raise PackageRefused("ZIP_DUPLICATE", f"{entry.name} is there twice")
        if entry.header != start:
            raise PackageRefused("ZIP_HIDDEN", f"{entry.name} does not follow the file before it")
        placed, start = _local(file, entry)
        entries[entry.name] = placed
    if position != len(directory) or start != end.offset:
        raise PackageRefused("ZIP_HIDDEN", "bytes of the zip belong to no file")
    _check_collisions(entries)
    # Others' containers have entries for their folders; empty ones say nothing and are passed over.
    return {name: entry for name, entry in entries.items() if not name.endswith("/")}


def _read_end(file: BinaryIO, length: int) -> _End:
    if length < _END.size:
        raise PackageRefused("ZIP_MALFORMED", "this is no zip")
    at = length - _END.size
    if (
        length > _END.size + len(_COMMENT)
        and _exactly(file, length - len(_COMMENT), len(_COMMENT)) == _COMMENT
    ):
        at -= len(_COMMENT)
    magic, disk, first, here, count, size, offset, comment = _END.unpack(_exactly(file, at, _END.size))
    if magic != b"PK\x05\x06":
        raise PackageRefused(
            "ZIP_MALFORMED", "the zip does not end with its directory: a comment, or other bytes"
        )
    if disk or first or here != count or at + _END.size + comment != length:
        raise PackageRefused("ZIP_MALFORMED", "the zip has several parts, or a comment that is not there")
    if count != _LARGE_COUNT and _LARGE not in (size, offset):
        return _End(count, size, offset, at)
    at -= _LOCATOR.size
    magic, disk, where, disks = _LOCATOR.unpack(_exactly(file, at, _LOCATOR.size))
    if magic != b"PK\x06\x07" or disk or disks != 1 or where + _END64.size != at:
        raise PackageRefused("ZIP_MALFORMED", "the zip has no proper end for its size")
    magic, own, _, _, disk, first, here, count, size, offset = _END64.unpack(
        _exactly(file, where, _END64.size)
    )
    if magic != b"PK\x06\x06" or own != _END64.size - 12 or disk or first or here != count:
        raise PackageRefused("ZIP_MALFORMED", "the zip has no proper end for its size")
    return _End(count, size, offset, where)


def _central(directory: bytes, position: int) -> tuple[Entry, int]:
    """The entry at a position of the directory, and where the next one begins."""
    try:
        fields = _CENTRAL.unpack_from(directory, position)
    except struct.error:
        raise PackageRefused(
            "ZIP_MALFORMED", "the directory of the zip ends in the middle of a file"
        ) from None
    magic, _, system, _, flags, method, _, _, crc, packed, size, long_name, extra, comment, disk = fields[:15]
    attributes, header = fields[16:]
    start = position + _CENTRAL.size
    position = start + long_name + extra + comment
    if magic != b"PK\x01\x02" or disk or comment or position > len(directory):
        raise PackageRefused("ZIP_MALFORMED", "the directory of the zip is malformed")
    name = _name(directory[start : start + long_name])
    kind = stat.S_IFMT(attributes >> 16) if system == _UNIX else 0
    folder = name.endswith("/") and not size and packed <= _EMPTY_DEFLATED
    if name.endswith("/") and not folder:
        raise PackageRefused("ZIP_NAME", f"{name} is a folder with a content")
    if kind not in ((0, stat.S_IFDIR) if folder else (0, stat.S_IFREG)) or (attributes & 0x10 and not folder):
        raise PackageRefused("ZIP_LINK", f"{name} is no regular file")
    if (
        flags & _ENCRYPTED
        or method not in (STORED, DEFLATED)
        or flags & ~(_DESCRIPTOR | _UTF8 | _DEFLATE_OPTIONS)
    ):
        raise PackageRefused("ZIP_UNSUPPORTED", f"{name} is encrypted, or compressed in an unusual way")
    wide = _wide(directory[start + long_name : position], size, packed, header)
    return Entry(name, method, flags, crc, wide[1], wide[0], wide[2]), position


def _wide(extra: bytes, *values: int) -> list[int]:
    """Sizes and offset, from the zip64 field where they do not fit (APPNOTE section 4.5.3)."""
    found: list[int] = []
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, position)
        body = extra[position + 4 : position + 4 + size]
        if len(body) != size or (kind == 1 and (found or size % 8)):
            raise PackageRefused("ZIP_MALFORMED", "an extra field of the zip is malformed")
        if kind == 1:
            found = [number for (number,) in struct.iter_unpack("<Q", body)]
        position += 4 + size
    large = [value for value in values if value == _LARGE]
    if position != len(extra) or len(found) != len(large):
        raise PackageRefused("ZIP_MALFORMED", "an extra field of the zip is malformed")
    return [found.pop(0) if value == _LARGE else value for value in values]


def _local(file: BinaryIO, entry: Entry) -> tuple[Entry, int]:
    """The entry with the place of its data, and where the next one must begin."""
    fields = _LOCAL.unpack(_exactly(file, entry.header, _LOCAL.size))
    magic, _, flags, method, _, _, crc, packed, size, long_name, extra = fields
    data = entry.header + _LOCAL.size + long_name + extra
    name = _exactly(file, entry.header + _LOCAL.size, long_name)
    if (
        magic != b"PK\x03\x04"
        or name != entry.name.encode()
        or (flags, method) != (entry.flags, entry.method)
    ):
        raise PackageRefused("ZIP_MALFORMED", f"two headers disagree about {entry.name}")
    end = data + entry.packed
    if flags & _DESCRIPTOR:
        return _placed(entry, data), end + _descriptor(file, end, entry)
    sizes = _wide(_exactly(file, data - extra, extra), size, packed)
    if (crc, *sizes) != (entry.crc, entry.size, entry.packed):
        raise PackageRefused("ZIP_MALFORMED", f"two headers disagree about {entry.name}")
    return _placed(entry, data), end


def _placed(entry: Entry, data: int) -> Entry:
    return Entry(
        entry.name, entry.method, entry.flags, entry.crc, entry.packed, entry.size, entry.header, data
    )


def _descriptor(file: BinaryIO, at: int, entry: Entry) -> int:
    """The length of the data descriptor behind a file (APPNOTE section 4.3.9), in one of its four forms."""
    file.seek(at)
    found = file.read(24)
    for magic in (b"PK\x07\x08", b""):
        for form in ("<III", "<IQQ"):
            if max(entry.packed, entry.size) > _LARGE and form == "<III":
                continue
            expected = magic + struct.pack(form, entry.crc, entry.packed, entry.size)
            if found.startswith(expected):
                return len(expected)
    raise PackageRefused("ZIP_MALFORMED", f"what follows {entry.name} is not what its header says")


def _name(raw: bytes) -> str:
    try:
        name = raw.decode("ascii")
    except UnicodeDecodeError:
        raise PackageRefused("ZIP_NAME", "a name of the zip is not ASCII") from None
    bare = name.removesuffix("/")
    parts = bare.split("/")
    if (
        len(name) > _LONGEST_NAME
        or not _NAME.fullmatch(bare)
        or any(part.endswith((".", " ")) or _DEVICE.fullmatch(part) for part in parts)
    ):
        raise PackageRefused("ZIP_NAME", f"the zip has the name {name[:80]!r}")
    return name


def _check_limits(entry: Entry) -> None:
    if entry.method == STORED and entry.packed != entry.size:
        raise PackageRefused("ZIP_MALFORMED", f"{entry.name} is stored, and has two sizes")
    if entry.size > _ALWAYS_ALLOWED and entry.size > entry.packed * _RATIO:
        raise PackageRefused("ZIP_LIMITS", f"{entry.name} is compressed by more than {_RATIO} to 1")


def _check_collisions(entries: Mapping[str, Entry]) -> None:
    """No two names that are one on a system where case does not count, and no file that is also a folder."""
    folded = [name.lower().removesuffix("/") for name in entries]
    files = {name.lower() for name in entries if not name.endswith("/")}
    folders = {
        "/".join(name.split("/")[:depth]) for name in folded for depth in range(1, name.count("/") + 1)
    }
    if len(set(folded)) != len(folded) or folders & files:
        raise PackageRefused("ZIP_DUPLICATE", "two names of the zip collide")


def _exactly(file: BinaryIO, at: int, size: int) -> bytes:
    if at < 0:
        raise PackageRefused("ZIP_MALFORMED", "the zip points before its beginning")
    file.seek(at)
    data = file.read(size)
    if len(data) != size:
        raise PackageRefused("ZIP_MALFORMED", "the zip ends before it should")
    return data
