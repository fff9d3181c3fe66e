"""Runs an import: a thousand rows a transaction, so that memory is bounded and a stop loses no more than they hold."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection

from archive.archive import Archive
from archive.registry import (
    NewAssignment,
    NewClaim,
    NewParty,
    Put,
    add_assignment,
    former_claims,
    former_parties,
    put_claims,
    put_parties,
)
from archive.registry.claims import preview_claims
from archive.registry.parties import preview_parties
from ingest.importing.cells import is_error
from ingest.importing.claim_records import ClaimRow, claim_of
from ingest.importing.columns import DAYS, Mapping
from ingest.importing.days import Days, Order, doubtful_fields
from ingest.importing.names import Names
from ingest.importing.problems import Problem, RowOutcome
from ingest.importing.records import party_of
from ingest.importing.tables import Table, TableRow

CHUNK = 1_000
Told = Callable[[Sequence[RowOutcome]], None]
"""Called with the outcomes of a chunk after its transaction."""

Written = Callable[[Connection, Sequence[RowOutcome]], None]
"""Called with the outcomes of a chunk within its transaction."""


@dataclass(slots=True)
class Counts:
    """How many rows were read, and what became of them; `warned` are among those that were taken.

    `emptied` are the fields that lost all they held, with the number of records.
    """

    rows: int = 0
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    warned: int = 0
    emptied: dict[str, int] = field(default_factory=dict)

    def add(self, outcomes: Sequence[RowOutcome]) -> None:
        """Count the rows of a chunk."""
        found = Counter(one.outcome for one in outcomes)
        self.rows += len(outcomes)
        self.added += found["added"]
        self.changed += found["changed"]
        self.unchanged += found["unchanged"]
        self.refused += found["refused"]
        self.warned += sum(one.outcome != "refused" and bool(one.problems) for one in outcomes)
        for one in outcomes:
            for change in one.changes:
                if change.before and not change.after:
                    self.emptied[change.field] = self.emptied.get(change.field, 0) + 1


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported: the mapping, whether only to try, who does it, the portfolio of claims without one.

    `dates` is what comes first in them, day or month; None: the day, unless the column tells otherwise.
    """

    mapping: Mapping
    actor: str
    dry_run: bool = False
    portfolio: str | None = None
    id: str | None = None
    dates: Order | None = None


@dataclass(slots=True)
class _Seen:
    """External ids that a file has had already, with their lines, as numbers of eight bytes."""

    lines: dict[int, int] = field(default_factory=dict)

    def line(self, external_id: str, line: int) -> int | None:
        """The line that had it before; None: this is the first."""
        key = hash(external_id)
        if (before := self.lines.get(key)) is not None:
            return before
        self.lines[key] = line
        return None


def run_import(
    archive: Archive,
    table: Table,
    wanted: Import,
    told: Told = lambda outcomes: None,
    written: Written = lambda connection, outcomes: None,
) -> Counts:
    """Import all rows of a table; a dry run says what would become of them and writes nothing.

    Raises BadRequest for a mapping that names no field, TableInvalid where the file breaks off.
    """
    wanted.mapping.check()
    days, rows = _days(table, wanted)
    counts, seen = Counts(), _Seen()
    for chunk in _chunks(rows):
        with archive.catalogue.read() if wanted.dry_run else archive.catalogue.write() as connection:
            if wanted.mapping.what == "debtors":
                outcomes = _parties(archive, connection, chunk, wanted, days, seen)
            else:
                outcomes = _claims(archive, connection, chunk, wanted, days, seen)
            counts.add(outcomes)
            if not wanted.dry_run:
                written(connection, outcomes)
        told(outcomes)
    return counts


def _chunks(rows: Iterator[TableRow | Problem]) -> Iterator[list[TableRow | Problem]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _days(table: Table, wanted: Import) -> tuple[Days, Iterator[TableRow | Problem]]:
    """How dates are to be read, for which all rows are looked at where nobody has said it; and the rows."""
    Days(wanted.dates).check()
    held = [name for name in DAYS if name in wanted.mapping.columns.values()]
    if wanted.dates is not None or not held:
        return Days(wanted.dates), table.rows
    looked = (wanted.mapping.fields(row.cells) for row in table.again() if isinstance(row, TableRow))
    return Days(doubtful=doubtful_fields(looked, held)), table.again()


def _fields(
    chunk: Sequence[TableRow | Problem], mapping: Mapping, outcomes: list[RowOutcome]
) -> list[tuple[int, dict[str, str]]]:
    """The fields of the rows that can be read, with their lines; the others are refused."""
    found = []
    for row in chunk:
        wrong = [row] if isinstance(row, Problem) else _errors(row, mapping)
        if wrong:
            outcomes.append(RowOutcome(row.line, None, "refused", tuple(wrong)))
        elif isinstance(row, TableRow):
            found.append((row.line, mapping.fields(row.cells)))
    return found


def _errors(row: TableRow, mapping: Mapping) -> list[Problem]:
    return [
        Problem(
            row.line,
            column[:60],
            "SPREADSHEET_ERROR",
            "a spreadsheet's error in place of a value",
            value=cell,
        )
        for column, cell in row.cells.items()
        if is_error(cell) and column in mapping.columns
    ]


def _parties(
    archive: Archive,
    connection: Connection,
    chunk: Sequence[TableRow | Problem],
    wanted: Import,
    days: Days,
    seen: _Seen,
) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    taken: list[tuple[int, NewParty, tuple[Problem, ...]]] = []
    read = _fields(chunk, wanted.mapping, outcomes)
    known = former_parties(connection, _called(read))
    for line, fields in read:
        party, problems = party_of(line, fields, known.get(fields.get("external_id", "")), days)
        if party is not None and party.external_id is not None:
            before = seen.line(party.external_id, line)
            if before is None:
                taken.append((line, party, tuple(problems)))
                continue
            problems.append(_twice(line, before))
        outcomes.append(RowOutcome(line, None, "refused", tuple(problems)))
    new = [party for _, party, _ in taken]
    if wanted.dry_run:
        done = preview_parties(connection, new)
    else:
        done = put_parties(archive, connection, new, wanted.actor, wanted.id)
    for (line, party, warnings), put in zip(taken, done, strict=True):
        outcomes.append(_outcome(line, party.external_id, party.name, put, warnings))
    return sorted(outcomes, key=_by_line)


def _claims(
    archive: Archive,
    connection: Connection,
    chunk: Sequence[TableRow | Problem],
    wanted: Import,
    days: Days,
    seen: _Seen,
) -> list[RowOutcome]:
    outcomes: list[RowOutcome] = []
    read: list[tuple[int, ClaimRow]] = []
    found = _fields(chunk, wanted.mapping, outcomes)
    known = former_claims(connection, _called(found))
    for line, fields in found:
        claim, problems = claim_of(line, fields, known.get(fields.get("external_id", "")), days)
        if claim is not None:
            before = seen.line(claim.external_id, line)
            if before is None:
                read.append((line, claim))
                continue
            problems.append(_twice(line, before))
        outcomes.append(RowOutcome(line, None, "refused", tuple(problems)))
    names = Names(connection, [claim for _, claim in read])
    taken: list[tuple[int, ClaimRow, NewClaim]] = []
    for line, claim in read:
        new, unknown = names.claim(line, claim, wanted.portfolio)
        if new is None:
            outcomes.append(RowOutcome(line, claim.external_id, "refused", tuple(unknown)))
        else:
            taken.append((line, claim, new))
    done = _put_claims(archive, connection, taken, names, wanted)
    for (line, claim, new), put in zip(taken, done, strict=True):
        outcomes.append(_outcome(line, claim.external_id, new.number, put, ()))
    return sorted(outcomes, key=_by_line)


def _called(rows: Sequence[tuple[int, dict[str, str]]]) -> list[str]:
    return [name for _, fields in rows if (name := fields.get("external_id"))]


def _put_claims(
    archive: Archive,
    connection: Connection,
    taken: Sequence[tuple[int, ClaimRow, NewClaim]],
    names: Names,
    wanted: Import,
) -> list[Put]:
    new = [claim for _, _, claim in taken]
    if wanted.dry_run:
        return preview_claims(connection, new)
    done = put_claims(archive, connection, new, wanted.actor, wanted.id)
    for (_, row, _), put in zip(taken, done, strict=True):
        if row.assigned is not None:
            seller, buyer, day = row.assigned
            event = NewAssignment(
                claim=put.id,
                to_party=names.parties[buyer],
                on_date=day,
                from_party=None if seller is None else names.parties[seller],
            )
            add_assignment(archive, connection, event, wanted.actor)
    return done


def _outcome(
    line: int, external_id: str | None, title: str, put: Put, warnings: tuple[Problem, ...]
) -> RowOutcome:
    record = None if put.outcome == "added" else put.id
    return RowOutcome(line, external_id, put.outcome, warnings, record, title, put.changes)


def _twice(line: int, before: int) -> Problem:
    return Problem(line, "external_id", "DUPLICATE_EXTERNAL_ID", f"line {before} has the same external id")


def _by_line(one: RowOutcome) -> int:
    return one.line
