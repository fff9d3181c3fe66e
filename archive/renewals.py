"""Renews evidence before what it rests on ends: begun when due, prepared, stamped, verified, published.

One renewal at a time, but for those that wait for their authority. What it covers is fixed when it begins; every step
after that is durable before the next, so that a keeper that is stopped anywhere goes on where it was, with the same
bytes.
"""

import hashlib
from collections.abc import Container, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, Row, delete, exists, func, insert, select, update

from archive import renewal_files, stamp_files
from archive.archive import SYSTEM_ACTOR, Archive
from archive.authorities import TimestampAuthority
from archive.catalogue import check_lease
from archive.catalogue.schema import archive_state, log_entries, renewals, stamp_tokens, stamps
from archive.catalogue.upsert import upsert
from archive.errors import RenewalRefused
from archive.fixity import continue_inventory
from archive.log import record
from archive.log_view import LogView
from archive.pieces import in_pieces
from archive.refusals import record_refusal
from archive.renewal_files import Renewal
from archive.renewal_planning import Head, due_heads
from archive.renewal_preparing import Preparing, covered_rows, sources_of
from archive.stamp_requests import Granted, Later, Refused, Requests
from archive.vault import VaultMissing
from signing import cms
from signing.algorithms import AlgorithmPolicy
from signing.errors import StampInvalid, TokenRefused
from signing.renewal_due import RestsOn, next_hash, renewal_due
from signing.timestamp import Token
from signing.token_trust import verify_with_any
from tabellion.base.clock import parse_rfc3339, rfc3339
from tabellion.base.errors import EvidenceError

DEMANDED = "renewal_demanded"
"""Row of `archive_state`: since when a person waits for what is due to be renewed."""

NO_GAIN = "RENEWAL_NO_GAIN"
"""Why a renewal waits: the authority still signs with what is about to end, so that its token would prove no longer."""

CALM = timedelta(days=1)
"""Between renewals that the keeper begins by itself."""

_ASK_AGAIN = timedelta(days=7)
_LOOK_EVERY = timedelta(hours=1)


class Renewals:
    """The renewals of an archive; `run` is called by the keeper."""

    def __init__(
        self,
        archive: Archive,
        authorities: Sequence[TimestampAuthority],
        policy: AlgorithmPolicy,
        *,
        tolerance: timedelta = timedelta(seconds=60),
        calm: timedelta = CALM,
    ) -> None:
        self._archive = archive
        self._policy = policy
        self._authorities = tuple(authorities)
        self._requests = Requests(authorities, archive.clock, archive.ids.randomness, tolerance)
        self._operators = {each.trust.authority: each.operator for each in reversed(self._authorities)}
        self._calm = calm
        self._looked: datetime | None = None

    def run(self, lease: int) -> int:
        """Take the renewal that is under way as far as it gets, or begin one that is due; gives the number of steps.

        Raises `LeaseLost`, and `RenewalRefused` where what is stored cannot be renewed as it is.
        """
        done = 0
        while step := self._step(lease):
            done += step
        return done

    def _step(self, lease: int) -> int:
        now = self._archive.clock.now()
        with self._archive.catalogue.read() as connection:
            under_way, demand = _under_way(connection), demanded(connection)
        for row in under_way:
            if row.failure is None or (row.retry_at is not None and row.retry_at <= now):
                return self._advance(lease, row)
        if any(row.state == "preparing" for row in under_way):
            return 0  # something stored cannot be read, which no other renewal mends
        if demand is None and self._looked is not None and now - self._looked < _LOOK_EVERY:
            return 0
        self._looked = now
        # What waits for its authority does not hold up what rests on others.
        return self._begin(lease, demand, frozenset(name for row in under_way for name in row.plan["covers"]))

    def _begin(self, lease: int, demand: datetime | None, waiting: Container[str]) -> int:
        """Fix what the next renewal covers; what a person waits for ends where nothing is due any more."""
        now = self._archive.clock.now()
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            heads = due_heads(connection, self._policy, now, self._operators.get, waiting)
            if not heads:
                connection.execute(delete(archive_state).where(archive_state.c.name == DEMANDED))
                return 0
            newest = connection.scalar(select(func.max(renewals.c.begun_at)))
            if demand is None and newest is not None and now - newest < self._calm:
                return 0
            self._insert(connection, heads, "due" if demand is None else "on-demand", now)
        return 1

    def _insert(self, connection: Connection, heads: Sequence[Head], reason: str, now: datetime) -> None:
        first = heads[0]
        plan: dict[str, Any] = {
            "covers": [head.name for head in heads],
            "operator": self._operators.get(first.authority),
        }
        algorithm, total = first.algorithm, len(heads)
        if first.kind == "hashtree-renewal":
            following = next_hash(self._policy, first.algorithm, now)
            view = LogView.newest(self._archive)
            if following is None or view is None:
                raise RenewalRefused(f"there is no hash algorithm to go on with after {first.algorithm}")
            algorithm = following
            sources = sources_of(connection, plan["covers"])
            plan |= {"sources": sources, "checkpoint": [view.signed.decode()]}
            total = len(sources)
        number = (connection.scalar(select(func.max(renewals.c.number))) or 0) + 1
        connection.execute(
            insert(renewals).values(
                id=self._archive.ids.new(),
                number=number,
                kind=first.kind,
                algorithm=algorithm,
                state="preparing",
                reason=reason,
                begun_at=now,
                plan=plan,
                done=0,
                total=total,
                attempts=0,
            )
        )

    def _advance(self, lease: int, row: Row[Any]) -> int:
        match row.state:
            case "preparing":
                return self._prepare(lease, row)
            case "verified":
                return self._publish(lease, row)
        try:
            renewal = renewal_files.read_renewal(self._archive.objects, row.id)
            if renewal.tree.root.hex() != row.root:
                raise StampInvalid("the catalogue has another root for this renewal than the vault")
        except EvidenceError as error:
            return self._refused(lease, row, Refused(error.code, None))
        return self._verify(lease, row, renewal) if row.state == "stamped" else self._ask(lease, row, renewal)

    def _prepare(self, lease: int, row: Row[Any]) -> int:
        """Revocation lists first, then the leaves, source by source; each source is kept before the next is begun."""
        preparing = Preparing(self._archive, self._authorities)

        def progress(done: int, total: int) -> None:
            self._update(lease, row, done=done, total=total)

        try:
            renewal = preparing.run(row, progress)
        except RenewalRefused as refused:
            self._update(lease, row, failure=refused.code, retry_at=None)
            raise
        self._update(lease, row, state="prepared", root=renewal.tree.root.hex(), failure=None)
        return 1

    def _ask(self, lease: int, row: Row[Any], renewal: Renewal) -> int:
        try:
            stamp_files.read_token(self._archive.objects, row.id)  # a keeper before came as far as this
        except VaultMissing:
            requests = self._requests.preferring(row.plan.get("operator"))
            match requests.ask(renewal.tree.root, row.attempts, renewal.algorithm):
                case Granted(token):
                    if not self._gains(renewal, token):
                        at = self._archive.clock.now() + _ASK_AGAIN
                        return self._later(lease, row, Later(NO_GAIN, at))
                    self._keep(row, token)
                case Later() as later:
                    return self._later(lease, row, later)
                case Refused() as refused:
                    return self._refused(lease, row, refused)
        self._update(lease, row, state="stamped", attempts=row.attempts + 1, failure=None, retry_at=None)
        return 1

    def _gains(self, renewal: Renewal, token: Token) -> bool:
        """Whether the token lasts longer than what it renews: else one would renew without an end."""
        ends = renewal_due(token, self._policy).ends
        with self._archive.catalogue.read() as connection:
            before = [
                renewal_due(RestsOn.parse(row.rests_on, row.expires), self._policy).ends
                for row in covered_rows(connection, renewal.covers)
            ]
        return ends > min(before)

    def _keep(self, row: Row[Any], token: Token) -> None:
        chain = [each.public_bytes(Encoding.DER) for each in cms.open_envelope(token.der).certificates]
        now = self._archive.clock.now()
        stamp_files.write_token(self._archive.objects, row.id, token.der, chain, now)

    def _verify(self, lease: int, row: Row[Any], renewal: Renewal) -> int:
        """Believe only what can be read again; then everything that is covered rests on the new token."""
        archive, now = self._archive, self._archive.clock.now()
        trusts = tuple(each.trust for each in self._authorities)
        try:
            der = stamp_files.read_token(archive.objects, row.id)
            at = now + self._requests.tolerance
            token = verify_with_any(der, renewal.tree.root, trusts, at, renewal.algorithm)
        except TokenRefused as refused:
            return self._refused(lease, row, Refused(refused.reason, None))
        except EvidenceError as error:
            return self._refused(lease, row, Refused(error.code, None))
        with archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            settle(connection, renewal, token, now)
            subject = hashlib.sha256(der).hexdigest()
            for thing in dict.fromkeys((row.id, *map(stamp_files.owner_of, renewal.covers))):
                record(
                    connection,
                    type="renew",
                    object_type="stamp",
                    object_id=thing,
                    subject=subject,
                    actor=SYSTEM_ACTOR,
                    time=now,
                    reason=row.reason,
                )
        continue_inventory(archive, lease, row.id)
        return 1

    def _publish(self, lease: int, row: Row[Any]) -> int:
        """A renewal is published once its own entry is in the log."""
        logged = exists().where(log_entries.c.type == "renew", log_entries.c.object_id == row.id)
        with self._archive.catalogue.read() as connection:
            if not connection.scalar(select(logged)):
                return 0
        self._update(lease, row, state="published")
        self._looked = None
        return 1

    def _later(self, lease: int, row: Row[Any], later: Later) -> int:
        self._update(lease, row, attempts=row.attempts + 1, failure=later.code, retry_at=later.retry_at)
        return 0

    def _refused(self, lease: int, row: Row[Any], refused: Refused) -> int:
        """Leave the renewal as it is, with its reason, and tell it in the log: an incident for a person."""
        attempt = row.attempts + 1
        if refused.answer is not None:
            number = hashlib.sha256(refused.answer).hexdigest()
            now = self._archive.clock.now()
            stamp_files.write_refused(self._archive.objects, row.id, number, refused.answer, now)
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(
                update(renewals)
                .where(renewals.c.id == row.id)
                .values(attempts=attempt, failure=refused.code, retry_at=None)
            )
            record_refusal(connection, row.id, refused, attempt, self._archive.clock.now())
        return 0

    def _update(self, lease: int, row: Row[Any], **values: Any) -> None:
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(update(renewals).where(renewals.c.id == row.id).values(**values))


def settle(connection: Connection, renewal: Renewal, token: Token, now: datetime) -> None:
    """Write that a renewal's token holds, and that it renewed all that the renewal covers."""
    connection.execute(
        update(renewals)
        .where(renewals.c.id == renewal.renewal)
        .values(
            state="verified",
            token=token.der,
            authority=token.authority,
            time_class=token.time_class,
            gen_time=token.gen_time,
            verified_at=now,
            expires=token.expires,
            rests_on=RestsOn.to_text(token),
            failure=None,
            retry_at=None,
        )
    )
    for some in in_pieces(renewal.covers):
        for table in (stamps, renewals):
            covered = update(table).where(table.c.id.in_(some))
            connection.execute(covered.values(renewed_by=renewal.renewal))
    for stamp, place in filter(None, map(stamp_files.split_further, renewal.covers)):
        here = (stamp_tokens.c.stamp_id == stamp) & (stamp_tokens.c.place == place)
        connection.execute(update(stamp_tokens).where(here).values(renewed_by=renewal.renewal))


def demand(archive: Archive) -> None:
    """Have everything that is due renewed now, without the keeper's calm; a renewal that failed is tried again."""
    with archive.catalogue.write() as connection:
        connection.execute(
            update(renewals)
            .where(renewals.c.state != "published", renewals.c.failure.is_not(None))
            .values(failure=None, retry_at=None)
        )
        value = {"name": DEMANDED, "value": rfc3339(archive.clock.now())}
        upsert(connection, archive_state, value, key=("name",))


def demanded(connection: Connection) -> datetime | None:
    """Since when a person waits for renewals; None where nobody does."""
    text = connection.scalar(select(archive_state.c.value).where(archive_state.c.name == DEMANDED))
    return None if text is None else parse_rfc3339(text)


def _under_way(connection: Connection) -> Sequence[Row[Any]]:
    unfinished = select(renewals).where(renewals.c.state != "published").order_by(renewals.c.number)
    return connection.execute(unfinished).all()
