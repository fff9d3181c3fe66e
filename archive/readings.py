"""Readings as they are kept: a vault object of concatenated zlib members, so that one page is read without the rest.

`deposits/<id>/reading-<n>`: first a header (the reading without its pages), then one member a page with its words and
the place of its pictures in `deposits/<id>/derived/images-<n>`. Places are offsets in plain bytes; the catalogue's rows
of `pages` are derived from them.
"""

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, BinaryIO, NamedTuple

from sqlalchemy import Connection, Row, bindparam, select

from archive.archive import Archive
from archive.catalogue.schema import SAME_PAGE, deposits, document_pages, objects, pages
from archive.vault import Ref, VaultAltered, VaultMissing
from ocr.values import PageReading, Reading

SCHEMA = "urn:tabellion:reading:v1"
_PIECE = 1 << 16
_LARGEST_MEMBER = 64 << 20


class Place(NamedTuple):
    """Where something lies in an object, in plain bytes."""

    offset: int
    length: int


class Pictures(NamedTuple):
    """Where the pictures of a page lie in the object of images."""

    page: Place
    thumb: Place


@dataclass(frozen=True, slots=True)
class StoredPage:
    """A page of a stored reading, with the places of its words and its pictures."""

    page: PageReading
    place: Place
    pictures: Pictures | None

    def row(self, deposit_id: str) -> dict[str, Any]:
        """The values of its row in `pages`."""
        page, words = self.page, self.page.words
        mean = sum(word.confidence for word in words) / len(words) if words else 0.0
        values = {
            name: getattr(page, name)
            for name in (
                "number",
                "width",
                "height",
                "dpi",
                "rotation",
                "skew",
                "blank",
                "source",
                "language",
                "kind",
                "quality",
            )
        }
        values |= {
            "deposit_id": deposit_id,
            "confidence": mean,
            "words": len(words),
            "error": None if page.error is None else page.error[:200],
            "separator": page.separator,
            "reading_offset": self.place.offset,
            "reading_length": self.place.length,
        }
        image, thumb = self.pictures or (None, None)
        for name, place in (("image", image), ("thumb", thumb)):
            values[f"{name}_offset"] = None if place is None else place.offset
            values[f"{name}_length"] = None if place is None else place.length
        return values


# Asked for every page of every answer to a search: made once, they take half the time.
_PLACE = (
    select(
        document_pages.c.deposit_id,
        deposits.c.reading_n,
        pages.c.reading_offset,
        pages.c.reading_length,
    )
    .select_from(document_pages)
    .join(pages, SAME_PAGE)
    .join(deposits, deposits.c.id == document_pages.c.deposit_id)
    .where(
        document_pages.c.document_id == bindparam("document"),
        document_pages.c.position == bindparam("position"),
    )
)
_NEWEST = (
    select(objects.c.key, objects.c.version, objects.c.digest, objects.c.size)
    .where(objects.c.key == bindparam("key"))
    .order_by(objects.c.id.desc())
    .limit(1)
)


def reading_key(deposit_id: str, n: int) -> str:
    """The vault key of a deposit's n-th reading."""
    return f"deposits/{deposit_id}/reading-{n}"


def images_key(deposit_id: str, n: int) -> str:
    """The vault key of the pictures that were made with a deposit's n-th reading."""
    return f"deposits/{deposit_id}/derived/images-{n}"


def write_reading(reading: Reading, pictures: Mapping[int, Pictures], out: BinaryIO) -> list[StoredPage]:
    """Write the object's bytes; gives the pages with their places."""
    # The words of all pages are most of a reading: the header is made without them.
    header = {"$schema": SCHEMA, **_without_pages(reading), "page_count": len(reading.pages)}
    position = _write_member(out, header)
    stored = []
    for page in reading.pages:
        images = pictures.get(page.number)
        length = _write_member(out, {"page": page.stored(), "pictures": images})
        stored.append(StoredPage(page, Place(position, length), images))
        position += length
    return stored


def read_stored(stream: BinaryIO) -> tuple[Reading, list[StoredPage]]:
    """A whole stored reading. Raises `VaultAltered` for bytes that are none."""
    members = _members(stream)
    try:
        _, header = next(members)
        if header.pop("$schema") != SCHEMA:
            raise ValueError("another schema")
        count = header.pop("page_count")
        found = [_stored_page(place, member) for place, member in members]
        if len(found) != count:
            raise ValueError("pages are missing")
        reading = replace(
            Reading.from_stored({**header, "pages": ()}), pages=tuple(one.page for one in found)
        )
    except (StopIteration, ValueError, KeyError, TypeError, zlib.error) as error:
        raise VaultAltered("this object is not a stored reading") from error
    return reading, found


def load_reading(archive: Archive, connection: Connection, deposit_id: str) -> Reading:
    """The newest reading of a deposit. Raises `VaultMissing` where there is none."""
    n = connection.execute(select(deposits.c.reading_n).where(deposits.c.id == deposit_id)).scalar()
    ref = object_ref(connection, reading_key(deposit_id, n or 0))
    with archive.objects.open(ref, f"deposits/{deposit_id}") as stream:
        return read_stored(stream)[0]


def load_page(archive: Archive, connection: Connection, deposit_id: str, number: int) -> PageReading | None:
    """One page of the newest reading of a deposit, without reading the others; None where there is no such page."""
    row = connection.execute(
        select(pages, deposits.c.reading_n)
        .join(deposits, deposits.c.id == pages.c.deposit_id)
        .where(pages.c.deposit_id == deposit_id, pages.c.number == number)
    ).one_or_none()
    if row is None:
        return None
    ref = object_ref(connection, reading_key(deposit_id, row.reading_n))
    return read_page(archive, deposit_id, ref, Place(row.reading_offset, row.reading_length))


def read_page(archive: Archive, deposit_id: str, ref: Ref, place: Place) -> PageReading:
    """The page at a place of a stored reading of the deposit. Raises `VaultAltered` for bytes that are none."""
    with archive.objects.open(ref, f"deposits/{deposit_id}", *place) as stream:
        data = stream.read()
    try:
        return _stored_page(place, json.loads(_inflate(data))).page
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise VaultAltered("a page of a stored reading is not readable") from error


def load_document_page(
    archive: Archive, connection: Connection, document_id: str, position: int
) -> PageReading | None:
    """What a page of a document says, by its number within the document; None where there is no such page."""
    row = connection.execute(_PLACE, {"document": document_id, "position": position}).one_or_none()
    if row is None:
        return None
    ref = object_ref(connection, reading_key(row.deposit_id, row.reading_n))
    return read_page(archive, row.deposit_id, ref, Place(row.reading_offset, row.reading_length))


def load_picture(
    archive: Archive, connection: Connection, row: Row[Any], *, thumb: bool = False
) -> bytes | None:
    """The JPEG of a page (a row of `pages`), or its thumbnail; None where the page has no picture."""
    offset, length = (row.thumb_offset, row.thumb_length) if thumb else (row.image_offset, row.image_length)
    if offset is None:
        return None
    n = connection.execute(select(deposits.c.reading_n).where(deposits.c.id == row.deposit_id)).scalar_one()
    ref = object_ref(connection, images_key(row.deposit_id, n))
    with archive.objects.open(ref, f"deposits/{row.deposit_id}", offset, length) as stream:
        return stream.read()


def object_ref(connection: Connection, key: str) -> Ref:
    """The version of an object that the catalogue names last. Raises `VaultMissing` where it names none."""
    row = connection.execute(_NEWEST, {"key": key}).one_or_none()
    if row is None:
        raise VaultMissing(f"the catalogue knows no object {key}")
    return Ref(row.key, row.version, row.digest, row.size)


def _without_pages(reading: Reading) -> dict[str, Any]:
    return {
        "sha256": reading.sha256,
        "media_type": reading.media_type,
        "language": reading.language,
        "kind": reading.kind,
        "kind_confidence": reading.kind_confidence,
        "parts": [asdict(part) for part in reading.parts],
        "fields": [asdict(item) for item in reading.fields],
        "engine": reading.engine,
    }


def _write_member(out: BinaryIO, value: object) -> int:
    data = zlib.compress(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), 6)
    out.write(data)
    return len(data)


def _stored_page(place: Place, member: Mapping[str, Any]) -> StoredPage:
    images = member["pictures"]
    pictures = None if images is None else Pictures(Place(*images[0]), Place(*images[1]))
    return StoredPage(PageReading.from_stored(member["page"]), place, pictures)


def _members(stream: BinaryIO) -> Iterator[tuple[Place, dict[str, Any]]]:
    """The members of the object with their places, one in memory at a time."""
    position, rest = 0, b""
    while True:
        machine, data, used = zlib.decompressobj(), bytearray(), 0
        while not machine.eof:
            piece = rest or stream.read(_PIECE)
            if not piece:
                if used:
                    raise ValueError("the last member is cut short")
                return
            data += machine.decompress(piece, _LARGEST_MEMBER - len(data))
            if len(data) >= _LARGEST_MEMBER:
                raise ValueError("a member is too large")
            rest = machine.unused_data if machine.eof else machine.unconsumed_tail
            used += len(piece) - len(rest)
        yield Place(position, used), json.loads(data)
        position += used


def _inflate(data: bytes) -> bytes:
    machine = zlib.decompressobj()
    return machine.decompress(data, _LARGEST_MEMBER)
