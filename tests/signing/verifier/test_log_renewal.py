"""The log after the end of its hash: what records under another hash prove of it, and what nothing else does."""

import os
from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest

from signing.algorithms import BUILT_IN, AlgorithmPolicy
from signing.authority import LocalAuthority
from signing.ers import HashTree, hash_group
from signing.ers.tree import hash_bytes
from signing.keys import Algorithm, KeySigner
from signing.package.parts import LogPart, PackageParts
from signing.package.seal import SealKey
from signing.renewal import History, hashtree_renewal
from signing.verdict import Aspect, Report, Verdict
from tests.signing.package.sample import AUTHORITY, STAMPED, Sample, package_of, sample, token
from tests.signing.verifier.forging import codes, trust, verify

RENEWED = STAMPED.replace(year=2030)
ENDS = STAMPED.replace(year=2031)
AT = STAMPED.replace(year=2040)
LATER = LocalAuthority.create(RENEWED - timedelta(days=1), os.urandom, Algorithm.P384, timedelta(days=7300))
SEAL = SealKey.create("seal", KeySigner.generate(Algorithm.P384), AT - timedelta(days=2), os.urandom)
POLICY = AlgorithmPolicy(
    2,
    tuple(replace(rule, sunset=ENDS) if rule.algorithm == "sha256" else rule for rule in BUILT_IN.rules),
)


@cache
def renewed() -> tuple[PackageParts, Sample]:
    """A package of two documents at the checkpoint in their stamp, everything renewed under SHA-512 in time."""
    made = sample(2)
    note, log = made.parts.stamps[0].note, made.log
    size = made.log.entries.index(next(entry for entry in log.entries if b'"type":"stamp"' in entry))
    signed = log.checkpoint(size).sign(log.key)
    digests = [
        [
            hash_bytes("sha512", part.manifest),
            *(hash_bytes("sha512", original) for _ in part.files),
        ]
        for part, original in zip(made.parts.deposits, made.originals, strict=True)
    ]
    digests.append([hash_bytes("sha512", note)])
    nodes = [
        history.renewed_node("sha512", own) for history, own in zip(made.histories, digests, strict=True)
    ]
    entries = [hash_bytes("sha512", entry) for entry in log.entries]
    tree = hashtree_renewal(nodes, [hash_group("sha512", entries)], "sha512")
    der = _token(tree)
    histories = [
        history.renew_hashtree(tree, place, own, der)
        for place, (history, own) in enumerate(zip(made.histories, digests, strict=True))
    ]
    bundle = History.initial(tree, len(nodes), entries, der)
    deposits = tuple(
        replace(part, record=history.to_bytes())
        for part, history in zip(made.parts.deposits, histories, strict=False)
    )
    record = histories[-1].to_bytes()
    stamp = replace(
        made.parts.stamps[0],
        consistency=(),
        record=record,
        certificates=(AUTHORITY.tsa_certificate, LATER.tsa_certificate),
    )
    seqs = [proof.index for proof in made.parts.log.proofs if proof.index < size]
    part = LogPart(
        signed,
        tuple(log.proof(seq, signed, size) for seq in seqs),
        bundles={0: bundle.to_bytes()},
        record=record,
    )
    return replace(made.parts, deposits=deposits, stamps=(stamp,), log=part), made


def _token(tree: HashTree) -> bytes:
    return token(LATER, tree.root, RENEWED, "sha512")


def checked(parts: PackageParts) -> Report:
    pinned = tuple(replace(each.trust, algorithms=POLICY) for each in (AUTHORITY, LATER))
    package = package_of(parts, SEAL, AT - timedelta(days=1), stamped=False)
    return verify(package, trust(algorithms=POLICY, authorities=pinned, seals=(SEAL.certificate,)), AT)


def test_everything_renewed_passes():
    report = checked(renewed()[0])
    assert report.verdicts[Aspect.LOG] is Verdict.PASSED
    assert report.overall is Verdict.PASSED
    assert codes(report) == {"LOG_RENEWED"}


@pytest.mark.parametrize("missing", ["bundles", "record"])
def test_without_its_records_the_log_is_undecided(missing: str):
    parts = renewed()[0]
    log = replace(parts.log, bundles={}) if missing == "bundles" else replace(parts.log, record=None)
    report = checked(replace(parts, log=log))
    assert report.verdicts[Aspect.LOG] is Verdict.INDETERMINATE
    assert codes(report) == {"LOG_SUNSET"}


def test_an_entry_that_its_bundle_does_not_have_fails():
    """As a forger would after the hash has ended: another entry in the place of one, under the same bundle."""
    parts, made = renewed()
    others = sample(2, change=lambda log: None)
    entries = [hash_bytes("sha512", entry) for entry in others.log.entries[:-1]]
    tree = HashTree("sha512", [hash_group("sha512", entries[1:])])
    bundle = History.initial(tree, 0, entries[1:], _token(tree))
    report = checked(replace(parts, log=replace(parts.log, bundles={0: bundle.to_bytes()})))
    assert report.overall is Verdict.FAILED
    assert "ERS_NOT_COVERED" in codes(report)
    assert made.histories


def test_a_record_of_the_log_from_after_the_end_proves_nothing():
    parts, made = renewed()
    entries = [hash_bytes("sha512", entry) for entry in made.log.entries]
    tree = HashTree("sha512", [hash_group("sha512", entries)])
    late = token(LATER, tree.root, ENDS + timedelta(days=1), "sha512")
    bundle = History.initial(tree, 0, entries, late)
    report = checked(replace(parts, log=replace(parts.log, bundles={0: bundle.to_bytes()})))
    assert report.verdicts[Aspect.LOG] is Verdict.INDETERMINATE
    assert codes(report) == {"LOG_SUNSET"}
