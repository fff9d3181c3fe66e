"""Packages for a court: ordered, made, kept in the vault, found and opened again; the face of `archive.packaging`.

A package is made once per selection, language, checkpoint and evidence version; asking again gives the kept bytes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy.exc import IntegrityError

from archive.archive import Archive
from archive.catalogue import URGENT, add_work, retry_work
from archive.packaging import shelf
from archive.packaging.extracts import Drawing, make_extract
from archive.packaging.folders import Folder
from archive.packaging.issuer import Issuer
from archive.packaging.make import PackageUnsound, Progress, build
from archive.packaging.notes import file_name
from archive.packaging.order import LANGUAGES, Choice, ExportNotReady, ExportRefused, Order, Recipient
from archive.packaging.plan import Plan, make_plan
from archive.packaging.shelf import Package, State
from archive.readings import object_ref
from tabellion.base.errors import Conflict, NotFound

__all__ = [
    "LANGUAGES",
    "WORK",
    "Choice",
    "Drawing",
    "ExportNotReady",
    "ExportRefused",
    "Issuer",
    "Order",
    "Package",
    "PackageUnsound",
    "Preview",
    "PreviewDeposit",
    "PreviewDocument",
    "Recipient",
    "State",
    "build_ordered",
    "fail_ordered",
    "find_package",
    "find_packages",
    "make_package",
    "open_package",
    "order_package",
    "packages_of",
    "preview",
]

WORK = "package"
"""Kind of the work that `order_package` queues: `build_ordered` does it."""

_TRIES = 3
_WAIT_SECONDS = 15.0
_LOOK_SECONDS = 0.1
_SAVE_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class PreviewDeposit:
    """What goes out of a deposit: the original byte for byte, or an extract of these pages (`pages` of the deposit).

    `size` is None for an extract that is not made yet; `existed_by`, `authority` and `time_class` are None while the
    time proof is pending.
    """

    deposit: str
    file_name: str | None
    pages: tuple[int, ...]
    page_count: int | None
    extract: bool
    size: int | None
    received_at: datetime
    stamp: int | None
    existed_by: datetime | None
    authority: str | None
    time_class: str | None


@dataclass(frozen=True, slots=True)
class PreviewDocument:
    """A document of the order: its pages that go out (0: not counted yet), its deposits, and those that were erased.

    `rescan_of` are documents that this one is a re-scan of.
    """

    document: str
    page_count: int
    deposits: tuple[PreviewDeposit, ...]
    erased: tuple[str, ...]
    rescan_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a package of an order would hold; `size` is that of the files that are there already."""

    documents: tuple[PreviewDocument, ...]
    checkpoint: int
    pending: bool
    size: int


def preview(archive: Archive, order: Order) -> Preview:
    """Plan a package without making anything. Raises `ExportRefused`, `ExportNotReady`, and what the vault raises."""
    plan = make_plan(archive, order)
    shown = [_preview_deposit(plan, folder) for folder in plan.folders]
    found = tuple(
        PreviewDocument(
            document=paper.document,
            page_count=paper.page_count,
            deposits=tuple(shown[place] for place in places),
            erased=erased,
            rescan_of=tuple(
                one["other"] for one in paper.record["relations"] if one["relation"] == "rescan_of"
            ),
        )
        for paper, places, erased in zip(plan.papers, plan.laid.places, plan.erased, strict=True)
    )
    return Preview(found, plan.size, plan.pending, sum(one.size or 0 for one in shown))


def order_package(
    archive: Archive,
    order: Order,
    actor: str,
    *,
    wait: Callable[[float], None] = time.sleep,
    drawing: Drawing | None = None,
) -> Package:
    """The kept package of the order, told to the log for this recipient; else a row in state `building`, and its work.

    Extracts are made first, with `drawing` out of the originals, and the log is waited for: up to 15 seconds, in steps
    of `wait`. Raises `ExportRefused`, `ExportNotReady`, and what the vault raises. `actor` is a pseudonym.
    """
    return _on_shelf(archive, _settled(archive, order, actor, wait, drawing), actor, queue=True)


def make_package(
    archive: Archive,
    issuer: Issuer,
    order: Order,
    actor: str,
    *,
    wait: Callable[[float], None] = time.sleep,
    drawing: Drawing | None = None,
) -> Package:
    """As `order_package`, and the package is made here and now where it is not kept; also raises `PackageUnsound`."""
    plan = _settled(archive, order, actor, wait, drawing)
    package = _on_shelf(archive, plan, actor, queue=False)
    if package.state != "ready":
        _build(archive, issuer, package, plan, actor)
    return find_package(archive, package.id)


def build_ordered(archive: Archive, issuer: Issuer, package_id: str) -> None:
    """Make a package that was ordered, unless it is there by now; for workers. Raises what `make_package` raises.

    The catalogue says meanwhile how many of its documents are done.
    """
    package, saved = find_package(archive, package_id), 0.0

    def progress(done: int) -> None:
        nonlocal saved
        if time.monotonic() - saved < _SAVE_SECONDS and done < len(package.documents):
            return
        with archive.catalogue.write() as connection:
            shelf.note_done(connection, package_id, done)
        saved = time.monotonic()

    if package.state != "ready":
        _build(archive, issuer, package, None, package.ordered_by, progress)


def fail_ordered(archive: Archive, package_id: str, code: str, reason: str) -> None:
    """Say why a package that was ordered is not made: by workers, after the last attempt."""
    with archive.catalogue.write() as connection:
        shelf.fail(connection, package_id, code, reason)


def find_package(archive: Archive, package_id: str) -> Package:
    """The package with that id; raises `NotFound`."""
    with archive.catalogue.read() as connection:
        return shelf.find(connection, package_id)


def find_packages(archive: Archive, package_ids: Sequence[str]) -> tuple[Package, ...]:
    """Those of the packages that are there, in the order of the ids."""
    with archive.catalogue.read() as connection:
        return shelf.find_many(connection, package_ids)


def packages_of(archive: Archive, document: str) -> tuple[Package, ...]:
    """The packages that hold a document, the newest first."""
    with archive.catalogue.read() as connection:
        return shelf.of_document(connection, document)


def open_package(archive: Archive, package_id: str) -> BinaryIO:
    """The bytes of a package that is ready: a seekable stream, to be closed. Raises `NotFound` and `Conflict`."""
    with archive.catalogue.read() as connection:
        package = shelf.find(connection, package_id)
        if package.state != "ready":
            raise Conflict(
                f"the package is {package.state}", advice="Look at its state; it may just be made."
            )
        ref = object_ref(connection, shelf.container_key(package_id))
    return archive.objects.open(ref, shelf.owner_of(package_id))


def _settled(
    archive: Archive, order: Order, actor: str, wait: Callable[[float], None], drawing: Drawing | None
) -> Plan:
    """The plan with all extracts made and logged."""
    waited = 0.0
    while True:
        try:
            plan = make_plan(archive, order)
        except ExportNotReady:
            if waited >= _WAIT_SECONDS:
                raise
            wait(_LOOK_SECONDS)
            waited += _LOOK_SECONDS
            continue
        if not plan.missing:
            return plan
        for folder in plan.missing:
            make_extract(archive, folder, actor, drawing)


def _on_shelf(archive: Archive, plan: Plan, actor: str, *, queue: bool) -> Package:
    """The package of the plan: told to the log where it is ready, else, with `queue`, work for a worker."""
    for _ in range(_TRIES):
        try:
            with archive.catalogue.write() as connection:
                package = shelf.put(archive, connection, plan, actor)
                if package.state == "ready":
                    shelf.tell(archive, connection, package, actor, plan.order.recipient)
                elif queue:
                    now = archive.clock.now()
                    add_work(connection, archive.ids, WORK, package.id, now, priority=URGENT, owner=actor)
                    retry_work(connection, WORK, package.id, now)
                return package
        except IntegrityError:
            continue  # somebody else ordered the same at the same moment: theirs is found next
    raise Conflict("the same package is being ordered again and again", advice="Ask again in a moment.")


def _build(
    archive: Archive,
    issuer: Issuer,
    package: Package,
    plan: Plan | None,
    actor: str,
    progress: Progress = lambda done: None,
) -> None:
    """Make a package; `plan` is for its checkpoint, or for a newer one than that of the package which was found."""
    if package.order is None:
        raise NotFound("the package was erased")
    if plan is None or plan.signed != package.signed:
        plan = make_plan(archive, package.order, package.signed)
    try:
        build(archive, issuer, package, plan, actor, progress)
    except IntegrityError as error:
        raise Conflict("the same package was made just now", advice="Ask again: it is there.") from error


def _preview_deposit(plan: Plan, folder: Folder) -> PreviewDeposit:
    deposit, stamp = folder.deposit, folder.stamp
    return PreviewDeposit(
        deposit=deposit.id,
        file_name=file_name(plan.papers, deposit.id),
        pages=folder.pages,
        page_count=deposit.page_count,
        extract=folder.extract,
        size=None if folder.extract else deposit.size,
        received_at=deposit.received_at,
        stamp=None if stamp is None else stamp.number,
        existed_by=None if stamp is None else stamp.gen_time,
        authority=None if stamp is None else stamp.authority,
        time_class=None if stamp is None else stamp.time_class,
    )
