"""Further tokens over the root of a stamp, each of an operator of its own: if one fails, the others still prove it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select

from archive import stamp_files
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import stamp_asks, stamp_tokens, stamps
from archive.log import record
from archive.stamp_asking import Asking
from archive.stored import note_object
from archive.vault import VaultMissing
from signing.renewal_due import RestsOn
from signing.timestamp import Token
from signing.token_trust import verify_with_any

TRIED_FOR = timedelta(days=7)
"""So long after a stamp was closed its further tokens are asked for: what is older is not stamped unasked."""

_PROVED = ("verified", "published")


@dataclass(slots=True)
class FurtherTokens:
    """Sees to it that new stamps have tokens of so many operators."""

    archive: Archive
    asking: Asking
    operators: int

    def run(self, lease: int) -> int:
        """Ask for what is missing and due; says how many tokens came. Raises `LeaseLost`."""
        if self.operators < 2:
            return 0
        return sum(self._ask(lease, row) for row in self._lacking())

    def _lacking(self) -> Sequence[Row[Any]]:
        now = self.archive.clock.now()
        had = (
            select(func.count())
            .where(stamp_tokens.c.stamp_id == stamps.c.id)
            .correlate(stamps)
            .scalar_subquery()
        )
        waiting = exists().where(stamp_asks.c.stamp_id == stamps.c.id, stamp_asks.c.retry_at > now)
        query = select(stamps).where(
            stamps.c.state.in_(_PROVED),
            stamps.c.closed_at > now - TRIED_FOR,
            had + 1 < self.operators,
            ~waiting,
        )
        with self.archive.catalogue.read() as connection:
            return connection.execute(query.order_by(stamps.c.number)).all()

    def _ask(self, lease: int, row: Row[Any]) -> int:
        with self.archive.catalogue.read() as connection:
            had = further_tokens(connection, row.id)
        place, root = len(had) + 2, bytes.fromhex(row.root)
        operators = {
            self.asking.requests.operator_of(name)
            for name in (row.authority, *(token.authority for token in had))
        }
        token = self._kept(row, place, root)
        if token is None:
            token = self.asking.ask(lease, row, root, operators, first=False)
            if token is None:
                return 0
        self._keep(lease, row, place, token)
        return 1

    def _kept(self, row: Row[Any], place: int, root: bytes) -> Token | None:
        """The token that a keeper before had put into the vault and not into the catalogue."""
        requests = self.asking.requests
        try:
            der = stamp_files.read_further(self.archive.objects, row.id, place)
            trusts = [each.trust for each in requests.authorities]
            return verify_with_any(der, root, trusts, self.archive.clock.now() + requests.tolerance)
        except VaultMissing:
            return None

    def _keep(self, lease: int, row: Row[Any], place: int, token: Token) -> None:
        now = self.archive.clock.now()
        ref = stamp_files.write_further(self.archive.objects, row.id, place, token.der, now)
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(
                insert(stamp_tokens).values(
                    stamp_id=row.id,
                    place=place,
                    token=token.der,
                    authority=token.authority,
                    time_class=token.time_class,
                    gen_time=token.gen_time,
                    verified_at=now,
                    expires=token.expires,
                    rests_on=RestsOn.to_text(token),
                )
            )
            # Locked: with the retention that it was put with.
            note_object(connection, ref, None, ref.digest, now, locked=True)
            record(
                connection,
                type="stamp",
                object_type="stamp",
                object_id=row.id,
                subject=hashlib.sha256(token.der).hexdigest(),
                actor=SYSTEM_ACTOR,
                time=now,
                reason=row.reason,
            )


def further_tokens(connection: Connection, stamp: str) -> Sequence[Row[Any]]:
    """The rows of the further tokens of a stamp, in their order."""
    return connection.execute(
        select(stamp_tokens).where(stamp_tokens.c.stamp_id == stamp).order_by(stamp_tokens.c.place)
    ).all()
