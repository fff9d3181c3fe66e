"""What must be renewed, by when and why, by the algorithm policy; told by the catalogue, without reading tokens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, func, select

from archive.catalogue.schema import renewals, stamps
from signing.algorithms import AlgorithmPolicy
from signing.renewal_due import DueReason, RenewalKind, RestsOn, renewal_due

_HELD = ("verified", "published")


@dataclass(frozen=True, slots=True)
class DueItem:
    """Stamps and renewals whose newest tokens end together: due from `at` on, too late after `ends`.

    `algorithm` is the hash of their trees, `stamps` and `renewals` count what is renewed, `authorities` made it.
    """

    kind: RenewalKind
    reason: DueReason
    algorithm: str
    at: datetime
    ends: datetime
    stamps: int
    renewals: int
    authorities: tuple[str, ...]

    def is_due(self, now: datetime) -> bool:
        """Whether it is time."""
        return self.at <= now


def due_list(connection: Connection, policy: AlgorithmPolicy) -> list[DueItem]:
    """All that will have to be renewed, the most urgent first."""
    found: dict[tuple[object, ...], DueItem] = {}
    for table in (stamps, renewals):
        columns = (table.c.expires, table.c.rests_on, table.c.authority)
        query = select(*columns, func.count().label("number")).where(*_heads(table)).group_by(*columns)
        for row in connection.execute(query):
            item = _item(policy, row.rests_on, row.expires, row.authority, row.number, table is stamps)
            key = (item.kind, item.reason, item.algorithm, item.at, item.ends)
            found[key] = _joined(found[key], item) if key in found else item
    return sorted(found.values(), key=lambda item: (item.ends, item.kind, item.algorithm))


@dataclass(frozen=True, slots=True)
class Head:
    """A stamp or renewal whose token nothing has renewed yet."""

    id: str
    number: int
    is_renewal: bool
    kind: RenewalKind
    algorithm: str
    at: datetime
    ends: datetime


def due_heads(connection: Connection, policy: AlgorithmPolicy, now: datetime) -> Sequence[Head]:
    """The stamps and renewals to renew next, in one tree: of one kind and one hash; empty where nothing is due.

    Hash-tree renewals come first, because they cover the old tokens as well; then what ends first.
    """
    due = [head for head in _all_heads(connection, policy) if head.at <= now]
    if not due:
        return ()
    first = min(due, key=lambda head: (head.kind != "hashtree-renewal", head.ends))
    same = [head for head in due if (head.kind, head.algorithm) == (first.kind, first.algorithm)]
    return sorted(same, key=lambda head: (head.is_renewal, head.number))


def _all_heads(connection: Connection, policy: AlgorithmPolicy) -> Iterator[Head]:
    for table in (stamps, renewals):
        query = select(table.c.id, table.c.number, table.c.expires, table.c.rests_on).where(*_heads(table))
        dues: dict[tuple[str, datetime], DueItem] = {}
        for row in connection.execute(query):
            key = (row.rests_on, row.expires)
            if key not in dues:
                dues[key] = _item(policy, row.rests_on, row.expires, None, 1, table is stamps)
            item = dues[key]
            yield Head(row.id, row.number, table is renewals, item.kind, item.algorithm, item.at, item.ends)


def _heads(table: Table) -> tuple[ColumnElement[bool], ...]:
    return (table.c.state.in_(_HELD), table.c.renewed_by.is_(None), table.c.rests_on.is_not(None))


def _item(
    policy: AlgorithmPolicy,
    rests_on: str,
    expires: datetime,
    authority: str | None,
    count: int,
    of_stamps: bool,
) -> DueItem:
    token = RestsOn.parse(rests_on, expires)
    due = renewal_due(token, policy)
    return DueItem(
        due.kind,
        due.reason,
        token.imprint_algorithm,
        due.at,
        due.ends,
        count if of_stamps else 0,
        0 if of_stamps else count,
        () if authority is None else (authority,),
    )


def _joined(one: DueItem, other: DueItem) -> DueItem:
    return replace(
        one,
        stamps=one.stamps + other.stamps,
        renewals=one.renewals + other.renewals,
        authorities=tuple(sorted({*one.authorities, *other.authorities})),
    )
