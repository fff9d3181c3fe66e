"""Packages of matters: which were ordered of which selection, by whom, and which were filed with the court."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from archive.archive import Archive
from archive.catalogue.schema import matter_packages
from archive.catalogue.upsert import insert_if_absent
from archive.matters import lock_matter
from archive.records import record_matter
from archive.selections import Selection, freeze
from tabellion.base.errors import NotFound


@dataclass(frozen=True, slots=True)
class MatterPackage:
    """A package that was ordered for a matter; what became of it, the archive's packages say."""

    matter: str
    selection: str
    package: str
    ordered_by: str
    ordered_at: datetime
    filed_at: datetime | None
    filed_by: str | None


def note_package(
    archive: Archive, connection: Connection, selection: Selection, package: str, actor: str
) -> None:
    """Say that the package was ordered of the selection, which never changes again. A second time nothing happens."""
    lock_matter(connection, selection.matter)
    row = {
        "matter_id": selection.matter,
        "selection_id": selection.id,
        "package_id": package,
        "ordered_by": actor,
        "ordered_at": archive.clock.now(),
    }
    if insert_if_absent(connection, matter_packages, row, key=("matter_id", "package_id")):
        freeze(archive, connection, selection.id)
        record_matter(archive, connection, selection.matter, actor=actor)


def file_package(
    archive: Archive, connection: Connection, matter_id: str, package: str, actor: str, *, filed: bool
) -> None:
    """Say that the package went to the court, or that this was said in error; raises NotFound."""
    lock_matter(connection, matter_id)
    present = find_matter_package(connection, matter_id, package)
    if (present.filed_at is not None) == filed:
        return
    connection.execute(
        update(matter_packages)
        .where(matter_packages.c.matter_id == matter_id, matter_packages.c.package_id == package)
        .values(filed_at=archive.clock.now() if filed else None, filed_by=actor if filed else None)
    )
    record_matter(archive, connection, matter_id, actor=actor)


def find_matter_package(connection: Connection, matter_id: str, package: str) -> MatterPackage:
    """The package, where it was ordered for that matter; raises NotFound."""
    for found in packages_of(connection, [matter_id]):
        if found.package == package:
            return found
    raise NotFound("there is no such package of this matter")


def packages_of(connection: Connection, matter_ids: Sequence[str]) -> list[MatterPackage]:
    """The packages of these matters, the newest first."""
    rows = connection.execute(
        select(matter_packages)
        .where(matter_packages.c.matter_id.in_(matter_ids))
        .order_by(matter_packages.c.ordered_at.desc(), matter_packages.c.package_id.desc())
    ).all()
    return [
        MatterPackage(
            row.matter_id,
            row.selection_id,
            row.package_id,
            row.ordered_by,
            row.ordered_at,
            row.filed_at,
            row.filed_by,
        )
        for row in rows
    ]
