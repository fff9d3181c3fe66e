"""Packages as the catalogue lists them: ordered once, found again, told in the log when they are handed out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, insert, select, update

from archive.archive import Archive
from archive.catalogue.schema import (
    deposits,
    log_entries,
    log_outbox,
    package_deposits,
    package_documents,
    packages,
)
from archive.log import record
from archive.packaging.order import ExportRefused, Order
from archive.packaging.plan import Plan
from signing.digests import Digests
from signing.entry import Entry
from tabellion.base.errors import NotFound

State = Literal["building", "ready", "failed", "erased"]


@dataclass(frozen=True, slots=True)
class Package:
    """A package. `order` has the checkpoint that it is made for (`signed` is that), and is None once it was erased.

    `pending` says that the time proof of something in it was still to come when it was made; `digest` (SHA-256, hex)
    and `size` are those of the container once it is ready; `reason_code` and `reason` say why it failed. `done` says
    how many of its documents are done while it is being made; what is done to all of them together comes after.
    """

    id: str
    state: State
    order: Order | None
    documents: tuple[str, ...]
    language: str
    checkpoint: int
    signed: bytes
    pending: bool
    digest: str | None
    size: int | None
    ordered_at: datetime
    ordered_by: str
    made_at: datetime | None
    done: int
    reason_code: str | None
    reason: str | None


def owner_of(package: str) -> str:
    """Whose key encrypts the objects of a package."""
    return f"packages/{package}"


def container_key(package: str) -> str:
    """Where the vault keeps the container."""
    return f"packages/{package}/package.asice"


def order_key(package: str) -> str:
    """Where the vault keeps the order, for a rebuild."""
    return f"packages/{package}/order.json"


def find(connection: Connection, package: str) -> Package:
    """The package with that id; raises `NotFound`."""
    row = connection.execute(select(packages).where(packages.c.id == package)).one_or_none()
    if row is None:
        raise NotFound("there is no such package")
    return _packages(connection, [row])[0]


def find_many(connection: Connection, ids: Sequence[str]) -> tuple[Package, ...]:
    """The packages with these ids that are there, in the order of the ids."""
    rows = connection.execute(select(packages).where(packages.c.id.in_(ids))).all()
    found = {package.id: package for package in _packages(connection, rows)}
    return tuple(found[each] for each in ids if each in found)


def of_document(connection: Connection, document: str) -> tuple[Package, ...]:
    """The packages that hold a document, the newest first."""
    held = select(package_documents.c.package_id).where(package_documents.c.document_id == document)
    rows = connection.execute(
        select(packages).where(packages.c.id.in_(held)).order_by(packages.c.id.desc())
    ).all()
    return tuple(_packages(connection, rows))


def find_kept(connection: Connection, plan: Plan) -> Package | None:
    """The package of this plan, ordered before.

    While a time proof is pending, every entry of the log makes another newest checkpoint: where none was asked for, a
    package of the same papers and evidence under an earlier one is as good.
    """
    same = (
        packages.c.selection == plan.order.selection,
        packages.c.language == plan.order.language,
        packages.c.evidence == plan.evidence,
        packages.c.state != "erased",
    )
    exact = select(packages).where(*same, packages.c.checkpoint == plan.size)
    row = connection.execute(exact).one_or_none()
    if row is None and plan.order.checkpoint is None and plan.pending:
        earlier = select(packages).where(*same, packages.c.checkpoint < plan.size)
        row = connection.execute(earlier.order_by(packages.c.checkpoint.desc()).limit(1)).one_or_none()
    return None if row is None else _packages(connection, [row])[0]


def put(archive: Archive, connection: Connection, plan: Plan, actor: str) -> Package:
    """The row of the package of this plan, with the one that was ordered before where there is one."""
    kept = find_kept(connection, plan)
    if kept is not None and kept.state != "failed":
        return kept
    if kept is not None:
        changed = update(packages).where(packages.c.id == kept.id, packages.c.state == "failed")
        connection.execute(changed.values(state="building", done=0, reason_code=None, reason=None))
        return replace(kept, state="building", done=0, reason_code=None, reason=None)
    package = archive.ids.new()
    connection.execute(
        insert(packages).values(
            id=package,
            state="building",
            selection=plan.order.selection,
            language=plan.order.language,
            checkpoint=plan.size,
            note=plan.signed.decode(),
            evidence=plan.evidence,
            wanted=plan.order.to_json(),
            pending=plan.pending,
            ordered_at=archive.clock.now(),
            ordered_by=actor,
        )
    )
    connection.execute(
        insert(package_documents),
        [
            {"package_id": package, "position": position, "document_id": paper.document}
            for position, paper in enumerate(plan.papers, 1)
        ],
    )
    held = dict.fromkeys(folder.deposit.id for folder in plan.folders)
    connection.execute(
        insert(package_deposits), [{"package_id": package, "deposit_id": deposit} for deposit in held]
    )
    return find(connection, package)


def finish(archive: Archive, connection: Connection, package: Package, plan: Plan, digests: Digests) -> bool:
    """Say that the package is there; False where another worker was faster.

    Since it was ordered, a stamp may have been verified: what the plan says now is in it. Raises `ExportRefused` where
    something in it was erased meanwhile.
    """
    held = select(package_deposits.c.deposit_id).where(package_deposits.c.package_id == package.id)
    gone = select(deposits.c.id).where(deposits.c.id.in_(held), deposits.c.erased_at.is_not(None))
    state = connection.scalar(select(packages.c.state).where(packages.c.id == package.id).with_for_update())
    if state == "erased" or connection.scalar(gone.limit(1)) is not None:
        raise ExportRefused("something in the package was erased while it was made")
    if state == "ready":
        return False
    connection.execute(
        update(packages)
        .where(packages.c.id == package.id)
        .values(
            state="ready",
            evidence=plan.evidence,
            pending=plan.pending,
            digest=digests.sha256,
            size=digests.size,
            made_at=archive.clock.now(),
            done=len(package.documents),
            reason_code=None,
            reason=None,
        )
    )
    return True


def note_done(connection: Connection, package: str, done: int) -> None:
    """Say how many documents of a package that is being made are done."""
    changed = update(packages).where(packages.c.id == package, packages.c.state == "building")
    connection.execute(changed.values(done=done))


def fail(connection: Connection, package: str, code: str, reason: str) -> None:
    """Say why a package could not be made."""
    changed = update(packages).where(packages.c.id == package, packages.c.state == "building")
    connection.execute(changed.values(state="failed", reason_code=code, reason=reason))


def tell(archive: Archive, connection: Connection, package: Package, actor: str, recipient: str) -> None:
    """The `export` entries: of the package and of each document in it, once for each class of recipient."""
    if package.digest is None or recipient in _told(connection, package.id):
        return
    things = [("package", package.id), *(("document", document) for document in package.documents)]
    for object_type, object_id in things:
        record(
            connection,
            type="export",
            object_type=object_type,
            object_id=object_id,
            subject=package.digest,
            actor=actor,
            time=archive.clock.now(),
            reason=recipient,
        )


def _told(connection: Connection, package: str) -> set[str | None]:
    """The classes of recipients for whom the log has an `export` entry, or will have one in a moment."""
    logged = connection.execute(
        select(log_entries.c.entry).where(
            log_entries.c.type == "export",
            log_entries.c.object_type == "package",
            log_entries.c.object_id == package,
        )
    ).scalars()
    waiting = connection.execute(
        select(log_outbox.c.reason).where(
            log_outbox.c.type == "export",
            log_outbox.c.object_type == "package",
            log_outbox.c.object_id == package,
        )
    ).scalars()
    return {Entry.parse(data).reason for data in logged} | set(waiting)


def _packages(connection: Connection, rows: Sequence[Row[Any]]) -> list[Package]:
    documents: dict[str, list[str]] = {row.id: [] for row in rows}
    for held in connection.execute(
        select(package_documents)
        .where(package_documents.c.package_id.in_(documents))
        .order_by(package_documents.c.package_id, package_documents.c.position)
    ):
        documents[held.package_id].append(held.document_id)
    return [
        Package(
            id=row.id,
            state=cast(State, row.state),
            order=replace(Order.from_json(row.wanted), checkpoint=row.checkpoint) if row.wanted else None,
            documents=tuple(documents[row.id]),
            language=row.language,
            checkpoint=row.checkpoint,
            signed=row.note.encode(),
            pending=row.pending,
            digest=row.digest,
            size=row.size,
            ordered_at=row.ordered_at,
            ordered_by=row.ordered_by,
            made_at=row.made_at,
            done=row.done,
            reason_code=row.reason_code,
            reason=row.reason,
        )
        for row in rows
    ]
