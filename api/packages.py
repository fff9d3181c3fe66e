"""Packages of matters as screens and REST tell of them: where each stands, what it is called, who may have it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Literal

from sqlalchemy import Connection

from api import access
from api.access import Action, Actor
from api.events import record_access
from archive.archive import Archive
from archive.matter_packages import MatterPackage, packages_of
from archive.packages import Package, open_package
from archive.packaging.shelf import find_many
from archive.selections import Item, find_selection
from tabellion.base.errors import Conflict, Forbidden, NotFound

Stage = Literal["building", "ready", "pending", "filed", "failed", "erased"]
STAGES: tuple[Stage, ...] = ("building", "failed", "pending", "ready", "filed", "erased")
"""In the order in which somebody has to look at them."""

PENDING_NAME = "TIME-PROOF-PENDING"
_LONGEST_NAME = 80
_PIECE = 1 << 18


@dataclass(frozen=True, slots=True)
class PackageShown:
    """A package of a matter; `number` is that of its selection, `kept` None where the archive has lost it."""

    ordered: MatterPackage
    kept: Package | None

    @property
    def stage(self) -> Stage:
        """Where it stands. What was made while a time proof was pending stays so: its bytes never change."""
        if self.kept is None:
            return "erased"
        if self.kept.state != "ready":
            return self.kept.state
        if self.ordered.filed_at is not None:
            return "filed"
        return "pending" if self.kept.pending else "ready"

    @property
    def pending(self) -> bool:
        """Whether a time proof was still to come when it was made."""
        return self.kept is not None and self.kept.pending


def packages_shown(archive: Archive, connection: Connection, matter_ids: Sequence[str]) -> list[PackageShown]:
    """The packages of these matters, the newest first."""
    ordered = packages_of(connection, matter_ids)
    kept = {package.id: package for package in find_many(connection, [one.package for one in ordered])}
    return [PackageShown(one, kept.get(one.package)) for one in ordered]


def find_shown(
    archive: Archive, connection: Connection, actor: Actor, action: Action, matter_id: str, package_id: str
) -> PackageShown:
    """The package of a matter that is the actor's. Raises Forbidden, NotFound."""
    access.require_matter(connection, actor, action, matter_id)
    for shown in packages_shown(archive, connection, [matter_id]):
        if shown.ordered.package == package_id:
            return shown
    raise NotFound("there is no such package of this matter")


def hand_out(
    archive: Archive, actor: Actor, matter_id: str, package_id: str
) -> tuple[PackageShown, Iterator[bytes]]:
    """A package that is ready, and its bytes in pieces; an entry of the log.

    It needs the right to all that is in it. Raises Forbidden, NotFound, Conflict.
    """
    with archive.catalogue.write() as connection:
        shown = find_shown(archive, connection, actor, Action.EXPORT, matter_id, package_id)
        require_items(connection, actor, find_selection(connection, matter_id, shown.ordered.selection).items)
        if shown.kept is None or shown.kept.state != "ready":
            raise Conflict("the package is not there", advice="Look at its state; it may just be made.")
        record_access(archive, connection, actor, "download", "package", package_id)
    return shown, _pieces(open_package(archive, package_id))


def _pieces(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while piece := stream.read(_PIECE):
            yield piece


def order_of_states(found: Sequence[PackageShown]) -> list[PackageShown]:
    """What somebody waits for first, what is filed and what is gone last."""
    return sorted(found, key=lambda one: STAGES.index(one.stage))


def file_name(matter: str, shown: PackageShown) -> str:
    """The name that a package is handed out under; one without all its time proofs says so."""
    plain = unicodedata.normalize("NFKD", matter.replace("ł", "l").replace("Ł", "L"))
    slug = re.sub(r"[^A-Za-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    kept = shown.kept
    parts = [slug[:_LONGEST_NAME].strip("-") or "package", f"{shown.ordered.ordered_at:%Y-%m-%d}"]
    parts += [] if kept is None else [kept.language]
    parts += [PENDING_NAME] if shown.pending else []
    return "_".join(parts) + ".asice"


def require_items(connection: Connection, actor: Actor, items: Sequence[Item]) -> None:
    """Raise Forbidden unless every page that the items name may be handed out by the actor."""
    access.require(actor, Action.DOWNLOAD)
    opened = access.open_pages(connection, actor, [item.document for item in items])
    for item in items:
        allowed = opened.get(item.document)
        pages = range(item.first, item.last + 1)
        if allowed is None or not (
            allowed.complete if item.whole else all(allowed.page(page) for page in pages)
        ):
            raise Forbidden(access.NO_DOCUMENT)
