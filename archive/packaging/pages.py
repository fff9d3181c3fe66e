"""What was read of the pages of a deposit under a checkpoint: quality at once, pictures and words when asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, select

from archive.archive import Archive
from archive.catalogue.schema import manifests
from archive.packaging.folders import read_manifest
from archive.readings import StoredPage, images_key, object_ref, read_page, read_stored, reading_key
from archive.vault import Ref
from ocr.values import PageReading

_READING = "reading-"


@dataclass(frozen=True, slots=True)
class PagesRead:
    """The newest reading of a deposit that the log has under the checkpoint; its pages are kept without their words."""

    archive: Archive
    deposit: str
    engine: Mapping[str, Any]
    reading: Ref
    images: Ref
    pages: Mapping[int, StoredPage]

    @classmethod
    def find(cls, archive: Archive, connection: Connection, deposit: str, size: int) -> "PagesRead | None":
        """That reading; None where there is none. Raises what the vault raises."""
        n = _newest(archive, connection, deposit, size)
        if n is None:
            return None
        ref = object_ref(connection, reading_key(deposit, n))
        with archive.objects.open(ref, f"deposits/{deposit}") as stream:
            reading, stored = read_stored(stream)
        pages = {each.page.number: replace(each, page=_bare(each.page)) for each in stored}
        return cls(
            archive, deposit, reading.engine, ref, object_ref(connection, images_key(deposit, n)), pages
        )

    def page(self, number: int) -> PageReading:
        """A page with its words."""
        return read_page(self.archive, self.deposit, self.reading, self.pages[number].place)

    def picture(self, number: int, *, thumb: bool = False) -> bytes | None:
        """The JPEG of a page, or its thumbnail; None where it could not be read."""
        stored = self.pages.get(number)
        if stored is None or stored.pictures is None:
            return None
        place = stored.pictures.thumb if thumb else stored.pictures.page
        with self.archive.objects.open(self.images, f"deposits/{self.deposit}", *place) as stream:
            return stream.read()

    def summary(self, numbers: tuple[int, ...]) -> dict[str, Any]:
        """Engine, and of these pages (none: all) how they were found, as canonical JSON has it."""
        wanted = numbers or tuple(self.pages)
        found = [self.pages[number].page for number in wanted if number in self.pages]
        return {"engine": _plain(self.engine), "pages": [_page(page) for page in found]}


def _newest(archive: Archive, connection: Connection, deposit: str, size: int) -> int | None:
    versions = connection.execute(
        select(manifests.c.version)
        .where(manifests.c.deposit_id == deposit, manifests.c.role == "derived", manifests.c.seq < size)
        .order_by(manifests.c.version.desc())
    ).scalars()
    for version in versions:
        for entry in read_manifest(archive, connection, deposit, version).files:
            if entry.path.startswith(_READING):
                return int(entry.path.removeprefix(_READING))
    return None


def _bare(page: PageReading) -> PageReading:
    return replace(page, text="", words=())


def _page(page: PageReading) -> dict[str, Any]:
    value: dict[str, Any] = {
        "page": page.number,
        "width": page.width,
        "height": page.height,
        "dpi": page.dpi,
        "rotation": page.rotation,
        "blank": page.blank,
        "language": page.language,
        "source": page.source,
        "quality": page.quality,
    }
    return dict(_plain(value if page.error is None else value | {"error": page.error}))


def _plain(value: Any) -> Any:
    """The value without floats (as the shortest text that reads back as the same number) and without nulls."""
    match value:
        case float():
            return repr(value)
        case Mapping():
            return {str(name): _plain(member) for name, member in value.items() if member is not None}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value
