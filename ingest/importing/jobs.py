"""Imports that come over REST: the file is kept in pieces until a worker has read it, then only the report is left."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, BinaryIO, Protocol

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from archive.archive import Archive
from archive.catalogue import URGENT, Task, add_work, finish
from archive.catalogue.schema.registry import import_pieces, import_problems, import_rows, imports
from ingest.importing.columns import Mapping as Columns
from ingest.importing.columns import What, guess
from ingest.importing.days import Days, Order
from ingest.importing.problems import RowOutcome
from ingest.importing.run import Counts, Import, run_import
from ingest.importing.tables import Layout, Table, TableInvalid, open_table
from tabellion.base.errors import BadRequest, NotFound, TooLarge

WORK = "import"
MOST_PROBLEMS = 10_000
"""Problems that a report keeps; beyond that they are counted only."""

MOST_ROWS = 200_000
"""Rows of a trial that are listed; beyond that they are counted only."""

KEPT = timedelta(days=1)
"""How long rows of trials and refused values stay at most once another file is handed in: they tell of people."""

_PIECE = 1 << 20
_MOST_COLUMNS = 500


class Readable(Protocol):
    """Bytes that arrive."""

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NewImport:
    """What is asked for: the columns (None: by what they are called), how to read the file, whether only to try."""

    what: What
    file_name: str
    columns: Mapping[str, str] | None = None
    encoding: str | None = None
    separator: str | None = None
    portfolio: str | None = None
    dry_run: bool = False
    dates: Order | None = None


def receive_import(archive: Archive, stream: Readable, wanted: NewImport, actor: str, limit: int) -> str:
    """Keep the file and queue its reading; gives the import's id. Raises BadRequest, TooLarge; then nothing is kept."""
    Layout(wanted.encoding, wanted.separator).check()
    Days(wanted.dates).check()
    if wanted.columns is not None:
        Columns(wanted.what, wanted.columns).check()
    import_id = archive.ids.new()
    options = {name: getattr(wanted, name) for name in ("encoding", "separator", "portfolio", "dates")}
    with archive.catalogue.write() as connection:
        _forget(archive, connection, actor)
        connection.execute(
            insert(imports).values(
                id=import_id,
                what=wanted.what,
                file_name=wanted.file_name[:200],
                options={**options, "columns": None if wanted.columns is None else dict(wanted.columns)},
                dry_run=wanted.dry_run,
                state="waiting",
                counts=asdict(Counts()),
                actor=actor,
                at=archive.clock.now(),
            )
        )
    try:
        size = _keep(archive, stream, import_id, limit)
        if not size:
            raise BadRequest("the file is empty")
    except BaseException:
        with archive.catalogue.write() as connection:
            connection.execute(delete(import_pieces).where(import_pieces.c.import_id == import_id))
            connection.execute(delete(imports).where(imports.c.id == import_id))
        raise
    with archive.catalogue.write() as connection:
        add_work(connection, archive.ids, WORK, import_id, archive.clock.now(), priority=URGENT, owner=actor)
    return import_id


def run_job(archive: Archive, task: Task, alive: Callable[[], None]) -> None:
    """Read the file of the task and finish the task; `alive` raises where the lease was lost. Raises `LeaseLost`."""
    with archive.catalogue.read() as connection:
        row = connection.execute(select(imports).where(imports.c.id == task.object_id)).one_or_none()
    if row is None:
        raise NotFound("the import is gone")
    counts, failure = Counts(), None
    with archive.catalogue.write() as connection:
        # A worker that died left a report of what it had read; rows that were taken count as unchanged now.
        for told in (import_problems, import_rows):
            connection.execute(delete(told).where(told.c.import_id == row.id))
        connection.execute(update(imports).where(imports.c.id == row.id).values(state="running"))
    kept = _Report(archive, row.id, counts, alive, rows=row.dry_run)
    try:
        with _file(archive, row.id) as file:
            layout = Layout(row.options["encoding"], row.options["separator"])
            table = open_table(file, layout)
            _tell_columns(archive, row, table)
            wanted = Import(
                mapping=_columns(row, table),
                actor=row.actor,
                dry_run=row.dry_run,
                portfolio=row.options["portfolio"],
                id=row.id,
                dates=row.options.get("dates"),
            )
            run_import(archive, table, wanted, told=kept.told)
    except (TableInvalid, BadRequest) as error:
        failure = error.message
    now = archive.clock.now()
    with archive.catalogue.write() as connection:
        connection.execute(
            update(imports)
            .where(imports.c.id == row.id)
            .values(
                state="done" if failure is None else "failed",
                reason=failure,
                counts=asdict(counts),
                finished_at=now,
            )
        )
        connection.execute(delete(import_pieces).where(import_pieces.c.import_id == row.id))
        finish(connection, task, now)


def fail_job(archive: Archive, import_id: str, reason: str) -> None:
    """Say why an import will not be tried again; what its rows had brought by then stays, the file goes."""
    with archive.catalogue.write() as connection:
        connection.execute(
            update(imports)
            .where(imports.c.id == import_id)
            .values(state="failed", reason=reason, finished_at=archive.clock.now())
        )
        connection.execute(delete(import_pieces).where(import_pieces.c.import_id == import_id))


def list_imports(connection: Connection, limit: int, before: str | None = None) -> Sequence[Row[Any]]:
    """Imports, newest first; `before` is the id of the last one that is known."""
    query = select(imports).order_by(imports.c.id.desc()).limit(limit)
    return connection.execute(query if before is None else query.where(imports.c.id < before)).all()


def get_import(connection: Connection, import_id: str) -> Row[Any]:
    """One import; raises NotFound."""
    row = connection.execute(select(imports).where(imports.c.id == import_id)).one_or_none()
    if row is None:
        raise NotFound("there is no such import")
    return row


def problems_of(connection: Connection, import_id: str, limit: int, after: int = 0) -> Sequence[Row[Any]]:
    """What was wrong with rows, in the order of the file; `after` is the id of the last one that is known."""
    return connection.execute(
        select(import_problems)
        .where(import_problems.c.import_id == import_id, import_problems.c.id > after)
        .order_by(import_problems.c.id)
        .limit(limit)
    ).all()


def rows_of(
    connection: Connection, import_id: str, limit: int, after: int = 0, outcome: str | None = None
) -> Sequence[Row[Any]]:
    """What would become of the rows of a trial, in the order of the file: all, or those with one outcome.

    `after` is the id of the last one that is known.
    """
    query = select(import_rows).where(import_rows.c.import_id == import_id, import_rows.c.id > after)
    if outcome is not None:
        query = query.where(import_rows.c.outcome == outcome)
    return connection.execute(query.order_by(import_rows.c.id).limit(limit)).all()


def problems_on(connection: Connection, import_id: str, lines: Sequence[int]) -> dict[int, list[Row[Any]]]:
    """What is wrong with the rows that begin on these lines."""
    rows = connection.execute(
        select(import_problems)
        .where(import_problems.c.import_id == import_id, import_problems.c.line.in_(lines))
        .order_by(import_problems.c.id)
    )
    found: dict[int, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.line, []).append(row)
    return found


def _forget(archive: Archive, connection: Connection, actor: str) -> None:
    """Drop the rows of trials, of whoever goes on to another file and old ones of anybody; and old refused values."""
    old = imports.c.at < archive.clock.now() - KEPT
    over = select(imports.c.id).where(imports.c.dry_run, or_(imports.c.actor == actor, old))
    connection.execute(delete(import_rows).where(import_rows.c.import_id.in_(over)))
    connection.execute(
        update(import_problems)
        .where(
            import_problems.c.value != "", import_problems.c.import_id.in_(select(imports.c.id).where(old))
        )
        .values(value="")
    )


class _Report:
    """Keeps the problems and the counts of each chunk, so that who waits sees how far it is; of a trial all rows."""

    def __init__(
        self, archive: Archive, import_id: str, counts: Counts, alive: Callable[[], None], *, rows: bool
    ) -> None:
        self._archive = archive
        self._room = MOST_ROWS if rows else 0
        self._id = import_id
        self._counts = counts
        self._alive = alive
        self._kept = 0

    def told(self, outcomes: Sequence[RowOutcome]) -> None:
        self._alive()
        self._counts.add(outcomes)
        rows = [
            {
                "import_id": self._id,
                "line": problem.line,
                "field": problem.field[:60],
                "code": problem.code,
                "reason": problem.reason,
                "value": problem.value[:60],
            }
            for one in outcomes
            for problem in one.problems
        ][: max(0, MOST_PROBLEMS - self._kept)]
        self._kept += len(rows)
        with self._archive.catalogue.write() as connection:
            if rows:
                connection.execute(insert(import_problems), rows)
            self._list(connection, outcomes[: self._room])
            connection.execute(
                update(imports).where(imports.c.id == self._id).values(counts=asdict(self._counts))
            )

    def _list(self, connection: Connection, outcomes: Sequence[RowOutcome]) -> None:
        self._room -= len(outcomes)
        if not outcomes:
            return
        connection.execute(
            insert(import_rows),
            [
                {
                    "import_id": self._id,
                    "line": one.line,
                    "outcome": one.outcome,
                    "external_id": one.external_id,
                    "record_id": one.record,
                    "title": None if one.title is None else one.title[:300],
                    "changes": [asdict(change) for change in one.changes],
                }
                for one in outcomes
            ],
        )


def _tell_columns(archive: Archive, row: Row[Any], table: Table) -> None:
    """Keep beside the options which column of the file was taken for which field, and which for none."""
    found = _mapping(row, table).columns
    told = {column[:200]: found.get(column) for column in table.columns[:_MOST_COLUMNS]}
    with archive.catalogue.write() as connection:
        connection.execute(
            update(imports).where(imports.c.id == row.id).values(options={**row.options, "told": told})
        )


def _mapping(row: Row[Any], table: Table) -> Columns:
    what: What = row.what
    if row.options["columns"] is not None:
        return Columns(what, row.options["columns"])
    return guess(what, table.columns) if table.columns else Columns.named(what)


def _columns(row: Row[Any], table: Table) -> Columns:
    found = _mapping(row, table)
    if not found.columns:
        raise BadRequest("no column is called like a field: a mapping is needed")
    return found


def _keep(archive: Archive, stream: Readable, import_id: str, limit: int) -> int:
    size, position, rest = 0, 0, b""
    while True:
        piece = stream.read(_PIECE)
        size += len(piece)
        if size > limit:
            raise TooLarge(f"more than the {limit} bytes that one file may have")
        rest += piece
        if len(rest) >= _PIECE or (not piece and rest):
            with archive.catalogue.write() as connection:
                connection.execute(
                    insert(import_pieces).values(import_id=import_id, position=position, data=rest)
                )
            position, rest = position + 1, b""
        if not piece:
            return size


def _file(archive: Archive, import_id: str) -> BinaryIO:
    """The file, put together in memory that no disk ever sees."""
    file = os.fdopen(os.memfd_create("import"), "w+b")
    with archive.catalogue.read() as connection:
        count = connection.scalar(
            select(func.count()).select_from(import_pieces).where(import_pieces.c.import_id == import_id)
        )
    for position in range(count or 0):
        with archive.catalogue.read() as connection:
            data = connection.execute(
                select(import_pieces.c.data).where(
                    import_pieces.c.import_id == import_id, import_pieces.c.position == position
                )
            ).scalar_one()
        file.write(data)
    file.seek(0)
    return file
