"""Kept packages out of the vault, as the log's `export` entries name them."""

from typing import BinaryIO

from sqlalchemy import insert

from archive.catalogue.schema import package_deposits, package_documents, packages
from archive.packaging.order import Order
from archive.packaging.shelf import container_key, order_key, owner_of
from archive.rebuilding.log_read import LogFacts, Told
from archive.rebuilding.vault_read import VaultObjects
from archive.vault import Ref
from signing import canonical
from signing.package import layout
from signing.package.index import PackageIndex
from signing.verifier.container import Container
from signing.verifier.opened import LARGEST_JSON, LARGEST_NOTE
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import EvidenceError


def write_packages(vault: VaultObjects, facts: LogFacts) -> int:
    """Write every package that the log tells of and that was not erased; gives how many.

    What it does not tell of was never handed out: it is made again when it is asked for.
    """
    count = 0
    for package, _ in vault.groups("packages/"):
        told = next(iter(facts.named("package", package, "export").values()), None)
        if told is None or facts.erased("package", package) is not None:
            continue
        ref = vault.version_with(container_key(package), owner_of(package), told.subject)
        if ref is None:
            vault.problems.append(f"the container of package {package} is not in the vault")
            continue
        try:
            with vault.archive.objects.open(ref, owner_of(package)) as stream:
                _write(vault, package, told, ref, stream)
        except (EvidenceError, ValueError, KeyError) as error:
            vault.problems.append(f"package {package}: {error}")
            vault.keep(ref, owner_of(package))
            continue
        count += 1
    return count


def _write(vault: VaultObjects, package: str, told: Told, ref: Ref, stream: BinaryIO) -> None:
    container = Container(stream)
    index = PackageIndex.parse(container.read(layout.INDEX, LARGEST_JSON))
    note = container.read(layout.CHECKPOINT, LARGEST_NOTE)
    found = vault.contents(order_key(package), owner_of(package))
    if not found:
        raise ValueError("its order is not in the vault")
    content = found[-1]
    value = canonical.load_object(content.data)
    order = Order.from_json(value)
    owner = owner_of(package)
    vault.connection.execute(
        insert(packages).values(
            id=package,
            state="ready",
            selection=order.selection,
            language=order.language,
            checkpoint=index.checkpoint,
            note=note.decode(),
            evidence=value["evidence"],
            wanted=order.to_json(),
            pending=value["pending"],
            digest=told.subject,
            size=vault.archive.objects.size(ref),
            ordered_at=parse_rfc3339(value["ordered_at"]),
            ordered_by=value["ordered_by"],
            made_at=parse_rfc3339(value["made_at"]),
            done=len(index.documents),
        )
    )
    vault.connection.execute(
        insert(package_documents),
        [
            {"package_id": package, "position": position, "document_id": item.document}
            for position, item in enumerate(index.documents, 1)
        ],
    )
    held = sorted({item.deposit for item in index.deposits})
    vault.connection.execute(
        insert(package_deposits), [{"package_id": package, "deposit_id": deposit} for deposit in held]
    )
    vault.note(ref, owner, told.subject, told.time)
    vault.note(content.ref, owner, content.digest, told.time)
