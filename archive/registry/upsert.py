"""Upserts by external id, by the thousand: the same is passed over, what changes leaves its former self."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Table, delete, insert, select, update

from archive.archive import Archive
from archive.pieces import in_pieces
from archive.registry.differences import Difference, RecordKind, Snapshot, differences
from archive.registry.history import keep_former, snapshots
from archive.registry.values import Put
from archive.relinking import queue_linking, queue_renamed
from tabellion.base.errors import BadRequest


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
        differing = self._differing(connection, wanted, known)
        done: list[Put] = []
        fresh: list[dict[str, Any]] = []
        changed: dict[str, dict[str, Any]] = {}
        renamed: list[str] = []
        written: dict[str, R] = {}
        for record in wanted:
            row = known.get(record.external_id or "")
            put = _put(row, differing, archive.ids.new)
            done.append(put)
            if put.outcome == "unchanged":
                continue
            written[put.id] = record
            values = {**self.values(record, record.digest), "updated_at": now}
            if row is None:
                fresh.append({**values, "id": put.id, "created_at": now, "version": 1})
            else:
                changed[put.id] = {**values, "external_id": row.external_id}
                if row.shown != values[self.shown]:
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
        differing = self._differing(connection, wanted, known)
        return [_put(known.get(record.external_id or ""), differing, lambda: "") for record in wanted]

    def known_ids(self, connection: Connection, named: Sequence[str]) -> dict[str, str]:
        """Ids of the records that other systems call so; one without such a name goes by its own id."""
        return {name: row.id for name, row in self._known(connection, list(dict.fromkeys(named))).items()}

    def _differing(
        self, connection: Connection, wanted: Sequence[R], known: Mapping[str, Any]
    ) -> dict[str, tuple[Difference, ...]]:
        """What would change of the known records that are not what was put last, by their ids."""
        others = [
            (row, record)
            for record in wanted
            if (row := known.get(record.external_id or "")) is not None and row.digest != record.digest
        ]
        found: dict[str, tuple[Difference, ...]] = {}
        for some in in_pieces(others):
            before = snapshots(connection, self.name, [row.id for row, _ in some])
            for row, record in some:
                after = {**self.snapshot(record), "external_id": row.external_id}
                found[row.id] = differences(self.name, before[row.id][1], after)
        return found

    def _known(self, connection: Connection, named: Sequence[str]) -> dict[str, Any]:
        columns = self.table.c
        found: dict[str, Any] = {}
        for some in in_pieces(named):
            query = select(
                columns.id, columns.external_id, columns.digest, columns[self.shown].label("shown")
            )
            for row in connection.execute(query.where(columns.external_id.in_(some))):
                found[row.external_id] = row
            # An export calls a record without a name in another system by its id.
            own = (
                columns.id.in_([name for name in some if name not in found]),
                columns.external_id.is_(None),
            )
            for row in connection.execute(query.where(*own)):
                found[row.id] = row
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
        for some in in_pieces(ids):
            touched |= keep_former(archive, connection, self.name, some, actor, import_id)
            for table in self.children:
                connection.execute(delete(table).where(table.c[f"{self.name}_id"].in_(some)))
        return touched


def _named(wanted: Sequence[Record]) -> list[str]:
    return [record.external_id for record in wanted if record.external_id is not None]


def _put(row: Any, differing: Mapping[str, tuple[Difference, ...]], new: Callable[[], str]) -> Put:
    """What becomes of a record that is there as `row`: what is the same under another digest is unchanged too."""
    if row is None:
        return Put(new(), "added")
    changes = differing.get(row.id, ())
    return Put(row.id, "changed" if changes else "unchanged", changes)
