"""Checks the records of documents, batches and matters: each that the log names is there, and is the one it names."""

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Row, exists, select

from archive.archive import Archive
from archive.catalogue.schema import log_entries, log_outbox, objects
from archive.records import PLACES
from archive.verification.findings import Findings
from archive.verification.log_check import LogCheck, Thing
from archive.verification.object_check import ObjectCheck, ref_of
from archive.verification.reading import Failure
from archive.verification.state_check import StateCheck
from signing.verdict import Aspect

RECORDED = {
    "document": ("compose", "read", "correct", "link", "restore"),
    "batch": ("batch-open", "batch-change", "batch-close", "restore"),
    "matter": ("compose", "restore"),
}
"""Entries whose subject is a record in the vault, by the type of their object."""


class RecordCheck:
    """Checks the records of one object after another."""

    def __init__(
        self, archive: Archive, log: LogCheck, objects_check: ObjectCheck, findings: Findings
    ) -> None:
        self._archive = archive
        self._log = log
        self._objects = objects_check
        self._findings = findings
        self._states = StateCheck(archive, findings)
        self._known: dict[str, list[Row[Any]]] = {}

    def preload(self, kind: str, ids: Sequence[str]) -> None:
        """Look up the records of many objects of one kind at once; `ids` are in their order."""
        self._states.preload(kind, ids)
        first, last = f"{PLACES[kind]}/{ids[0]}/record-", f"{PLACES[kind]}/{ids[-1]}/record-~"
        query = select(objects).where(objects.c.key >= first, objects.c.key < last)
        self._known |= {each: [] for each in ids}
        with self._archive.catalogue.read() as connection:
            for row in connection.execute(query.order_by(objects.c.id)):
                _, thing, name = row.key.split("/", 2)
                if thing in self._known and name.startswith("record-"):
                    self._known[thing].append(row)
                    self._objects.want_row(row, row.owner, content=True)

    def check(self, thing: Thing, document: str | None) -> None:
        """Check the chain of a document, batch or matter and its records."""
        self._findings.settle(lambda: self._check(thing, document), lambda: self._log.erased_since(thing))

    def _check(self, thing: Thing, document: str | None) -> None:
        self._findings.looked(Aspect.INTEGRITY)
        chain = self._log.custody(thing, document)
        named = {each.subject: each for each in chain if each.type in RECORDED[thing[0]]}
        # Records of before an erasure were destroyed with it.
        last_erased = max((each.seq for each in chain if each.type == "erase"), default=-1)

        @cache
        def erased_at() -> int:
            """Asked only where something cannot be read: most can, and it is a question to the catalogue."""
            if self._log.erased_since(thing):
                return chain[-1].seq + 1 if chain else 0
            return last_erased

        kept = self._rows(thing)
        newest = max((_number(row.key) for row in kept), default=0)
        for subject, entry in named.items():
            rows = [row for row in kept if row.plain_digest == subject]
            if rows:
                data = self._check_record(rows[0], lambda seq=entry.seq: seq < erased_at(), document)  # type: ignore[misc]
                if data is not None and _number(rows[0].key) == newest:
                    self._states.check(thing, newest, data, document)
            elif entry.seq > erased_at():
                what = f"the record that entry {entry.seq} names for {thing[0]} {thing[1]} is not in the catalogue"
                self._findings.failed(Aspect.INTEGRITY, "RECORD_MISSING", what, document)
        self._check_strangers(kept, named.keys(), document)
        if not chain and self._log.checkpoint is not None:
            self._missing_or_waiting(thing, document)
        self._findings.checked["records"] += len(named)

    def _missing_or_waiting(self, thing: Thing, document: str | None) -> None:
        """A chain that has not begun under the checkpoint waits in the outbox, or has begun since."""
        waits = exists().where(log_outbox.c.object_type == thing[0], log_outbox.c.object_id == thing[1])
        begun = exists().where(log_entries.c.object_type == thing[0], log_entries.c.object_id == thing[1])
        with self._archive.catalogue.read() as connection:
            if connection.scalar(select(waits | begun)):
                self._findings.pending(Aspect.LOG, "LOG_PENDING", document)
                return
        what = f"the log knows nothing of {thing[0]} {thing[1]}"
        self._findings.failed(Aspect.LOG, "LOG_ENTRY_MISSING", what, document)

    def _rows(self, thing: Thing) -> list[Row[Any]]:
        known = self._known.pop(thing[1], None)
        if known is not None:
            return known
        prefix = f"{PLACES[thing[0]]}/{thing[1]}/record-"
        query = select(objects).where(objects.c.key >= prefix, objects.c.key < prefix + "~")
        with self._archive.catalogue.read() as connection:
            return list(connection.execute(query.order_by(objects.c.id)).all())

    def _check_record(self, row: Row[Any], erased: Callable[[], bool], document: str | None) -> bytes | None:
        """The bytes of a record that is the one that the log names."""
        data = self._objects.content(ref_of(row), row.owner)
        if isinstance(data, Failure):
            if not (failure_by_erasure(data) and erased()):
                code = "KEY_MISSING" if data.kind == "KEY" else f"RECORD_{data.kind}"
                what = f"the record {row.key} cannot be read: {data.words}"
                self._findings.failed(Aspect.INTEGRITY, code, what, document)
        elif hashlib.sha256(data).hexdigest() != row.plain_digest:
            what = f"the record {row.key} is not the one that the log names"
            self._findings.failed(Aspect.INTEGRITY, "RECORD_ALTERED", what, document)
        else:
            return data
        return None

    def _check_strangers(self, kept: list[Row[Any]], named: Any, document: str | None) -> None:
        """A record that the catalogue lists must be in the log, or be of entries after the checkpoint."""
        checkpoint = self._log.checkpoint
        if checkpoint is None:
            return
        for row in kept:
            if row.plain_digest not in named and not self._log.after_checkpoint(row.plain_digest):
                what = f"no entry of the log names the record {row.key} as the catalogue has it"
                self._findings.failed(Aspect.INTEGRITY, "CATALOGUE_DIFFERS", what, document)


def _number(key: str) -> int:
    return int(key.rpartition("-")[2])


def failure_by_erasure(failure: Failure) -> bool:
    """Whether it is the failure that an erasure leaves behind."""
    return failure.kind in ("KEY", "MISSING")
