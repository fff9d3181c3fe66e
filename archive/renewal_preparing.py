"""Makes the leaves of a renewal out of what is stored, source by source, so that it goes on where it was stopped."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Row, func, literal, select

from archive import renewal_files, stamp_files
from archive.archive import Archive
from archive.authorities import TimestampAuthority
from archive.catalogue.schema import deposits, manifests, renewals, stamp_tokens, stamps
from archive.errors import RenewalRefused
from archive.evidence_records import EvidenceRecords, Members, stored_members
from archive.log_view import LogView
from archive.pieces import in_pieces
from archive.renewal_files import Renewal, Source
from archive.stamp_files import further_name, split_further
from signing.checkpoint import Checkpoint, note_text
from signing.errors import TokenRefused
from signing.ers.tree import hash_bytes, hash_group
from signing.renewal import timestamp_renewal
from signing.revocation import path_of, usable_lists
from signing.timestamp import TimestampTrust, verify_token
from signing.tlog import bundles_for
from signing.tlog.tiles import WIDTH
from signing.tst_info import read_imprint
from tabellion.base.clock import rfc3339
from tabellion.base.errors import EvidenceError, Unavailable

Progress = Callable[[int, int], None]
"""Called with how many groups have their leaves, and how many there are."""

_TELL_EVERY = 200
_NAMED = 3
"""So many of the deposits that cannot be read are named in the refusal."""


def sources_of(connection: Connection, covers: Sequence[str]) -> list[str]:
    """The stamps, further tokens and hash-tree renewals whose records rest on the tokens of these today.

    Each by number. A further token that nothing has renewed yet has no record; its first begins with the renewal.
    """
    found: dict[str, tuple[int, int, int]] = {}
    waiting = list(covers)
    while waiting:
        for table in (stamps, renewals):
            for some in in_pieces(waiting):
                for row in connection.execute(select(table).where(table.c.id.in_(some))):
                    if table is stamps or row.kind == "hashtree-renewal":
                        found[row.id] = (2 if table is renewals else 0, row.number, 1)
        following: list[str] = []
        for table in (stamps, renewals):
            for some in in_pieces(waiting):
                before = select(table.c.id).where(table.c.renewed_by.in_(some))
                following += connection.execute(before).scalars()
        for some in in_pieces(waiting):
            renewed = select(stamp_tokens.c.stamp_id, stamp_tokens.c.place, stamps.c.number)
            renewed = renewed.join_from(stamp_tokens, stamps).where(stamp_tokens.c.renewed_by.in_(some))
            for row in connection.execute(renewed):
                found[further_name(row.stamp_id, row.place)] = (1, row.number, row.place)
        waiting = following
    return sorted(found, key=lambda each: found[each])


def covered_rows(connection: Connection, covers: Sequence[str]) -> Iterator[Any]:
    """Of the tokens of these names: authority, expires and rests_on, each combination once per table."""
    for table in (stamps, renewals):
        columns = (table.c.authority, table.c.expires, table.c.rests_on)
        for some in in_pieces(covers):
            query = select(*columns, func.min(table.c.id).label("name")).group_by(*columns)
            some_rows = query.where(table.c.id.in_(some), table.c.rests_on.is_not(None))
            yield from connection.execute(some_rows).all()
    for name in covers:
        further = split_further(name)
        if further is not None:
            named = (stamp_tokens.c.stamp_id == further[0]) & (stamp_tokens.c.place == further[1])
            own = (stamp_tokens.c.authority, stamp_tokens.c.expires, stamp_tokens.c.rests_on)
            yield connection.execute(select(*own, literal(name).label("name")).where(named)).one()


@dataclass(frozen=True, slots=True)
class Preparing:
    """Prepares one renewal; `authorities` say where revocation lists of the old tokens are."""

    archive: Archive
    authorities: Sequence[TimestampAuthority]

    def run(self, row: Row[Any], progress: Progress) -> Renewal:
        """The renewal of a row of `renewals`, durable in the vault. Raises `RenewalRefused` and `LeaseLost`."""
        objects, now = self.archive.objects, self.archive.clock.now()
        records = EvidenceRecords(self.archive)
        renewal_files.write_lists(objects, row.id, list(self._lists(row.plan["covers"])), now)
        if row.kind == "hashtree-renewal":
            renewal = self._rehash(row, records, progress)
        else:
            tokens = [self._token(each) for each in row.plan["covers"]]
            leaves = timestamp_renewal(tokens, row.algorithm).leaves
            if len(leaves) != len(tokens):
                raise RenewalRefused("two stamps have the same token, which no authority gives twice")
            renewal = self._renewal(row, leaves)
            progress(len(leaves), len(leaves))
        renewal_files.write_renewal(objects, renewal, now)
        return renewal

    def _renewal(self, row: Row[Any], leaves: Sequence[bytes], **more: Any) -> Renewal:
        return Renewal(
            renewal=row.id,
            number=row.number,
            kind=row.kind,
            algorithm=row.algorithm,
            reason=row.reason,
            begun_at=rfc3339(row.begun_at),
            covers=tuple(row.plan["covers"]),
            leaves=tuple(leaves),
            **more,
        )

    def _rehash(self, row: Row[Any], records: EvidenceRecords, progress: Progress) -> Renewal:
        """Every group with all its time-stamps under the new hash, then the log's checkpoint and entry bundles."""
        total, done = self._count(row.plan["sources"]), 0
        leaves: list[bytes] = []
        about: list[tuple[str, int, tuple[int, ...]]] = []
        for number, source in enumerate(row.plan["sources"], 1):
            kept = renewal_files.read_source(self.archive.objects, row.id, number, row.algorithm)
            if kept is None:
                kept = self._source(row, records, source, _further(progress, done, total))
                renewal_files.write_source(
                    self.archive.objects, row.id, number, kept, self.archive.clock.now()
                )
            done += kept.groups
            progress(done, max(done, total))
            leaves += kept.nodes
            about.append((source, kept.groups, kept.left_out))
        signed = row.plan["checkpoint"][0].encode()
        size = Checkpoint.parse_text(note_text(signed).decode()).size
        first = self._first_bundle(row)
        log = self._log_leaves(row.algorithm, signed, first, size)
        further = [
            hash_bytes(row.algorithm, self._token(each))
            for each in row.plan["covers"]
            if split_further(each) is not None
        ]
        return self._renewal(
            row,
            [*leaves, *log, *further],
            sources=tuple(about),
            signed=signed,
            log_size=size,
            first_bundle=first,
        )

    def _source(
        self, row: Row[Any], records: EvidenceRecords, source: str, tell: Callable[[int], None]
    ) -> Source:
        """A source's groups under the new hash; erased deposits are left out, what cannot be read is refused."""
        nodes: list[bytes] = []
        sequences: list[bytes] = []
        left_out: list[int] = []
        unread: list[str] = []
        for position, name, members in self._groups(records, source):
            if position % _TELL_EVERY == 0:
                tell(position)
            if members is None:
                left_out.append(position)
                continue
            try:
                found = members()
                history = records.of_group(source, position, found)
                nodes.append(history.renewed_node(row.algorithm, found(row.algorithm)))
                sequences.append(hash_bytes(row.algorithm, history.sequence_der()))
            except (EvidenceError, Unavailable) as error:
                unread.append(f"{name} ({error.message})")
        if unread:
            named = "; ".join(unread[:_NAMED])
            raise RenewalRefused(f"{len(unread)} objects cannot be renewed: {named}")
        groups = len(nodes) + len(left_out)
        return Source(source, groups, tuple(left_out), tuple(nodes), tuple(sequences))

    def _groups(
        self, records: EvidenceRecords, source: str
    ) -> Iterator[tuple[int, str, Callable[[], Members] | None]]:
        """Position, name and members of each group of a source; no members: the deposit was erased."""
        if split_further(source) is not None:
            token = self._token(source)
            yield 0, f"token {source}", lambda: _of_one(token)
            return
        count = records.groups(source)
        with self.archive.catalogue.read() as connection:
            is_stamp = connection.scalar(select(stamps.c.id).where(stamps.c.id == source)) is not None
            rows = {
                row.stamp_position: row
                for row in connection.execute(
                    select(manifests, deposits.c.erased_at)
                    .outerjoin(deposits, deposits.c.id == manifests.c.deposit_id)
                    .where(manifests.c.stamp_id == source)
                )
            }
        if not is_stamp:
            yield from self._log_groups(records, source, count)
            return
        for position in range(count - 1):
            row = rows.get(position)
            if row is None:
                raise RenewalRefused(f"nothing is known of group {position} of stamp {source}")
            name = f"manifest {row.version} of deposit {row.deposit_id}"
            yield position, name, None if row.erased_at is not None else self._stored(row)
        checkpoint = records.stamp(source).checkpoint
        yield count - 1, "the checkpoint", lambda: _of_one(checkpoint)

    def _stored(self, row: Row[Any]) -> Callable[[], Members]:
        return lambda: stored_members(self.archive, row.deposit_id, row.version, row.digest)

    def _log_groups(
        self, records: EvidenceRecords, source: str, count: int
    ) -> Iterator[tuple[int, str, Callable[[], Members]]]:
        """Those with which the records of an earlier hash-tree renewal's log begin."""
        renewal = records.renewal(source)[0]
        yield 0, "the checkpoint", lambda: _of_one(renewal.signed)
        for position in range(1, count):
            index = renewal.first_bundle + position - 1
            yield (
                position,
                f"entry bundle {index}",
                lambda index=index: records.bundle_members(renewal, index),  # type: ignore[misc]
            )

    def _count(self, sources: Sequence[str]) -> int:
        with self.archive.catalogue.read() as connection:
            found = sum(
                connection.scalar(select(func.count()).where(manifests.c.stamp_id.in_(some))) or 0
                for some in in_pieces(sources)
            )
        return found + len(sources)

    def _first_bundle(self, row: Row[Any]) -> int:
        """The first entry bundle that no renewal to this hash covers as a whole."""
        earlier = select(renewals.c.id).where(
            renewals.c.kind == "hashtree-renewal",
            renewals.c.algorithm == row.algorithm,
            renewals.c.number < row.number,
        )
        with self.archive.catalogue.read() as connection:
            newest = connection.scalar(earlier.order_by(renewals.c.number.desc()).limit(1))
        if newest is None:
            return 0
        return renewal_files.read_renewal(self.archive.objects, newest).log_size // WIDTH

    def _log_leaves(self, algorithm: str, signed: bytes, first: int, size: int) -> Iterator[bytes]:
        yield hash_bytes(algorithm, signed)
        view = LogView.newest(self.archive)
        if view is None or view.checkpoint.size < size:
            raise RenewalRefused("the log is shorter than when the renewal began")
        for bundle in bundles_for(first * WIDTH, size):
            entries = view.files.read_bundle(bundle)
            yield hash_group(algorithm, [hash_bytes(algorithm, entry) for entry in entries])

    def _token(self, head: str) -> bytes:
        return stamp_files.read_named(self.archive.objects, head)

    def _lists(self, covers: Sequence[str]) -> Iterator[bytes]:
        """Revocation lists for the tokens that are renewed, as of now: each path is asked for once."""
        seen: dict[tuple[object, ...], str] = {}
        with self.archive.catalogue.read() as connection:
            for row in covered_rows(connection, covers):
                seen.setdefault((row.authority, row.expires, row.rests_on), row.name)
        sources: Mapping[str, TimestampAuthority] = {
            each.trust.authority: each for each in reversed(self.authorities)
        }
        for (name, *_), head in seen.items():
            authority = sources.get(str(name))
            if authority is not None and authority.revocation is not None:
                yield from self._lists_of(self._token(head), authority.trust, authority)

    def _lists_of(self, der: bytes, trust: TimestampTrust, authority: TimestampAuthority) -> Iterator[bytes]:
        imprint, now = read_imprint(der), self.archive.clock.now()
        try:
            token = verify_token(
                der, imprint=imprint.digest, trust=trust, at=now, imprint_algorithm=imprint.algorithm
            )
        except TokenRefused:
            return  # whoever verifies will say so; there is no path to ask for
        path = path_of(token, trust)
        if authority.revocation is not None:
            for crl in usable_lists(authority.revocation.lists(path), path, token.gen_time):
                yield crl.public_bytes(Encoding.DER)


def _further(progress: Progress, done: int, total: int) -> Callable[[int], None]:
    return lambda count: progress(done + count, total)


def _of_one(data: bytes) -> Members:
    return lambda algorithm: [hash_bytes(algorithm, data)]
