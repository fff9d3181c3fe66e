"""Audits an archive from outside: its whole log, then its deposits, with the verifier's own trust (docs/evidence.md).

Of what the archive says of itself nothing is believed. What it hands out is compared with its log, and its log with
what is trusted and remembered.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from signing.digests import Digests, digest_pieces
from signing.errors import ManifestInvalid, ReceiptInvalid, RecordRefused, TokenRefused
from signing.ers import Digest, digest_of, parse_record
from signing.ers.tree import DIGEST_SIZES
from signing.manifest import EvidenceManifest, FileEntry
from signing.other_tokens import Others, TokenChecks
from signing.receipt import DepositReceipt, ReceiptTrust
from signing.token_trust import token_check
from signing.tst_info import Imprint
from signing.verdict import Aspect, Report, Verdict, conclude, strongest, weakest
from signing.verifier.findings import Findings
from signing.verifier.handed_out import Archive, BrokenOff, NotHanded
from signing.verifier.helpers import helped_by
from signing.verifier.trust import Trust
from signing.verifier.walked_log import Progress, Sealed, WalkedLog, walk_log
from signing.verifier.whole_log import ReadLog

Fetched = TypeVar("Fetched")
Choose = Callable[[Sequence[str]], Sequence[str]]
"""Which of the deposits to look at."""


def audit(
    archive: Archive,
    read: ReadLog,
    trust: Trust,
    at: datetime,
    *,
    remembered: bytes | None = None,
    choose: Choose | None = None,
    progress: Progress = lambda done, total: None,
) -> Report:
    """The report on an archive as of the time `at`; `choose` draws a sample. Nothing is raised."""
    findings = Findings()
    # Asked before the log is read, so that the log can only know more.
    try:
        listed = archive.listed()
    except (OSError, NotHanded) as error:
        findings.add("FILE_UNREAD", f"the archive does not list its papers: {error}")
        listed = {}
    log = walk_log(read, trust, at, findings, remembered, progress)
    if log is not None:
        Deposits(archive, log, listed, trust, at, findings).check(choose, progress)
    return conclude(
        trust.policy,
        findings.verdicts,
        time_class=weakest(findings.times),
        authorities=findings.authorities,
        findings=findings.all,
        checked=findings.checked,
        trust=trust.inputs,
    )


class Deposits:
    """The deposits that the log has, compared with what the archive hands out."""

    def __init__(
        self,
        archive: Archive,
        log: WalkedLog,
        listed: Mapping[str, str],
        trust: Trust,
        at: datetime,
        findings: Findings,
    ) -> None:
        self._archive = archive
        self._log = log
        self._listed = listed
        self._trust = trust
        self._at = at
        self._findings = findings
        self._stamps: dict[str, tuple[TokenChecks, Others]] = {}
        origin = log.checkpoint.origin
        self._receipts = ReceiptTrust(
            tuple(key for key in trust.keys if key.use == "receipt"),
            origin,
            tuple(key for key in trust.log_keys if key.name == origin),
        )

    def check(self, choose: Choose | None, progress: Progress) -> None:
        """Those that `choose` draws of all that were not erased, and whether all that are listed are in the log."""
        for deposit, document in self._listed.items():
            if deposit not in self._log.sealed:
                self._check_unlogged(deposit, document)
        there = [each for each in self._log.sealed if each not in self._log.erased]
        chosen = there if choose is None else choose(there)
        if len(chosen) < len(there):
            self._findings.add("SAMPLED", f"{len(chosen)} of {len(there)} deposits were looked at")
        if there:
            self._findings.looked(Aspect.INTEGRITY)
        if len(self._log.erased):
            self._findings.checked["erased"] += len(self._log.erased)
        for done, deposit in enumerate(chosen, 1):
            for sealed in self._log.sealed[deposit]:
                self._check(sealed)
            self._findings.checked["deposits"] += 1
            progress(done, len(chosen))

    def _check_unlogged(self, deposit: str, document: str) -> None:
        try:
            logged = self._archive.is_logged(deposit)
        except (OSError, NotHanded):
            logged = True
        if logged:
            what = f"the archive has deposit {deposit}, and no entry of the log says that it was received"
            self._findings.add("LOG_ENTRY_MISSING", what, document)
        else:
            self._findings.add("LOG_PENDING", f"deposit {deposit} is not in the log yet", document)

    def _check(self, sealed: Sealed) -> None:
        add, document = self._findings.add, self._listed.get(sealed.deposit)
        name = f"the manifest of deposit {sealed.deposit}"
        data = self._fetched(lambda: self._archive.manifest(sealed.manifest), name, document, withheld=False)
        if data is None:
            return
        if hashlib.sha256(data).hexdigest() != sealed.manifest:
            add("MANIFEST_DIFFERS", f"{name} is another than entry {sealed.seq} of the log names", document)
            return
        try:
            manifest = EvidenceManifest.parse(data)
        except ManifestInvalid as error:
            add("MANIFEST_INVALID", f"{name}: {error}", document)
            return
        if manifest.deposit != sealed.deposit:
            add("MANIFEST_DIFFERS", f"{name} is that of deposit {manifest.deposit}", document)
            return
        self._findings.checked["manifests"] += 1
        for entry in manifest.files:
            if entry.role == "original":
                digests = self._check_original(sealed.deposit, entry, document)
                self._check_receipt(sealed, digests, document)
        self._check_time(sealed, data, manifest, document)

    def _check_original(self, deposit: str, entry: FileEntry, document: str | None) -> Digests | None:
        name = f"the original of deposit {deposit}"
        found = self._fetched(lambda: self._digested(deposit), name, document)
        if found is not None:
            self._findings.checked["originals"] += 1
            self._findings.checked["bytes"] += found.size
            if found != entry.digests:
                self._findings.add("FILE_ALTERED", f"{name} has other bytes than its manifest says", document)
        return found

    def _digested(self, deposit: str) -> Digests:
        try:
            return digest_pieces(self._archive.original(deposit))
        except BrokenOff:
            # Once may be the network; an archive that reads its own bytes and finds them altered breaks off again.
            return digest_pieces(self._archive.original(deposit))

    def _check_receipt(self, sealed: Sealed, original: Digests | None, document: str | None) -> None:
        name = f"the receipt of deposit {sealed.deposit}"
        data = self._fetched(lambda: self._archive.receipt(sealed.deposit), name, document)
        if data is None:
            return
        self._findings.looked(Aspect.ORIGIN)
        try:
            accepted = DepositReceipt.verify(data, self._receipts).accepted
            if (accepted.deposit, accepted.log_index) not in {
                (each.deposit, each.seq) for each in self._log.sealed[sealed.deposit]
            }:
                raise ReceiptInvalid("it is for another deposit, or another entry of the log")
        except ReceiptInvalid as error:
            self._findings.add("RECEIPT_INVALID", f"{name}: {error.message}", document)
            self._findings.verdicts[Aspect.ORIGIN] = Verdict.FAILED
            return
        self._findings.checked["receipts"] += 1

    def _check_time(
        self, sealed: Sealed, data: bytes, manifest: EvidenceManifest, document: str | None
    ) -> None:
        name = f"deposit {sealed.deposit}"
        findings = self._findings
        findings.looked(Aspect.TIME)
        try:
            found = self._archive.time_proof(sealed.manifest)
            if found is None:
                findings.times.append("pending")
                findings.add("TIME_PENDING", f"the time proof of {name} is pending", document)
                return
            checks, others = self._checks(found.stamp)
            members = [digest_of(data), *(self._digest(sealed.deposit, entry) for entry in manifest.files)]
            proof = checks.verify(parse_record(found.record), members, others)
        except (RecordRefused, TokenRefused) as error:
            findings.times.append("none")
            findings.refused(Aspect.TIME, error, name, document)
            return
        except (OSError, NotHanded) as error:
            findings.times.append("none")
            findings.add("FILE_UNREAD", f"the time proof of {name}: {error}", document)
            return
        first = proof.steps[0]
        beside = checks.all_standing(others, Imprint(first.algorithm, first.imprint))
        best = strongest([proof.tokens[0].time_class, *(each.time_class for each in beside)])
        findings.times.append(weakest([best, *(each.time_class for each in proof.tokens[1:])]))
        findings.authorities.update(each.authority for each in (*proof.tokens, *beside))
        findings.checked["records"] += 1

    def _checks(self, stamp: str) -> tuple[TokenChecks, Others]:
        """How tokens of a stamp are believed: with what helps on the way to the authorities that are trusted."""
        if stamp not in self._stamps:
            helps = self._archive.stamp_help(stamp)
            authorities = [
                helped_by(each, helps.certificates, helps.crls, self._trust)
                for each in self._trust.authorities
            ]
            checks = TokenChecks(token_check(authorities, self._at), self._at, self._trust.algorithms)
            self._stamps[stamp] = checks, helps.others
        return self._stamps[stamp]

    def _digest(self, deposit: str, entry: FileEntry) -> Digest:
        """A file as its manifest states it; under hashes that came later the original is fetched once more."""

        def digest(algorithm: str) -> bytes:
            if algorithm in ("sha256", "sha512"):
                return bytes.fromhex(entry.sha256 if algorithm == "sha256" else entry.sha512)
            if algorithm not in DIGEST_SIZES or entry.role != "original":
                raise KeyError(algorithm)
            running = hashlib.new(algorithm)
            for piece in self._archive.original(deposit):
                running.update(piece)
            return running.digest()

        return digest

    def _fetched(
        self, fetch: Callable[[], Fetched], name: str, document: str | None, *, withheld: bool = True
    ) -> Fetched | None:
        """What was fetched; where it was not, a finding says what that means for this account."""
        try:
            return fetch()
        except NotHanded as error:
            kept = withheld and error.hidden and not self._archive.opens_all
            code = "FILE_WITHHELD" if kept else "FILE_MISSING"
            self._findings.add(code, f"the archive does not hand out {name}: {error}", document)
        except OSError as error:
            self._findings.add("FILE_UNREAD", f"{name}: {error}", document)
        return None
