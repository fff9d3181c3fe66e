"""What must be renewed, by when and why, by the algorithm policy; told by the catalogue, without reading tokens."""

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, Subquery, func, literal, select

from archive.catalogue.schema import renewals, stamp_tokens, stamps
from archive.stamp_files import further_name
from signing.algorithms import AlgorithmPolicy
from signing.renewal_due import DueReason, RenewalKind, RestsOn, renewal_due

_HELD = ("verified", "published")


@dataclass(frozen=True, slots=True)
class DueItem:
    """Stamps and renewals whose newest tokens end together: due from `at` on, too late after `ends`.

    `algorithm` is the hash of their trees, `stamps` and `renewals` count their tokens, `authorities` made them.
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
    for heads in _heads():
        columns = (heads.c.expires, heads.c.rests_on, heads.c.authority, heads.c.is_renewal)
        query = select(*columns, func.count().label("count_of")).group_by(*columns)
        for row in connection.execute(query):
            item = _item(policy, row.rests_on, row.expires, row.authority, row.count_of, not row.is_renewal)
            key = (item.kind, item.reason, item.algorithm, item.at, item.ends)
            found[key] = _joined(found[key], item) if key in found else item
    return sorted(found.values(), key=lambda item: (item.ends, item.kind, item.algorithm))


@dataclass(frozen=True, slots=True)
class Head:
    """A token that nothing has renewed yet: `name` is that of its stamp or renewal, or of a further token."""

    name: str
    number: int
    place: int
    is_renewal: bool
    authority: str
    kind: RenewalKind
    algorithm: str
    at: datetime
    ends: datetime


def due_heads(
    connection: Connection,
    policy: AlgorithmPolicy,
    now: datetime,
    operator_of: Callable[[str], str | None],
    without: Container[str] = (),
) -> Sequence[Head]:
    """The tokens to renew next, in one tree: of one kind, one hash and one operator; empty where nothing is due.

    Hash-tree renewals come first, because they cover the old tokens as well; then what ends first. Each operator's
    tokens are renewed apart, so that the renewals of one do not fall with another; `operator_of` says whose an
    authority is, None for those that are asked no more. Tokens of the names in `without` are left out.
    """
    due = [head for head in _all_heads(connection, policy) if head.at <= now and head.name not in without]
    if not due:
        return ()
    first = min(due, key=lambda head: (head.kind != "hashtree-renewal", head.ends, head.number))

    def alike(head: Head) -> tuple[object, ...]:
        return head.kind, head.algorithm, operator_of(head.authority)

    same = [head for head in due if alike(head) == alike(first)]
    return sorted(same, key=lambda head: (head.is_renewal, head.number, head.place))


def _all_heads(connection: Connection, policy: AlgorithmPolicy) -> Iterator[Head]:
    dues: dict[tuple[str, datetime], DueItem] = {}
    for heads in _heads():
        for row in connection.execute(select(heads)):
            key = (row.rests_on, row.expires)
            if key not in dues:
                dues[key] = _item(policy, row.rests_on, row.expires, None, 1, of_stamps=True)
            item = dues[key]
            name = row.id if row.place == 1 else further_name(row.id, row.place)
            yield Head(
                name,
                row.number,
                row.place,
                bool(row.is_renewal),
                row.authority,
                item.kind,
                item.algorithm,
                item.at,
                item.ends,
            )


def _heads() -> Iterator[Subquery]:
    """What nothing has renewed yet: of stamps, renewals and further tokens."""
    for table in (stamps, renewals):
        place, is_renewal = literal(1).label("place"), literal(table is renewals).label("is_renewal")
        columns = (table.c.expires, table.c.rests_on, table.c.authority)
        query = select(table.c.id, table.c.number, place, is_renewal, *columns)
        unrenewed = table.c.renewed_by.is_(None), table.c.rests_on.is_not(None)
        yield query.where(table.c.state.in_(_HELD), *unrenewed).subquery()
    further, is_renewal = stamp_tokens.c, literal(False).label("is_renewal")
    columns = (further.expires, further.rests_on, further.authority)
    query = select(stamps.c.id, stamps.c.number, further.place, is_renewal, *columns)
    unrenewed = further.renewed_by.is_(None), further.rests_on.is_not(None)
    yield query.join_from(stamp_tokens, stamps).where(*unrenewed).subquery()


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
