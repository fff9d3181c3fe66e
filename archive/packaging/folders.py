"""Which deposits go out, each whole or as an extract of the pages that are used, and which stamp covers it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from archive.archive import Archive
from archive.catalogue.schema import deposits, manifests, stamps
from archive.packaging.order import ExportRefused
from archive.packaging.papers import Paper, Use
from archive.readings import object_ref
from archive.verification.stamp_check import PROVED
from signing.manifest import EvidenceManifest, Source

EXTRACT = "extract"
"""Role of the file of an extract."""

_LARGEST_MANIFEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the package: a deposit, and its manifest that goes out.

    `pages` are those of an extract, none where the original goes out; `manifest` is the catalogue's row of its
    manifest, None for an extract that is not made yet; `stamp` is the row of the verified stamp that covers it.
    """

    deposit: Row[Any]
    pages: tuple[int, ...]
    manifest: Row[Any] | None
    stamp: Row[Any] | None

    @property
    def extract(self) -> bool:
        """Whether only some pages go out."""
        return bool(self.pages)


@dataclass(frozen=True, slots=True)
class Laid:
    """The folders of a package, and per paper the places (from 0) of those that it is in."""

    folders: tuple[Folder, ...]
    places: tuple[tuple[int, ...], ...]


def lay_out(archive: Archive, connection: Connection, papers: Sequence[Paper], size: int) -> Laid:
    """The folders of the papers under the checkpoint of that size. Raises `ExportRefused`."""
    rows = _deposits(connection, papers)
    whole = _used_whole(papers, rows)
    found: dict[tuple[str, tuple[int, ...]], Folder] = {}
    number: dict[tuple[str, tuple[int, ...]], int] = {}
    places = []
    for paper in papers:
        keys = [(use.deposit, () if use.deposit in whole else use.pages) for use in paper.uses]
        for deposit, pages in keys:
            if (deposit, pages) not in found:
                found[deposit, pages] = _folder(archive, connection, rows[deposit], pages, size)
                number[deposit, pages] = len(number)
        places.append(tuple(number[key] for key in keys))
    return Laid(tuple(found.values()), tuple(places))


def find_extract(
    archive: Archive, connection: Connection, deposit: str, pages: tuple[int, ...]
) -> Row[Any] | None:
    """The row of the manifest of a kept extract of exactly these pages, the newest."""
    derived = connection.execute(
        select(manifests)
        .where(manifests.c.deposit_id == deposit, manifests.c.role == "derived")
        .order_by(manifests.c.version.desc())
    ).all()
    received = received_manifest(connection, deposit)
    for row in derived:
        manifest = read_manifest(archive, connection, deposit, row.version)
        kinds = {entry.role for entry in manifest.files}
        if kinds == {EXTRACT} and manifest.derived_from == (Source(received.digest, pages),):
            return row
    return None


def received_manifest(connection: Connection, deposit: str) -> Row[Any]:
    """The row of the newest manifest of a deposit as it was received."""
    return connection.execute(
        select(manifests)
        .where(manifests.c.deposit_id == deposit, manifests.c.role == "received")
        .order_by(manifests.c.version.desc())
        .limit(1)
    ).one()


def read_manifest(archive: Archive, connection: Connection, deposit: str, version: int) -> EvidenceManifest:
    """A manifest out of the vault. Raises `ManifestInvalid` and what the vault raises."""
    return EvidenceManifest.parse(manifest_bytes(archive, connection, deposit, version))


def manifest_bytes(archive: Archive, connection: Connection, deposit: str, version: int) -> bytes:
    """The exact bytes of a manifest."""
    owner = f"deposits/{deposit}"
    ref = object_ref(connection, f"{owner}/manifest-{version}.json")
    return archive.objects.read_bytes(ref, owner, _LARGEST_MANIFEST)


def _deposits(connection: Connection, papers: Sequence[Paper]) -> Mapping[str, Row[Any]]:
    wanted = {use.deposit for paper in papers for use in paper.uses}
    rows = {
        row.id: row
        for row in connection.execute(select(deposits).where(deposits.c.id.in_(wanted)))
        if row.erased_at is None
    }
    if gone := wanted - rows.keys():
        raise ExportRefused(
            f"deposit {min(gone)} was erased just now", advice="Ask again: the papers have changed."
        )
    return rows


def _used_whole(papers: Sequence[Paper], rows: Mapping[str, Row[Any]]) -> set[str]:
    """Deposits of which all pages go out anyway, with one paper or with several."""
    uses: dict[str, list[Use]] = defaultdict(list)
    for paper in papers:
        for use in paper.uses:
            uses[use.deposit].append(use)
    return {
        deposit
        for deposit, used in uses.items()
        if any(not use.pages for use in used)
        or {page for use in used for page in use.pages} >= set(range(1, (rows[deposit].page_count or 0) + 1))
    }


def _folder(
    archive: Archive, connection: Connection, deposit: Row[Any], pages: tuple[int, ...], size: int
) -> Folder:
    if pages:
        manifest = find_extract(archive, connection, deposit.id, pages)
    else:
        manifest = received_manifest(connection, deposit.id)
    stamp = None
    if manifest is not None and manifest.stamp_id is not None:
        stamp = connection.execute(
            select(stamps).where(
                stamps.c.id == manifest.stamp_id, stamps.c.state.in_(PROVED), stamps.c.checkpoint_size <= size
            )
        ).one_or_none()
    return Folder(deposit, pages, manifest, stamp)
