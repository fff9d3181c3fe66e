"""Closes stamps, gets and verifies their tokens, and logs them: open, closed, stamped, verified, published.

One token makes a stamp verified; tokens of other operators over the same root follow where they are configured, and
nothing waits for them.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Row, exists, select, update

from archive import stamp_files
from archive.archive import SYSTEM_ACTOR, Archive
from archive.authorities import TimestampAuthority
from archive.catalogue import check_lease
from archive.catalogue.schema import log_entries, stamps
from archive.fixity import continue_inventory
from archive.log import record
from archive.stamp_asking import Asking
from archive.stamp_closing import Pace, close_due, frozen_of
from archive.stamp_files import Frozen
from archive.stamp_requests import Refused, Requests
from archive.stamp_tokens import FurtherTokens
from archive.vault import VaultMissing
from signing import cms
from signing.errors import StampInvalid, TokenRefused
from signing.renewal_due import RestsOn
from signing.token_trust import verify_with_any
from tabellion.base.errors import EvidenceError


class Stamps:
    """The stamps of an archive; `run` is called by the keeper, after the sequencer."""

    def __init__(
        self,
        archive: Archive,
        authorities: Sequence[TimestampAuthority],
        *,
        pace: Pace | None = None,
        tolerance: timedelta = timedelta(seconds=60),
        operators: int = 1,
    ) -> None:
        """`operators` is how many different ones each stamp gets a token of, as far as so many are there."""
        self._archive = archive
        self._pace = pace or Pace()
        self._trusts = tuple(authority.trust for authority in authorities)
        requests = Requests(authorities, archive.clock, archive.ids.randomness, tolerance)
        self._asking = Asking(archive, requests)
        self._further = FurtherTokens(archive, self._asking, operators)
        self._tolerance = tolerance

    def run(self, lease: int) -> int:
        """Take every stamp as far as it gets now; says how many steps were made. Raises `LeaseLost`."""
        done = close_due(self._archive, lease, self._pace)
        now = self._archive.clock.now()
        with self._archive.catalogue.read() as connection:
            waiting = connection.execute(
                select(stamps)
                .where(stamps.c.state.in_(("closed", "stamped", "verified")))
                .order_by(stamps.c.number)
            ).all()
        for row in waiting:
            if row.state == "verified":
                done += self._publish(lease, row)
            elif row.failure is None or (row.retry_at is not None and row.retry_at <= now):
                done += self._advance(lease, row)
        return done + self._further.run(lease)

    def _advance(self, lease: int, row: Row[Any]) -> int:
        """Closed to stamped to verified; what fails for good stays where it is until a person asks again."""
        objects = self._archive.objects
        try:
            if row.state == "closed":
                # What is frozen is durable in the catalogue; a keeper that is stopped here writes the same bytes again.
                with self._archive.catalogue.read() as connection:
                    stamp_files.write_frozen(objects, frozen_of(connection, row), self._archive.clock.now())
            frozen = stamp_files.read_frozen(objects, row.id)
            if frozen.root.hex() != row.root:
                raise StampInvalid("the catalogue has another root for this stamp than the vault")
        except EvidenceError as error:
            return self._refused(lease, row, Refused(error.code, None))
        if row.state == "closed":
            try:
                der = stamp_files.read_token(objects, row.id)  # a keeper before came as far as this
            except VaultMissing:
                granted = self._asking.ask(lease, row, frozen.root)
                if granted is None:
                    return 0
                der = granted.der
                chain = [c.public_bytes(Encoding.DER) for c in cms.open_envelope(der).certificates]
                stamp_files.write_token(objects, row.id, der, chain, self._archive.clock.now())
            self._update(lease, row, state="stamped", token=der, attempts=stamps.c.attempts + 1)
        return self._verify(lease, row, frozen)

    def _verify(self, lease: int, row: Row[Any], frozen: Frozen) -> int:
        """Believe only what can be read again: the token out of the vault, over the root of what lies there."""
        now = self._archive.clock.now()
        try:
            der = stamp_files.read_token(self._archive.objects, row.id)
            # The authority's clock may be ahead of ours by what the acceptance tolerated.
            verified = verify_with_any(der, frozen.root, self._trusts, now + self._tolerance)
        except TokenRefused as refused:
            return self._refused(lease, row, Refused(refused.reason, None))
        except EvidenceError as error:
            return self._refused(lease, row, Refused(error.code, None))
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(
                update(stamps)
                .where(stamps.c.id == row.id)
                .values(
                    state="verified",
                    token=der,
                    authority=verified.authority,
                    time_class=verified.time_class,
                    gen_time=verified.gen_time,
                    expires=verified.expires,
                    rests_on=RestsOn.to_text(verified),
                    verified_at=now,
                    failure=None,
                    retry_at=None,
                )
            )
            record(
                connection,
                type="stamp",
                object_type="stamp",
                object_id=row.id,
                subject=hashlib.sha256(der).hexdigest(),
                actor=SYSTEM_ACTOR,
                time=now,
                reason=row.reason,
            )
        continue_inventory(self._archive, lease, row.id)
        return 1

    def _publish(self, lease: int, row: Row[Any]) -> int:
        """A stamp is published once its own entry is in the log."""
        logged = exists().where(
            log_entries.c.type == "stamp",
            log_entries.c.object_type == "stamp",
            log_entries.c.object_id == row.id,
            log_entries.c.subject == hashlib.sha256(row.token).hexdigest(),
        )
        with self._archive.catalogue.read() as connection:
            if not connection.scalar(select(logged)):
                return 0
        self._update(lease, row, state="published")
        return 1

    def _refused(self, lease: int, row: Row[Any], refused: Refused) -> int:
        """Leave the stamp as it is, with its reason, and tell it in the log: an incident for a person."""
        self._asking.tell(lease, row, refused)
        return 0

    def _update(self, lease: int, row: Row[Any], **values: Any) -> None:
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(update(stamps).where(stamps.c.id == row.id).values(**values))
