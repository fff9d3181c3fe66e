"""Files that mean harm, made with a seed: samples that broke other readers, and changes that break readers."""

import io
import random
import re
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw

Change = Callable[[random.Random, bytes], bytes]

_EXTREMES = (0, 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32 - 16)
_NUMBERS = (b"0", b"-1", b"2147483648", b"99999999999999999999", b"-0.0000001", b"1e400")
_BOMB = 48 << 20
_LARGEST = 2 << 20
"""Bytes of a file after changes: what is copied into itself grows."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file: its number, the name that it is sent under, its bytes, and from what it was made by which changes."""

    number: int
    name: str
    content: bytes
    origin: str
    changes: tuple[str, ...]


def hostile_files(seed: int, count: int, samples: Sequence[tuple[str, bytes]]) -> Iterator[Hostile]:
    """So many files: each sample as it is, then samples with one to four changes. The same seed, the same files."""
    rng = random.Random(seed)
    kinds: dict[str, list[tuple[str, bytes]]] = {}
    for name, content in samples:
        kinds.setdefault(_kind(content), []).append((name, content))
    as_they_are = (
        list(samples) if count >= 2 * len(samples) else rng.sample(samples, min(count // 3, len(samples)))
    )
    for number in range(count):
        if number < len(as_they_are):
            name, content = as_they_are[number]
        else:
            name, content = rng.choice(kinds[rng.choices(list(kinds), [_SHARES[kind] for kind in kinds])[0]])
        changes: list[str] = []
        if number >= len(as_they_are):
            for _ in range(rng.randint(1, 4)):
                change = rng.choice(_fitting(content))
                content = change(rng, content)[:_LARGEST]
                changes.append(change.__name__)
        yield Hostile(number, hostile_name(rng, number), content, name, tuple(changes))


def own_samples() -> list[tuple[str, bytes]]:
    """Whole files of every kind, made here: what is changed where there is no folder of samples, and beside it."""
    return [
        ("own.pdf", _pdf()),
        ("own.png", _png(64, 64)),
        ("own.tif", _tiff()),
        ("own.jpg", _jpeg()),
        ("own.xml", _invoice(b"")),
        ("entities.xml", _invoice(_entities())),
        ("deep.xml", _invoice(b"").replace(b"</Invoice>", b"<a>" * 200_000 + b"</Invoice>")),
        ("outside.xml", _invoice(b'<!DOCTYPE Invoice [<!ENTITY e SYSTEM "file:///etc/passwd">]>')),
        ("bomb.pdf", _pdf(content=_packed())),
        ("bomb.png", _png(30_000, 30_000)),
        *((f"letter.{form.lower()}", _letter(form)) for form in ("PNG", "TIFF", "JPEG", "PDF")),
    ]


def samples_in(folder: Path) -> list[tuple[str, bytes]]:
    """The files of a folder, by name."""
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]


def hostile_name(rng: random.Random, number: int) -> str:
    """Mostly an ordinary name; else one that is a path, mark-up, a formula, a header, or too long."""
    wild = (
        "../../../../etc/cron.d/{}",
        "..\\..\\windows\\{}.pdf",
        "<img src=x onerror=alert({})>.pdf",
        '=HYPERLINK("http://evil.example/{}")',
        "{}.pdf\r\nSet-Cookie: a=b",
        "{}\u202efdp.exe",
        "{{{{7*{}}}}}.tif",
        "'; DROP TABLE deposits; --{}",
        "x" * 180 + "{}.pdf",
    )
    return rng.choice(wild).format(number) if rng.random() < 0.2 else f"hostile-{number:05}.bin"


def _kind(content: bytes) -> str:
    if content[:4] in (b"II*\0", b"MM\0*"):
        return "tiff"
    if content.startswith(b"\x89PNG"):
        return "png"
    if content.startswith(b"\xff\xd8"):
        return "jpeg"
    return "pdf" if b"%PDF-" in content[:1024] else "other"


def _fitting(content: bytes) -> list[Change]:
    """The changes that a reader of this kind of file would come to see."""
    own = _OWN.get(_kind(content), ())
    return [*_ANY, *own, *own]


def flip_bits(rng: random.Random, data: bytes) -> bytes:
    """A few bits, anywhere."""
    changed = bytearray(data)
    for _ in range(rng.randint(1, 24) if changed else 0):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(rng: random.Random, data: bytes) -> bytes:
    """The beginning only."""
    return data[: rng.randint(0, len(data))]


def cut_out(rng: random.Random, data: bytes) -> bytes:
    """Without a piece from within."""
    start = rng.randint(0, len(data))
    return data[:start] + data[start + rng.randint(1, 600) :]


def copy_within(rng: random.Random, data: bytes) -> bytes:
    """A piece of it stands elsewhere as well, a few times over."""
    start, place = rng.randint(0, len(data)), rng.randint(0, len(data))
    return data[:place] + data[start : start + rng.randint(1, 2000)] * rng.randint(1, 40) + data[place:]


def fill(rng: random.Random, data: bytes) -> bytes:
    """A piece is overwritten with one byte."""
    start, size = rng.randint(0, len(data)), rng.randint(1, 400)
    return data[:start] + bytes([rng.choice((0, 0xFF, 0x20, 0x41))]) * size + data[start + size :]


def extreme_field(rng: random.Random, data: bytes) -> bytes:
    """Two or four bytes, as a size or an offset would stand there, become an extreme number."""
    if len(data) < 8:
        return data
    place, order = rng.randrange(len(data) - 4), rng.choice("<>")
    value = rng.choice(_EXTREMES)
    field = (
        struct.pack(order + "I", value) if rng.random() < 0.6 else struct.pack(order + "H", value & 0xFFFF)
    )
    return data[:place] + field + data[place + len(field) :]


def extreme_number(rng: random.Random, data: bytes) -> bytes:
    """A number in digits becomes an extreme one: lengths, counts, boxes, widths."""
    return _replaced(rng, data, rb"-?\d+(?:\.\d+)?", lambda _: rng.choice(_NUMBERS))


def misdirect(rng: random.Random, data: bytes) -> bytes:
    """A reference leads to another object, or to the object that it stands in: loops in every tree."""
    numbers = [int(number) for number in re.findall(rb"(\d+) 0 obj", data)] or [1]
    for _ in range(rng.randint(1, 4)):
        data = _replaced(rng, data, rb"\d+ 0 R", lambda _: b"%d 0 R" % rng.choice(numbers))
    return data


def renumber(rng: random.Random, data: bytes) -> bytes:
    """An object takes the number of another one, so that there are two of it."""
    numbers = re.findall(rb"(\d+) 0 obj", data) or [b"1"]
    return _replaced(rng, data, rb"\d+ 0 obj", lambda _: rng.choice(numbers) + b" 0 obj")


def break_xref(rng: random.Random, data: bytes) -> bytes:
    """The table of places, or where it is said to lie, becomes wrong; a table that follows itself is one of it."""
    kind = rng.randrange(3)
    if kind == 0:
        return _replaced(rng, data, rb"\d{10} \d{5} [nf]", lambda _: b"%010d 00000 n" % rng.randrange(2**33))
    if kind == 1:
        return _replaced(
            rng, data, rb"startxref\s+\d+", lambda _: b"startxref %d" % rng.randrange(len(data) + 9)
        )
    at = data.rfind(b"xref", 0, data.rfind(b"startxref"))
    return _replaced(rng, data, rb"trailer\s*<<", lambda _: b"trailer << /Prev %d" % max(at, 0))


def nest(rng: random.Random, data: bytes) -> bytes:
    """Arrays in arrays, or dictionaries in dictionaries, tens of thousands deep."""
    opening = rng.choice((b"[", b"<< /A ", b"("))
    return _replaced(rng, data, rb"<<", lambda _: b"<< /Deep " + opening * rng.choice((500, 50_000)) + b" ")


def stack_filters(rng: random.Random, data: bytes) -> bytes:
    """A stream says that it was packed hundreds of times over, or with parameters that need all memory."""
    name = rng.choice(
        (b"/FlateDecode ", b"/ASCIIHexDecode ", b"/LZWDecode ", b"/JBIG2Decode ", b"/JPXDecode ")
    )
    said = (
        b"/Filter [ "
        + name * rng.choice((1, 3, 400))
        + b"] /DecodeParms << /Predictor 12 /Columns 2147483000 >>"
    )
    return _replaced(rng, data, rb"/Length", lambda _: said + b" /Length")


def add_bomb(rng: random.Random, data: bytes) -> bytes:
    """The content of a page is replaced by one that unpacks to tens of megabytes."""
    packed = _packed()
    head = b"<< /Filter /FlateDecode /Length %d >> stream\n" % len(packed)
    return _replaced(rng, data, rb"<<[^<>]*>>\s*stream\r?\n", lambda _: head + packed + b"\nendstream\n")


def huge_page(rng: random.Random, data: bytes) -> bytes:
    """A page, or a picture on it, says that it is kilometres wide."""
    if rng.random() < 0.5:
        return _replaced(
            rng, data, rb"/MediaBox\s*\[[^\]]*\]", lambda _: b"/MediaBox [0 0 14400000 14400000]"
        )
    return _replaced(rng, data, rb"/(?:Width|Height)\s+\d+", lambda old: old.split()[0] + b" 1000000")


def loop_directories(rng: random.Random, data: bytes) -> bytes:
    """The next directory of a TIFF is this one, one before it, or the header."""
    order = "<" if data[:2] == b"II" else ">"
    changed, place = bytearray(data), 4
    for _ in range(rng.randint(1, 3)):
        if place + 4 > len(changed):
            break
        start = struct.unpack_from(order + "I", changed, place)[0]
        if start + 2 > len(changed):
            break
        following = start + 2 + 12 * struct.unpack_from(order + "H", changed, start)[0]
        if following + 4 > len(changed):
            break
        place = following
    if 4 < place <= len(changed) - 4:
        struct.pack_into(order + "I", changed, place, rng.choice((8, 0xFFFFFFF0, place, len(changed) - 2)))
    return bytes(changed)


def change_entry(rng: random.Random, data: bytes) -> bytes:
    """An entry of a TIFF's directory has another type, an extreme count, or an extreme value or place."""
    order = "<" if data[:2] == b"II" else ">"
    if len(data) < 24:
        return data
    start = struct.unpack_from(order + "I", data, 4)[0]
    if start + 14 > len(data):
        return data
    count = min(struct.unpack_from(order + "H", data, start)[0], (len(data) - start - 2) // 12)
    if count == 0:
        return data
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        entry = start + 2 + 12 * rng.randrange(count)
        if rng.random() < 0.2:
            struct.pack_into(order + "H", changed, entry + 2, rng.randrange(20))
        else:
            struct.pack_into(order + "I", changed, entry + rng.choice((4, 8)), rng.choice(_EXTREMES))
    return bytes(changed)


def change_chunk(rng: random.Random, data: bytes) -> bytes:
    """A chunk of a PNG says another size, with a check sum that is right or not, or the header says another picture."""
    places = [match.start() for match in re.finditer(rb"IHDR|IDAT|PLTE|IEND|tEXt|pHYs", data)]
    if not places:
        return data
    place, changed = rng.choice(places), bytearray(data)
    if data[place : place + 4] == b"IHDR" and len(data) >= place + 21:
        struct.pack_into(">I", changed, place + 4 + rng.choice((0, 4)), rng.choice(_EXTREMES))
        changed[place + 12 + rng.randrange(2)] = rng.randrange(256)
        struct.pack_into(">I", changed, place + 17, zlib.crc32(bytes(changed[place : place + 17])))
    else:
        struct.pack_into(">I", changed, place - 4, rng.choice(_EXTREMES))
    return bytes(changed)


def add_chunk(rng: random.Random, data: bytes) -> bytes:
    """A PNG gets a text or a colour profile that unpacks to tens of megabytes."""
    kind = rng.choice((b"zTXt", b"iCCP", b"iTXt"))
    body = b"a\0" + (b"\1\0\0\0" if kind == b"iTXt" else b"\0") + _packed()
    chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return data[:33] + chunk + data[33:]


def change_segment(rng: random.Random, data: bytes) -> bytes:
    """A segment of a JPEG says another length, or the frame another size, or another number of components."""
    places = [match.start() for match in re.finditer(rb"\xff[\xc0-\xc4\xda-\xef]", data)]
    if not places:
        return data
    place = rng.choice(places)
    target = place + (2 if rng.random() < 0.4 else rng.randint(4, 12))
    return data[:target] + struct.pack(">H", rng.choice(_EXTREMES) & 0xFFFF) + data[target + 2 :]


_ANY: tuple[Change, ...] = (flip_bits, truncate, cut_out, copy_within, fill, extreme_field, extreme_number)
_OWN: dict[str, tuple[Change, ...]] = {
    "pdf": (misdirect, renumber, break_xref, nest, stack_filters, add_bomb, huge_page, extreme_number),
    "tiff": (loop_directories, change_entry, change_entry),
    "png": (change_chunk, change_chunk, add_chunk),
    "jpeg": (change_segment, change_segment),
}
_SHARES = {"pdf": 50, "tiff": 22, "png": 10, "jpeg": 10, "other": 8}


def _replaced(rng: random.Random, data: bytes, what: bytes, by: Callable[[bytes], bytes]) -> bytes:
    """The data with one of the places where the pattern stands replaced."""
    places = list(re.finditer(what, data))
    if not places:
        return data
    place = rng.choice(places)
    return data[: place.start()] + by(place[0]) + data[place.end() :]


@cache
def _packed() -> bytes:
    """Tens of megabytes of spaces, packed to a thousandth."""
    packer = zlib.compressobj(9)
    return b"".join([*(packer.compress(b" " * (1 << 20)) for _ in range(_BOMB >> 20)), packer.flush()])


def _pdf(content: bytes | None = None) -> bytes:
    drawn = (
        zlib.compress(b"BT /F 12 Tf 72 700 Td (A letter of 4711 EUR) Tj ET") if content is None else content
    )
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Filter /FlateDecode /Length %d >> stream\n%b\nendstream" % (len(drawn), drawn),
    )
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj %b endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 5\n0000000000 65535 f \n%btrailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (table, len(data))
    )


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    row = b"\0" * ((width + 7) // 8 + 1)
    rows = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _tiff() -> bytes:
    """Two bilevel pages of 64 by 64."""
    entries = [
        (256, 4, 64),
        (257, 4, 64),
        (258, 3, 1),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 0),
        (278, 4, 64),
        (279, 4, 512),
    ]
    size = 2 + 12 * len(entries) + 4
    data = b"II*\0" + struct.pack("<I", 8)
    for page in range(2):
        start = 8 + page * (size + 512)
        body = b"".join(
            struct.pack("<HHII", tag, kind, 1, start + size if tag == 273 else value)
            for tag, kind, value in entries
        )
        following = start + size + 512 if page == 0 else 0
        data += struct.pack("<H", len(entries)) + body + struct.pack("<I", following) + b"\xaa" * 512
    return data


def _jpeg() -> bytes:
    return _saved(Image.linear_gradient("L").resize((96, 96)), "JPEG")


def _letter(form: str) -> bytes:
    """A few lines to recognise."""
    page = Image.new("L", (900, 500), "white")
    for row in range(4):
        ImageDraw.Draw(page).text((60, 60 + 90 * row), f"Balance of account {row}: 47.11 EUR", font_size=36)
    return _saved(page, form)


def _saved(picture: Image.Image, form: str) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, dpi=(200, 200))
    return buffer.getvalue()


def _invoice(prologue: bytes) -> bytes:
    return (
        b'<?xml version="1.0"?>'
        + prologue
        + (b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"><ID>4711</ID></Invoice>')
    )


def _entities() -> bytes:
    """Nine levels of ten: a billion."""
    lines = [b'<!ENTITY a0 "aaaaaaaaaa">']
    lines += [b'<!ENTITY a%d "%b">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 10)]
    return b"<!DOCTYPE Invoice [" + b"".join(lines) + b"]>"
