"""Upserts by external id, by the thousand: the same is passed over, what changes leaves its former self."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from archive.archive import Archive
from archive.registry.differences import RecordKind, Snapshot, differences
from archive.registry.history import keep_former, snapshots
from archive.registry.values import Outcome, Put
from archive.relinking import queue_linking, queue_renamed
from tabellion.base.errors import BadRequest

_AT_ONCE = 500


class Record(Protocol):
    """What is imported. `digest` is the same for the same content."""

    @property
    def external_id(self) -> str | None: ...

    @property
    def digest(self) -> str: ...

    def check(self) -> None: ...


R = TypeVar("R", bound=Record)


@dataclass(frozen=True, slots=True)
class Kind(Generic[R]):
    """A kind of records: `table` has their rows, `children` those whose column `<name>_id` says that they are theirs.

    `values` gives the columns of a record with this digest, `write_children` writes the children of records by id and
    gives what papers may name them by. `shown` is the column by which the index has them. `snapshot` is what a record
    would be once it is written, as `archive.registry.history` keeps it.
    """

    name: RecordKind
    plural: str
    shown: str
    table: Table
    children: tuple[Table, ...]
    values: Callable[[R, str], dict[str, Any]]
    write_children: Callable[[Connection, Mapping[str, R]], set[str]]
    snapshot: Callable[[R], Snapshot]

    def put(
        self,
        archive: Archive,
        connection: Connection,
        wanted: Sequence[R],
        actor: str,
        import_id: str | None,
    ) -> list[Put]:
        """Add records, or bring those with their external ids up to date; papers that name them are linked anew.

        Raises BadRequest where one cannot be such a record, or two of them have one external id.
        """
        for record in wanted:
            record.check()
        named = _named(wanted)
        if len(set(named)) != len(named):
            raise BadRequest(f"two {self.plural} have one external id")
        known, now = self._known(connection, named), archive.clock.now()
        done: list[Put] = []
        fresh: list[dict[str, Any]] = []
        changed: dict[str, dict[str, Any]] = {}
        renamed: list[str] = []
        written: dict[str, R] = {}
        for record in wanted:
            row, digest = known.get(record.external_id or ""), record.digest
            put = Put(archive.ids.new() if row is None else row.id, _outcome(row, digest))
            done.append(put)
            if put.outcome == "unchanged":
                continue
            written[put.id] = record
            values = {**self.values(record, digest), "updated_at": now}
            if put.outcome == "added":
                fresh.append({**values, "id": put.id, "created_at": now, "version": 1})
            else:
                changed[put.id] = values
                if row is not None and row.shown != values[self.shown]:
                    renamed.append(put.id)
        touched = self._clear(archive, connection, list(changed), actor, import_id)
        for record_id, values in changed.items():
            values["version"] = self.table.c.version + 1
            connection.execute(update(self.table).where(self.table.c.id == record_id).values(**values))
        if fresh:
            connection.execute(insert(self.table), fresh)
        touched |= self.write_children(connection, written)
        queue_linking(archive, connection, touched)
        queue_renamed(archive, connection, self.name, renamed)
        return done

    def preview(self, connection: Connection, wanted: Sequence[R]) -> list[Put]:
        """What `put` would do, and what would change of each record; ids of what is new are empty."""
        known = self._known(connection, _named(wanted))
        done: list[Put] = []
        for record in wanted:
            row = known.get(record.external_id or "")
            done.append(Put("" if row is None else row.id, _outcome(row, record.digest)))
        changed = [put.id for put in done if put.outcome == "changed"]
        before: dict[str, Snapshot] = {}
        for start in range(0, len(changed), _AT_ONCE):
            found = snapshots(connection, self.name, changed[start : start + _AT_ONCE])
            before |= {record_id: state for record_id, (_, state) in found.items()}
        return [
            replace(put, changes=differences(self.name, before[put.id], self.snapshot(record)))
            if put.id in before
            else put
            for put, record in zip(done, wanted, strict=True)
        ]

    def _known(self, connection: Connection, named: Sequence[str]) -> dict[str, Any]:
        columns = self.table.c
        found: dict[str, Any] = {}
        for start in range(0, len(named), _AT_ONCE):
            some = named[start : start + _AT_ONCE]
            query = select(
                columns.id, columns.external_id, columns.digest, columns[self.shown].label("shown")
            )
            for row in connection.execute(query.where(columns.external_id.in_(some))):
                found[row.external_id] = row
        return found

    def _clear(
        self,
        archive: Archive,
        connection: Connection,
        ids: Sequence[str],
        actor: str,
        import_id: str | None,
    ) -> set[str]:
        """Keep what the records were and clear their children away; gives what papers may have named them by."""
        touched: set[str] = set()
        for start in range(0, len(ids), _AT_ONCE):
            some = ids[start : start + _AT_ONCE]
            touched |= keep_former(archive, connection, self.name, some, actor, import_id)
            for table in self.children:
                connection.execute(delete(table).where(table.c[f"{self.name}_id"].in_(some)))
        return touched


def _named(wanted: Sequence[Record]) -> list[str]:
    return [record.external_id for record in wanted if record.external_id is not None]


def _outcome(row: Any, digest: str) -> Outcome:
    if row is None:
        return "added"
    return "unchanged" if row.digest == digest else "changed"
