"""Fetches revocation lists that could not be had when a token came, and keeps them beside it, which stays as it is."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import Connection, select

from archive import stamp_files
from archive.archive import Archive
from archive.authorities import TimestampAuthority
from archive.catalogue import check_lease
from archive.catalogue.schema import log_entries, log_outbox, objects, renewals, stamp_tokens, stamps
from archive.refusals import record_refusal
from archive.stamp_requests import Refused
from archive.stored import note_object
from signing.certification_path import revocation_state
from signing.cms import open_envelope
from signing.errors import TokenReason, TokenRefused
from signing.revocation import path_of, usable_lists
from signing.timestamp import Token, verify_token
from signing.tst_info import read_imprint

TRIED_FOR = timedelta(days=30)
"""So long after a token was verified its lists are asked for; after that, a renewal asks once more before it begins."""

_PROVED = ("verified", "published")
State = Literal["good", "revoked", "unknown"]
Path = tuple[x509.Certificate, ...]
Lists = Sequence[x509.CertificateRevocationList]


class _Kept(NamedTuple):
    """A token of a stamp or renewal, and the name of its authority."""

    owner: str
    der: bytes
    authority: str


@dataclass(slots=True)
class LateLists:
    """Looks after tokens of the last days, until lists say of the whole path that it was good, or that it was not."""

    archive: Archive
    authorities: Sequence[TimestampAuthority]
    tolerance: timedelta = timedelta(seconds=60)
    _settled: set[str] = field(default_factory=set, init=False)

    def run(self, lease: int) -> int:
        """Fetch what is missing; gives the number of tokens whose state is known now. Raises `LeaseLost`."""
        sources = {each.trust.authority: each for each in reversed(self.authorities)}
        fetched: dict[tuple[str, ...], Lists] = {}
        done = 0
        for kept in self._recent():
            authority, digest = sources.get(kept.authority), hashlib.sha256(kept.der).hexdigest()
            if authority is None or authority.revocation is None or digest in self._settled:
                continue
            if self._look_at(lease, kept, authority, fetched):
                self._settled.add(digest)
                done += 1
        return done

    def _recent(self) -> Iterator[_Kept]:
        since = self.archive.clock.now() - TRIED_FOR
        with self.archive.catalogue.read() as connection:
            for table in (stamps, renewals):
                query = select(table.c.id, table.c.token, table.c.authority)
                where = table.c.state.in_(_PROVED), table.c.verified_at > since
                yield from map(_Kept._make, connection.execute(query.where(*where)).all())
            query = select(stamp_tokens.c.stamp_id, stamp_tokens.c.token, stamp_tokens.c.authority)
            rows = connection.execute(query.where(stamp_tokens.c.verified_at > since)).all()
            yield from map(_Kept._make, rows)

    def _look_at(
        self,
        lease: int,
        kept: _Kept,
        authority: TimestampAuthority,
        fetched: dict[tuple[str, ...], Lists],
    ) -> bool:
        """Whether the state of the token is known; what tells it is kept, and told where the token is revoked."""
        token = self._verified(kept.der, authority)
        if token is None:
            return True  # it has fallen already, as whoever verifies will say
        path = path_of(token, authority.trust)
        vault = self.archive.objects
        late = stamp_files.read_late_lists(vault, kept.owner)
        known = [*open_envelope(kept.der).crls, *authority.trust.crls]
        known += usable_lists(late, path, token.gen_time)
        state = _state(path, known, token)
        if state == "unknown":
            if token.path not in fetched:
                fetched[token.path] = self._fetch(path, token, authority)
            fresh = fetched[token.path]
            state = _state(path, [*known, *fresh], token)
            if state == "unknown":
                return False
            ders = [each.public_bytes(Encoding.DER) for each in fresh]
            stamp_files.write_late_lists(vault, kept.owner, ders, self.archive.clock.now())
        self._note(lease, kept, state)
        return True

    def _verified(self, der: bytes, authority: TimestampAuthority) -> Token | None:
        imprint, at = read_imprint(der), self.archive.clock.now() + self.tolerance
        try:
            return verify_token(
                der,
                imprint=imprint.digest,
                trust=authority.trust,
                at=at,
                imprint_algorithm=imprint.algorithm,
            )
        except TokenRefused:
            return None

    @staticmethod
    def _fetch(path: Path, token: Token, authority: TimestampAuthority) -> Lists:
        return (
            ()
            if authority.revocation is None
            else usable_lists(authority.revocation.lists(path), path, token.gen_time)
        )

    def _note(self, lease: int, kept: _Kept, state: State) -> None:
        """The catalogue's rows of the lists, and the incident of a token that they revoke, each once."""
        refs = stamp_files.late_lists(self.archive.objects, kept.owner)
        if not refs:
            return
        now = self.archive.clock.now()
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            for ref in refs:
                if connection.scalar(select(objects.c.id).where(objects.c.key == ref.key)) is None:
                    # Locked: with the retention that it was put with.
                    note_object(connection, ref, None, ref.digest, now, locked=True)
            if state == "revoked" and not _is_told(connection, kept):
                refused = Refused(TokenReason.REVOKED, kept.der)
                record_refusal(connection, kept.owner, refused, 1, now)


def _is_told(connection: Connection, kept: _Kept) -> bool:
    subject = hashlib.sha256(kept.der).hexdigest()
    for table in (log_entries, log_outbox):
        query = select(table.c.type).where(table.c.type == "incident", table.c.subject == subject)
        if connection.scalar(query.where(table.c.object_id == kept.owner).limit(1)) is not None:
            return True
    return False


def _state(path: Path, crls: Lists, token: Token) -> State:
    try:
        return revocation_state(path, crls, token.gen_time)
    except TokenRefused as refused:
        return "revoked" if refused.reason is TokenReason.REVOKED else "unknown"
