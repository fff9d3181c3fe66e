"""Signs the receipts of deposits and closed batches, once the log has their entries and the locks are set."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, exists, select, update

from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import batch_items, batches, deposits, log_outbox, manifests, objects
from archive.log_view import LogView
from signing.keys import Signer
from signing.receipt import Acceptance, BatchItem, BatchReceipt, DepositReceipt, ItemState
from tabellion.base.clock import rfc3339

_AT_ONCE = 500
_ORIGINAL = objects.alias()
_ACCEPTED = select(
    deposits, manifests.c.digest.label("manifest_digest"), manifests.c.seq.label("log_index")
).join(manifests, (manifests.c.deposit_id == deposits.c.id) & (manifests.c.version == 1))


class Receipts:
    """Signs with the archive's receipt key what the log has accepted."""

    def __init__(self, archive: Archive, signer: Signer) -> None:
        self._archive = archive
        self._signer = signer

    def run(self, token: int) -> int:
        """Sign the receipts that are due; says how many. Raises `LeaseLost`."""
        view = LogView.newest(self._archive)
        if view is None:
            return 0
        done = 0
        while count := self._deposits(token, view):
            done += count
        return done + self._batches(token, view)

    def _deposits(self, token: int, view: LogView) -> int:
        unlocked = exists().where(
            _ORIGINAL.c.key == "deposits/" + deposits.c.id + "/original",
            _ORIGINAL.c.retain_until.is_not(None),
            ~_ORIGINAL.c.locked,
        )
        due = _ACCEPTED.where(
            deposits.c.receipt.is_(None),
            deposits.c.erased_at.is_(None),
            manifests.c.seq < view.checkpoint.size,
            ~unlocked,
        ).limit(_AT_ONCE)
        waits = exists().where(deposits.c.receipt.is_(None), deposits.c.erased_at.is_(None))
        with self._archive.catalogue.read() as connection:
            # Most rounds find nothing: an index of those without a receipt tells, and no manifest is looked at.
            if not connection.scalar(select(waits)):
                return 0
            signed = [
                (
                    row.id,
                    DepositReceipt(
                        archive=self._archive.id,
                        origin=self._archive.origin,
                        accepted=_acceptance(connection, view, row),
                        batch=row.batch_id,
                        sequence=row.sequence,
                    ).sign(self._signer),
                )
                for row in connection.execute(due).all()
            ]
        if signed:
            with self._archive.catalogue.write() as connection:
                check_lease(connection, "keeper", token)
                for deposit, receipt in signed:
                    connection.execute(
                        update(deposits)
                        .where(deposits.c.id == deposit, deposits.c.erased_at.is_(None))
                        .values(receipt=receipt.decode())
                    )
        return len(signed)

    def _batches(self, token: int, view: LogView) -> int:
        """Closed batches whose entries have all left the outbox and whose deposits have their receipts."""
        waiting = exists().where(log_outbox.c.object_type == "batch", log_outbox.c.object_id == batches.c.id)
        unsealed = exists().where(
            batch_items.c.batch_id == batches.c.id,
            deposits.c.id == batch_items.c.deposit_id,
            deposits.c.receipt.is_(None),
            deposits.c.erased_at.is_(None),
        )
        # In the words of their index: all that were ever closed would be looked at, several times a second.
        due = select(batches).where(
            batches.c.closed_at.is_not(None), batches.c.receipt.is_(None), ~waiting, ~unsealed
        )
        done = 0
        with self._archive.catalogue.read() as connection:
            closed = connection.execute(due).all()
        for batch in closed:
            with self._archive.catalogue.read() as connection:
                receipt = self._batch_receipt(connection, view, batch)
            with self._archive.catalogue.write() as connection:
                check_lease(connection, "keeper", token)
                connection.execute(
                    update(batches).where(batches.c.id == batch.id).values(receipt=receipt.decode())
                )
            done += 1
        return done

    def _batch_receipt(self, connection: Connection, view: LogView, batch: Row[Any]) -> bytes:
        items = tuple(_items(connection, view, batch))
        numbers = {item.sequence for item in items}
        gaps = sorted(set(range(1, max(numbers, default=0) + 1)) - numbers)
        return BatchReceipt(
            archive=self._archive.id,
            origin=self._archive.origin,
            batch=batch.id,
            closed_at=rfc3339(batch.closed_at),
            items=items,
            gaps=tuple(gaps),
            station=batch.station_id,
            declared_sheets=batch.sheets,
            declared_sides=batch.sides,
        ).sign(self._signer)


def _items(connection: Connection, view: LogView, batch: Row[Any]) -> Iterator[BatchItem]:
    """Every item by number, what was replaced first; of two with the same bytes, the later names the earlier."""
    living = _ACCEPTED.where(deposits.c.batch_id == batch.id, deposits.c.erased_at.is_(None))
    accepted = {row.id: row for row in connection.execute(living).all()}
    rows = connection.execute(
        select(batch_items)
        .where(batch_items.c.batch_id == batch.id)
        .order_by(
            batch_items.c.sequence, batch_items.c.state != "replaced", batch_items.c.at, batch_items.c.id
        )
    ).all()
    first_with: dict[str, int] = {}
    for item in rows:
        deposit = accepted.get(item.deposit_id)
        proof = None if deposit is None else _acceptance(connection, view, deposit)
        state: ItemState = "supplement" if batch.supplement_of is not None else "received"
        other = None
        if item.state == "void" or deposit is None:
            state = "void"
        elif item.state == "replaced":
            state, other = "replaced", item.sequence
        else:
            first = first_with.setdefault(deposit.sha256, item.sequence)
            if first != item.sequence:
                state, other = "duplicate", first
        yield BatchItem(item.sequence, state, proof, other)


def _acceptance(connection: Connection, view: LogView, row: Row[Any]) -> Acceptance:
    return Acceptance(
        deposit=row.id,
        size=row.size,
        sha256=row.sha256,
        sha512=row.sha512,
        manifest=row.manifest_digest,
        received_at=rfc3339(row.received_at),
        log_index=row.log_index,
        proof=view.proof(connection, row.log_index).to_text(),
    )
