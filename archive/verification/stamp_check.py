"""Checks stamps: root computed anew, token verified strictly, checkpoint in the stamp extended by the published one."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from archive import stamp_files
from archive.archive import Archive
from archive.catalogue.schema import manifests, stamps
from archive.evidence_records import EvidenceRecords, stored_members
from archive.stamp_files import Frozen
from archive.verification.findings import Findings
from archive.verification.further_check import FurtherCheck
from archive.verification.late_lists_check import require_not_revoked_late
from archive.verification.log_check import LogCheck
from archive.verification.trust import VerifyTrust
from signing.checkpoint import Checkpoint
from signing.errors import RecordRefused, TokenRefused
from signing.ers import CheckToken, digest_of, parse_record
from signing.other_tokens import Others, TokenChecks
from signing.timestamp import Token
from signing.token_trust import token_check
from signing.tst_info import Imprint
from signing.verdict import Aspect, strongest
from tabellion.base.errors import EvidenceError, Unavailable

PROVED = ("verified", "published")


def stamp_rows(archive: Archive) -> Sequence[Row[Any]]:
    """All stamps of the catalogue, by number."""
    with archive.catalogue.read() as connection:
        return connection.execute(select(stamps).order_by(stamps.c.number)).all()


@dataclass(frozen=True, slots=True)
class Proved:
    """A stamp that holds: what it froze, how far its checkpoint reaches into the log, whether its hash was renewed."""

    frozen: Frozen
    log_size: int
    rehashed: bool


class StampCheck:
    """The stamps of an archive, each checked once, when it is asked for."""

    def __init__(
        self,
        archive: Archive,
        trust: VerifyTrust,
        log: LogCheck,
        findings: Findings,
        rows: Sequence[Row[Any]],
    ) -> None:
        """`rows` are the stamps as `stamp_rows` gave them before the log was looked at."""
        self._archive = archive
        self._trust = trust
        self._log = log
        self._findings = findings
        self._checked: dict[str, Proved | None] = {}
        self._rows = {row.id: row for row in rows}
        self._records = EvidenceRecords(archive)
        self._now = archive.clock.now()
        self._check_token = token_check(trust.authorities, self._now)
        self._further = FurtherCheck(
            archive, log, findings, self._records, self._checks(self._check_token), trust.authorities
        )
        newest = max((row for row in rows if row.note is not None), key=lambda row: row.number, default=None)
        if newest is not None:
            self._require_extended(newest)

    def proves(self, manifest: Row[Any], node: bytes, document: str | None) -> None:
        """Look for the proof of time of a manifest whose group node was computed from what was read."""
        row = self._rows.get(manifest.stamp_id)
        newer = row is None and self._is_newer(manifest.stamp_id)
        if manifest.stamp_id is None or newer or (row is not None and row.state not in PROVED):
            self._findings.times.add("pending")
            self._findings.pending(Aspect.TIME, "TIME_PENDING", document)
            return
        if row is None:
            what = f"the stamp {manifest.stamp_id} of deposit {manifest.deposit_id} is not in the catalogue"
            self._findings.failed(Aspect.TIME, "STAMP_MISSING", what, document)
            return
        proved = self.check(row, document)
        if proved is None:
            return
        nodes, position = proved.frozen.nodes, manifest.stamp_position
        if position is None or not 0 <= position < len(nodes) or nodes[position] != node:
            what = (
                f"stamp {row.number} does not cover deposit {manifest.deposit_id} "
                f"(manifest {manifest.version}) as it is now"
            )
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", what, document)
        elif manifest.seq is None or manifest.seq >= proved.log_size:
            what = f"the checkpoint in stamp {row.number} does not include deposit {manifest.deposit_id}"
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", what, document)
        elif proved.rehashed:
            self._check_rehashed(row, manifest, document)

    def _check_rehashed(self, row: Row[Any], manifest: Row[Any], document: str | None) -> None:
        """Renewals of the hash cover the manifest and its files as they are now, with all time-stamps before them."""
        try:
            members = stored_members(self._archive, manifest.deposit_id, manifest.version, manifest.digest)
            self._records.of_group(row.id, manifest.stamp_position, members)
        except (EvidenceError, Unavailable) as error:
            what = (
                f"the renewal of stamp {row.number} does not cover deposit {manifest.deposit_id} "
                f"(manifest {manifest.version}) as it is now: {error}"
            )
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", what, document)

    def check_all(self) -> None:
        """Check every stamp, and that the log and the catalogue know the same ones."""
        for row in self._rows.values():
            if row.state in PROVED:
                self.check(row, None)
                self._check_members(row)
        for stamp in self._log.named("stamp"):
            found = self._rows.get(stamp)
            logged = any(each.type == "stamp" for each in self._log.custody(("stamp", stamp), None))
            if logged and (found is None or found.state not in PROVED):
                what = f"the log knows a verified stamp {stamp} that the catalogue does not have as such"
                self._findings.failed(Aspect.TIME, "STAMP_MISSING", what)
        if not any(row.state in PROVED for row in self._rows.values()):
            self._findings.times.add("pending")

    def _is_newer(self, stamp: str | None) -> bool:
        """Whether a stamp was closed only after this verification had begun."""
        if stamp is None:
            return False
        with self._archive.catalogue.read() as connection:
            return connection.scalar(select(stamps.c.id).where(stamps.c.id == stamp)) is not None

    def check(self, row: Row[Any], document: str | None) -> Proved | None:
        """The stamp of a row, if it holds; what does not is found once."""
        if row.id not in self._checked:
            self._checked[row.id] = self._check(row, document)
        return self._checked[row.id]

    def _check(self, row: Row[Any], document: str | None) -> Proved | None:
        failed, name = self._findings.failed, f"stamp {row.number} ({row.id})"
        self._findings.looked(Aspect.TIME)
        try:
            frozen = stamp_files.read_frozen(self._archive.objects, row.id)
            der = stamp_files.read_token(self._archive.objects, row.id)
            checkpoint = self._log.verified(frozen.signed)
        except EvidenceError as error:
            failed(Aspect.TIME, "STAMP_ALTERED", f"{name}: {error}", document)
            return None
        self._findings.checked["tokens"] += 1
        further = self._further.standing(row, frozen.root, document)
        first = self._first_token(der, frozen, name, bool(further), document)
        if isinstance(first, TokenRefused) and not further:
            return None
        if not self._agrees(row, frozen, der, checkpoint) or (
            isinstance(first, Token) and row.gen_time != first.gen_time
        ):
            what = (
                f"the catalogue says of {name} something else than the vault: root, checkpoint, token or time"
            )
            failed(Aspect.TIME, "STAMP_ALTERED", what, document)
            return None
        holding = [*(token for _, token in further), *([first] if isinstance(first, Token) else [])]
        self._findings.times.add(strongest(each.time_class for each in holding))
        self._findings.authorities.update(each.authority for each in holding)
        self._require_extended(row)
        self._require_logged(row, der, document)
        others = {Imprint("sha256", frozen.root): [other for other, _ in further]}
        rehashed = self._check_renewals(row, frozen, name, document, self._check_but(der, first), others)
        return None if rehashed is None else Proved(frozen, checkpoint.size, rehashed)

    def _first_token(
        self, der: bytes, frozen: Frozen, name: str, further: bool, document: str | None
    ) -> Token | TokenRefused:
        """The stamp's token if it holds. If not, and none of another operator does, the time is failed or undecided."""
        try:
            token = self._check_token(der, frozen.root, "sha256")
            require_not_revoked_late(self._archive, frozen.stamp, token, self._trust.authorities)
            return token
        except TokenRefused as refused:
            what = f"the token of {name} does not hold: {refused}"
            if further:
                self._findings.tell(refused.reason, what, document)
            elif refused.undecided:
                self._findings.undecided(Aspect.TIME, refused.reason, what)
                self._findings.times.add("unknown")
            else:
                self._findings.failed(Aspect.TIME, refused.reason, what, document)
            return refused

    def _checks(self, check: CheckToken) -> TokenChecks:
        return TokenChecks(check, self._now, self._trust.algorithms)

    def _check_but(self, der: bytes, first: Token | TokenRefused) -> CheckToken:
        """The check of all tokens, by which the stamp's first falls again if it fell."""

        def check(token: bytes, imprint: bytes, algorithm: str) -> Token:
            if token == der and isinstance(first, TokenRefused):
                raise first
            return self._check_token(token, imprint, algorithm)

        return check

    def _check_renewals(
        self,
        row: Row[Any],
        frozen: Frozen,
        name: str,
        document: str | None,
        check: CheckToken,
        others: Others,
    ) -> bool | None:
        """Whether the hash was renewed, where every renewal came in time and the newest holds now; None: it is refused.

        A token that has run out, or was renewed too late, leaves the time undecided: nothing is shown to be false.
        """
        try:
            record = parse_record(self._records.of_checkpoint(row.id).to_bytes())
            proof = self._checks(check).verify(record, [digest_of(frozen.checkpoint)], others)
        except (RecordRefused, TokenRefused) as refused:
            if refused.undecided:
                self._findings.undecided(Aspect.TIME, refused.reason, f"{name}: {refused.message}")
                return False
            self._findings.failed(Aspect.TIME, refused.reason, f"the renewals of {name}: {refused}", document)
            return None
        except EvidenceError as error:
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", f"the renewals of {name}: {error}", document)
            return None
        for token in proof.tokens[1:]:
            self._findings.checked["tokens"] += 1
            self._findings.times.add(token.time_class)
            self._findings.authorities.add(token.authority)
        self._require_renewals(row, document)
        return any(step.kind == "hashtree-renewal" for step in proof.steps)

    def _require_renewals(self, row: Row[Any], document: str | None) -> None:
        """The catalogue has the renewals that the log names for the tokens of the stamp."""
        logged = [each for each in self._log.custody(("stamp", row.id), document) if each.type == "renew"]
        tokens = (self._records.renewal(each)[1] for each in self._records.renewals_of(row.id))
        known = {hashlib.sha256(der).hexdigest() for der in tokens}
        if any(each.subject not in known for each in logged):
            what = (
                f"the log names a renewal of stamp {row.number} ({row.id}) that the catalogue does not have"
            )
            self._findings.failed(Aspect.TIME, "STAMP_MISSING", what, document)

    @staticmethod
    def _agrees(row: Row[Any], frozen: Frozen, der: bytes, checkpoint: Checkpoint) -> bool:
        return (row.root, row.checkpoint, row.note, row.checkpoint_size, row.token, row.number) == (
            frozen.root.hex(),
            frozen.checkpoint.decode(),
            frozen.signed.decode(),
            checkpoint.size,
            der,
            frozen.number,
        )

    def _require_extended(self, row: Row[Any]) -> None:
        self._log.require_extends(row.note.encode(), f"the checkpoint in stamp {row.number}")

    def _require_logged(self, row: Row[Any], der: bytes, document: str | None) -> None:
        """The log names the digest of the token; a stamp whose entry still waits is verified, not yet published."""
        subjects = {
            each.subject for each in self._log.custody(("stamp", row.id), document) if each.type == "stamp"
        }
        digest = hashlib.sha256(der).hexdigest()
        if row.state == "published" and digest not in subjects and not self._log.after_checkpoint(digest):
            what = f"the log does not name the token of stamp {row.number} ({row.id})"
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", what, document)

    def _check_members(self, row: Row[Any]) -> None:
        proved = self._checked[row.id]
        query = (
            select(manifests.c.group_node)
            .where(manifests.c.stamp_id == row.id)
            .order_by(manifests.c.stamp_position)
        )
        with self._archive.catalogue.read() as connection:
            nodes = tuple(bytes.fromhex(node) for node in connection.execute(query).scalars())
        if proved is not None and nodes != proved.frozen.nodes:
            what = f"the catalogue lists other members of stamp {row.number} than the vault"
            self._findings.failed(Aspect.TIME, "STAMP_ALTERED", what)
