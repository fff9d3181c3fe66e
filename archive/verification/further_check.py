"""Checks the further tokens of a stamp, of other operators over the same root: each may stand where another falls."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from archive import stamp_files
from archive.archive import Archive
from archive.evidence_records import EvidenceRecords
from archive.stamp_tokens import further_tokens
from archive.verification.findings import Findings
from archive.verification.late_lists_check import require_not_revoked_late
from archive.verification.log_check import LogCheck
from signing.errors import RecordRefused, TokenRefused
from signing.other_tokens import OtherToken, TokenChecks
from signing.timestamp import TimestampTrust, Token
from signing.tst_info import Imprint
from signing.verdict import Aspect
from tabellion.base.errors import EvidenceError


@dataclass(frozen=True, slots=True)
class FurtherCheck:
    """Checks them stamp by stamp."""

    archive: Archive
    log: LogCheck
    findings: Findings
    records: EvidenceRecords
    checks: TokenChecks
    authorities: Sequence[TimestampTrust]

    def standing(self, stamp: Row[Any], root: bytes, document: str | None) -> list[tuple[OtherToken, Token]]:
        """The further tokens of the stamp that hold and have not ended, or were renewed; the rest is found."""
        with self.archive.catalogue.read() as connection:
            rows = further_tokens(connection, stamp.id)
        found = []
        for row in rows:
            name = f"token {row.place} of stamp {stamp.number} ({stamp.id})"
            one = self._check(row, name, root, document)
            if one is not None:
                found.append(one)
        self._require_all(stamp, [row.token for row in rows], document)
        return found

    def _check(
        self, row: Row[Any], name: str, root: bytes, document: str | None
    ) -> tuple[OtherToken, Token] | None:
        failed = self.findings.failed
        try:
            der = stamp_files.read_further(self.archive.objects, row.stamp_id, row.place)
            history = self.records.of_token(row.stamp_id, row.place)
        except EvidenceError as error:
            failed(Aspect.TIME, "STAMP_ALTERED", f"{name}: {error}", document)
            return None
        self.findings.checked["tokens"] += 1
        try:
            other = OtherToken(der, None if history is None else history.to_bytes())
            token = self.checks.standing(other, Imprint("sha256", root))
            require_not_revoked_late(self.archive, row.stamp_id, token, self.authorities)
        except (TokenRefused, RecordRefused) as refused:
            # The stamp has another token: that this one does not hold is told, and decides nothing by itself.
            self.findings.tell(refused.reason, f"{name} does not hold: {refused}", document)
            return None
        if (row.token, row.gen_time) != (der, token.gen_time):
            what = f"the catalogue says of {name} something else than the vault"
            failed(Aspect.TIME, "STAMP_ALTERED", what, document)
            return None
        return other, token

    def _require_all(self, stamp: Row[Any], tokens: list[bytes], document: str | None) -> None:
        """Every token that the log names for the stamp is there."""
        known = {hashlib.sha256(der).hexdigest() for der in (stamp.token, *tokens)}
        logged = [each for each in self.log.custody(("stamp", stamp.id), document) if each.type == "stamp"]
        if any(each.subject not in known for each in logged):
            what = (
                f"the log names a token of stamp {stamp.number} ({stamp.id}) that the catalogue does not have"
            )
            self.findings.failed(Aspect.TIME, "STAMP_MISSING", what, document)
