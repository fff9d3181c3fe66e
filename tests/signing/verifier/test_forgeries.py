"""Forgeries of packages, each with the reason that stops it; none is ever PASSED.

Those of `OUTSIDE` are by somebody who has no key: they stop at the seal as well. Those of `INSIDE` are sealed anew by
who has the seal's key, so that the other steps must stop them alone.
"""

import base64
import hashlib
import io
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from signing import canonical
from signing.authority import LocalAuthority
from signing.checkpoint import Checkpoint
from signing.ers import HashTree, archive_timestamp, asn1, evidence_record
from signing.keys import Algorithm, KeySigner
from signing.manifest import EvidenceManifest, manifest_digest
from signing.package import layout
from signing.package.asic_manifest import AsicManifest
from signing.package.seal import SealKey
from signing.renewal import History, hashtree_renewal, timestamp_renewal
from signing.stamp import group_node, log_leaf
from signing.tlog import leaf_hash
from signing.tlog_proof import TlogProof
from signing.verdict import Report, Verdict
from tests.signing import pki
from tests.signing.package.sample import (
    AUTHORITY,
    EXPORTED,
    LOG_KEY,
    SEAL,
    STAMPED,
    START,
    Log,
    Sample,
    identifier,
    manifest_of,
    package_of,
    sample,
    token,
)
from tests.signing.verifier.forging import AT, altered, codes, resealed, trust, unpack, verify

TWO = sample(2)
GOOD = package_of(TWO.parts)
FILES = unpack(GOOD)
ONE, OTHER = "documents/1/", "documents/2/"
NOTE, CONSISTENCY = layout.stamp_checkpoint(1), layout.stamp_consistency(1)
RECORD_MANIFEST = layout.record_manifest(1)
STRANGER = LocalAuthority.create(START - timedelta(days=1), os.urandom)

Changes = dict[str, bytes | None]


def _index(**changes: object) -> bytes:
    return canonical.dumps(canonical.load_object(FILES["package.json"]) | changes)


def _deposits(number: int, **changes: object) -> bytes:
    value = canonical.load_object(FILES["package.json"])
    deposits = [each | changes if each["number"] == number else each for each in value["deposits"]]
    return canonical.dumps(value | {"deposits": deposits})


def _manifest(change: Callable[[EvidenceManifest], EvidenceManifest]) -> bytes:
    return change(EvidenceManifest.parse(FILES[ONE + "evidence-manifest.json"])).to_bytes()


def _proof(seq: int, change: Callable[[TlogProof], TlogProof]) -> Changes:
    name = layout.proof(seq)
    return {name: change(TlogProof.parse(FILES[name].decode())).to_text().encode()}


def _entry(seq: int, old: bytes, new: bytes) -> Changes:
    return _proof(seq, lambda proof: replace(proof, extra=(proof.extra or b"").replace(old, new)))


def _record_manifest(number: int, change: Callable[[AsicManifest], AsicManifest]) -> Changes:
    name = layout.record_manifest(number)
    return {name: change(AsicManifest.parse(FILES[name])).to_bytes()}


def _swap(*names: str) -> Changes:
    one, other = names
    return {one: FILES[other], other: FILES[one]}


@dataclass(frozen=True)
class Forgery:
    """What is changed, and a code that must be among the findings; FAILED unless it says otherwise."""

    name: str
    code: str
    changes: Changes
    verdict: Verdict = Verdict.FAILED


def _tampered(name: str, data: bytes) -> bytes:
    at = len(FILES[name]) // 2
    return FILES[name][:at] + data + FILES[name][at + len(data) :]


OUTSIDE = [
    Forgery("an original with other bytes", "FILE_ALTERED", {ONE + "original.tif": b"other"}),
    Forgery(
        "an original of the same size",
        "FILE_ALTERED",
        {ONE + "original.tif": _tampered(ONE + "original.tif", b"X")},
    ),
    Forgery(
        "an original cut off",
        "FILE_ALTERED",
        {ONE + "original.tif": FILES[ONE + "original.tif"][:-1]},
    ),
    Forgery("an original without bytes", "FILE_ALTERED", {ONE + "original.tif": b""}),
    Forgery("an original left out", "FILE_MISSING", {ONE + "original.tif": None}),
    Forgery("originals swapped", "FILE_ALTERED", _swap(ONE + "original.tif", OTHER + "original.tif")),
    Forgery(
        "a whole folder left out", "FILE_MISSING", {name: None for name in FILES if name.startswith(ONE)}
    ),
    Forgery("a manifest left out", "FILE_MISSING", {ONE + "evidence-manifest.json": None}),
    Forgery(
        "manifests swapped",
        "MANIFEST_DIFFERS",
        _swap(ONE + "evidence-manifest.json", OTHER + "evidence-manifest.json"),
    ),
    Forgery(
        "a manifest re-formatted",
        "MANIFEST_INVALID",
        {ONE + "evidence-manifest.json": FILES[ONE + "evidence-manifest.json"].replace(b",", b", ")},
    ),
    Forgery(
        "a manifest with a key twice",
        "MANIFEST_INVALID",
        {
            ONE + "evidence-manifest.json": FILES[ONE + "evidence-manifest.json"].replace(
                b"{", b'{"version":1,', 1
            )
        },
    ),
    Forgery("a transfer note altered", "FILE_ALTERED", {ONE + "transfer-note.json": b"{}"}),
    Forgery("a transfer note left out", "FILE_MISSING", {ONE + "transfer-note.json": None}),
    Forgery("a file added to a folder", "FILE_NOT_COVERED", {ONE + "original2.tif": b"more"}),
    Forgery("a file added at the top", "FILE_NOT_COVERED", {"README.txt": b"trust me"}),
    Forgery("a file added in META-INF", "FILE_NOT_COVERED", {"META-INF/manifest.xml": b"<x/>"}),
    Forgery(
        "a second signature added",
        "FILE_NOT_COVERED",
        {"META-INF/signature-2.p7s": FILES[layout.SEAL]},
    ),
    Forgery("keys of its own, to be trusted", "FILE_NOT_COVERED", {"trust/keys.json": FILES[layout.KEYS]}),
    Forgery("the report replaced", "FILE_ALTERED", {layout.REPORT: b"%PDF-1.7 all is well"}),
    Forgery("a readable copy replaced", "FILE_ALTERED", {"exhibits/1.pdf": b"%PDF-1.7 another contract"}),
    Forgery("the guide replaced", "FILE_ALTERED", {layout.GUIDE: b"# Just believe it"}),
    Forgery("the index left out", "PACKAGE_FOREIGN", {layout.INDEX: None}, Verdict.FAILED),
    Forgery("the index re-formatted", "PACKAGE_INDEX", {layout.INDEX: FILES[layout.INDEX] + b"\n"}),
    Forgery("the index of nothing", "PACKAGE_INDEX", {layout.INDEX: b"{}"}),
    Forgery("mimetype left out", "CONTAINER_TYPE", {layout.MIMETYPE_FILE: None}),
    Forgery("mimetype of another kind", "CONTAINER_TYPE", {layout.MIMETYPE_FILE: b"application/zip"}),
    Forgery("the seal left out", "SEAL_MISSING", {layout.SEAL: None}, Verdict.INDETERMINATE),
    Forgery(
        "the seal's manifest left out", "SEAL_MISSING", {layout.SEAL_MANIFEST: None}, Verdict.INDETERMINATE
    ),
    Forgery("a seal that is none", "SEAL_MALFORMED", {layout.SEAL: b"seal"}),
    Forgery("a seal cut off", "SEAL_MALFORMED", {layout.SEAL: FILES[layout.SEAL][:-1]}),
    Forgery("a seal that is a token", "SEAL_MALFORMED", {layout.SEAL: FILES["time/stamp-1/token-1.der"]}),
    Forgery(
        "a seal over another manifest",
        "SEAL_SIGNATURE",
        {layout.SEAL: SEAL.sign(b"another manifest", EXPORTED)},
    ),
    Forgery(
        "the seal's manifest altered",
        "SEAL_SIGNATURE",
        {layout.SEAL_MANIFEST: FILES[layout.SEAL_MANIFEST].replace(b"text/markdown", b"text/plain")},
    ),
    Forgery("an evidence record left out", "FILE_MISSING", {layout.record(1): None}),
    Forgery("evidence records swapped", "ERS_NOT_COVERED", _swap(layout.record(1), layout.record(2))),
    Forgery("a proof left out", "CUSTODY_GAP", {layout.proof(1): None}),
    Forgery("the checkpoint left out", "CHECKPOINT_INVALID", {layout.CHECKPOINT: None}),
    Forgery(
        "the checkpoint re-formatted",
        "CHECKPOINT_INVALID",
        {layout.CHECKPOINT: FILES[layout.CHECKPOINT][:-1]},
    ),
]


def _without_signature(data: bytes) -> bytes:
    return data.rsplit(b"\n", 2)[0] + b"\n" + b"\xe2\x80\x94 other " + base64.b64encode(b"x" * 68) + b"\n"


def _false_signature(data: bytes) -> bytes:
    head, _, line = data.rstrip(b"\n").rpartition(b" ")
    raw = bytearray(base64.b64decode(line))
    raw[-1] ^= 1
    return head + b" " + base64.b64encode(bytes(raw)) + b"\n"


INSIDE = [
    Forgery("an original with other bytes", "FILE_ALTERED", {ONE + "original.tif": b"other"}),
    Forgery("originals swapped", "FILE_ALTERED", _swap(ONE + "original.tif", OTHER + "original.tif")),
    Forgery("a file smuggled into a folder", "FILE_NOT_COVERED", {ONE + "original2.tif": b"more"}),
    Forgery(
        "a manifest for other bytes",
        "MANIFEST_DIFFERS",
        {ONE + "evidence-manifest.json": _manifest(lambda one: replace(one, version=2))},
    ),
    Forgery(
        "a manifest of another archive",
        "MANIFEST_DIFFERS",
        {layout.INDEX: _index(archive=identifier(7, 7))},
    ),
    Forgery(
        "a manifest of another deposit",
        "MANIFEST_DIFFERS",
        {layout.INDEX: _deposits(1, deposit=identifier(1, 9))},
    ),
    Forgery("a deposit left out of the index", "PACKAGE_INDEX", {layout.INDEX: _index(deposits=[])}),
    Forgery("a log of another size", "CHECKPOINT_INVALID", {layout.INDEX: _index(checkpoint=3)}),
    Forgery("a log of another name", "CHECKPOINT_INVALID", {layout.INDEX: _index(origin="other.example")}),
    Forgery("a stamp that is not there", "LOG_STAMP", {layout.INDEX: _deposits(1, stamp=2)}),
    Forgery(
        "a record said to be for more",
        "RECORD_MANIFEST",
        _record_manifest(
            1,
            lambda one: replace(
                one,
                references=(
                    *one.references,
                    replace(
                        one.references[0],
                        uri=layout.REPORT,
                        digest=hashlib.sha256(FILES[layout.REPORT]).digest(),
                    ),
                ),
            ),
        ),
    ),
    Forgery(
        "a record said to be for less",
        "RECORD_MANIFEST",
        _record_manifest(1, lambda one: replace(one, references=one.references[:1])),
    ),
    Forgery(
        "a record said to be for a file twice",
        "RECORD_MANIFEST",
        _record_manifest(1, lambda one: replace(one, references=(*one.references, one.references[0]))),
    ),
    Forgery(
        "a record's manifest with another digest",
        "FILE_ALTERED",
        _record_manifest(
            1,
            lambda one: replace(
                one, references=(replace(one.references[0], digest=b"x" * 32), one.references[1])
            ),
        ),
    ),
    Forgery(
        "two manifests for one record",
        "RECORD_MANIFEST",
        _record_manifest(2, lambda one: replace(one, target=layout.record(1))),
    ),
    Forgery("a record's manifest that is none", "RECORD_MANIFEST", {RECORD_MANIFEST: b"<x/>"}),
    Forgery(
        "a record's manifest with entities",
        "RECORD_MANIFEST",
        {RECORD_MANIFEST: FILES[RECORD_MANIFEST].replace(b"<ASiC", b"<!DOCTYPE a []><ASiC", 1)},
    ),
    Forgery(
        "a record of nothing",
        "RECORD_MANIFEST",
        {
            "META-INF/ASiCEvidenceRecordManifest-9.xml": AsicManifest(
                layout.record(1), AsicManifest.parse(FILES[RECORD_MANIFEST]).references
            ).to_bytes()
        },
    ),
    Forgery("a record that is none", "ERS_MALFORMED", {layout.record(1): b"\x30\x00"}),
    Forgery(
        "a record that is larger than read",
        "FILE_TOO_LARGE",
        {layout.record(1): bytes((16 << 20) + 1)},
    ),
    Forgery("a record of another deposit", "ERS_NOT_COVERED", {layout.record(1): FILES[layout.record(2)]}),
    Forgery(
        "the note's record for a deposit", "ERS_NOT_COVERED", {layout.record(1): FILES[layout.record(3)]}
    ),
    Forgery("an entry with another subject", "LOG_PROOF", _entry(0, b'"subject":"', b'"subject":"00')),
    Forgery("an entry with another reason", "LOG_PROOF", _entry(0, b"upload", b"folder")),
    Forgery("an entry with another time", "LOG_PROOF", _entry(0, b"2026-11-21T09:14", b"2026-11-20T09:14")),
    Forgery("an entry in another place", "LOG_PROOF", _proof(0, lambda proof: replace(proof, index=1))),
    Forgery("an entry under another name", "LOG_PROOF", _swap(layout.proof(0), layout.proof(1))),
    Forgery(
        "a proof cut short", "LOG_PROOF", _proof(0, lambda proof: replace(proof, hashes=proof.hashes[:-1]))
    ),
    Forgery(
        "a proof made longer",
        "LOG_PROOF",
        _proof(0, lambda proof: replace(proof, hashes=(*proof.hashes, b"x" * 32))),
    ),
    Forgery(
        "a proof re-ordered", "LOG_PROOF", _proof(0, lambda proof: replace(proof, hashes=proof.hashes[::-1]))
    ),
    Forgery("a proof without its entry", "LOG_PROOF", _proof(0, lambda proof: replace(proof, extra=None))),
    Forgery("a proof that is none", "LOG_PROOF", {layout.proof(0): b"\xff"}),
    Forgery(
        "a proof to another checkpoint",
        "LOG_PROOF",
        _proof(
            0, lambda proof: replace(proof, checkpoint=Checkpoint(TWO.log.origin, 7, b"x" * 32).sign(LOG_KEY))
        ),
    ),
    Forgery("the entry of a deposit left out", "LOG_ENTRY_MISSING", {layout.proof(0): None}),
    Forgery("a gap in a document's custody", "CUSTODY_GAP", {layout.proof(1): None}),
    Forgery("a document's custody left out", "CUSTODY_GAP", {layout.proof(1): None, layout.proof(2): None}),
    Forgery(
        "a checkpoint without the log's signature",
        "LOG_UNTRUSTED",
        {layout.CHECKPOINT: _without_signature(FILES[layout.CHECKPOINT])},
        Verdict.INDETERMINATE,
    ),
    Forgery(
        "a checkpoint with a false signature",
        "CHECKPOINT_SIGNATURE",
        {layout.CHECKPOINT: _false_signature(FILES[layout.CHECKPOINT])},
    ),
    Forgery(
        "a checkpoint with another root",
        "LOG_PROOF",
        {layout.CHECKPOINT: Checkpoint(TWO.log.origin, 7, b"x" * 32).sign(LOG_KEY)},
    ),
    Forgery(
        "a stamp's note altered",
        "FILE_ALTERED",
        {NOTE: FILES[NOTE].replace(b"6\n", b"5\n")},
    ),
    Forgery("a stamp's note left out", "LOG_STAMP", {NOTE: None}),
    Forgery("a stamp's consistency left out", "LOG_STAMP", {CONSISTENCY: None}),
    Forgery(
        "a stamp's consistency altered",
        "LOG_STAMP",
        {CONSISTENCY: FILES[CONSISTENCY].replace(b"old 6\n", b"old 5\n")},
    ),
    Forgery(
        "a stamp's consistency of nothing",
        "LOG_STAMP",
        {CONSISTENCY: b"old 6\n\n" + FILES[layout.CHECKPOINT]},
    ),
    Forgery("a chain that is none", "CHAIN_MALFORMED", {layout.chain(1, 1): b"nonsense"}),
    Forgery(
        "a revocation list that is none",
        "CHAIN_MALFORMED",
        {layout.revocation_list(1, 1): b"nonsense"},
    ),
    Forgery(
        "a revocation list that its CA did not sign",
        "CHAIN_UNKNOWN",
        {layout.revocation_list(1, 1): STRANGER.revocation_list(STAMPED).public_bytes(Encoding.DER)},
        Verdict.INDETERMINATE,
    ),
]


def never_passed(report: Report, code: str, verdict: Verdict = Verdict.FAILED) -> None:
    assert report.overall is not Verdict.PASSED
    assert code in codes(report), report.findings
    assert report.overall is verdict


@pytest.mark.parametrize("forgery", OUTSIDE, ids=lambda each: each.name)
def test_from_outside(forgery: Forgery):
    never_passed(verify(altered(GOOD, forgery.changes)), forgery.code, forgery.verdict)


@pytest.mark.parametrize("forgery", INSIDE, ids=lambda each: each.name)
def test_from_inside(forgery: Forgery):
    never_passed(verify(resealed(GOOD, forgery.changes)), forgery.code, forgery.verdict)


def test_there_are_enough():
    names = {(group is INSIDE, each.name) for group in (OUTSIDE, INSIDE) for each in group}
    assert len(names) == len(OUTSIDE) + len(INSIDE) >= 80


def test_resealing_alone_changes_nothing():
    assert verify(resealed(GOOD, {})).overall is Verdict.PASSED


class TestWholeWorlds:
    """Packages that hold in themselves, made by somebody else."""

    def test_a_package_that_brings_its_own_trust(self):
        seal = SealKey.create(
            "Example archive: seal (test)", KeySigner.generate(Algorithm.P256), START, os.urandom
        )
        forged = sample(1, log=Log(KeySigner.generate(Algorithm.ED25519)), authority=STRANGER)
        report = verify(package_of(forged.parts, seal))
        assert report.overall is Verdict.INDETERMINATE
        assert {"TOKEN_PATH", "LOG_UNTRUSTED", "SEAL_UNTRUSTED"} <= codes(report)

    def test_the_log_of_somebody_else(self):
        forged = sample(1, log=Log(KeySigner.generate(Algorithm.ED25519)))
        never_passed(verify(package_of(forged.parts)), "LOG_UNTRUSTED", Verdict.INDETERMINATE)

    def test_the_log_under_another_name(self):
        forged = sample(1, log=Log(origin="other.example/archive"))
        never_passed(verify(package_of(forged.parts)), "LOG_UNTRUSTED", Verdict.INDETERMINATE)

    def test_the_seal_of_somebody_else(self):
        seal = SealKey.create(
            "Example archive: seal (test)", KeySigner.generate(Algorithm.P256), START, os.urandom
        )
        never_passed(verify(package_of(TWO.parts, seal)), "SEAL_UNTRUSTED", Verdict.INDETERMINATE)

    def test_the_authority_of_somebody_else(self):
        forged = sample(1, authority=STRANGER)
        never_passed(verify(package_of(forged.parts)), "TOKEN_PATH", Verdict.INDETERMINATE)

    def test_a_seal_of_the_future(self):
        report = verify(package_of(TWO.parts, SEAL, AT + timedelta(days=9), stamped=False))
        never_passed(report, "SEAL_FUTURE")

    def test_a_seal_stamped_by_a_stranger(self):
        from signing.package.build import build_package

        out = io.BytesIO()
        build_package(TWO.parts, out, SEAL, EXPORTED, lambda imprint: token(STRANGER, imprint, EXPORTED))
        never_passed(verify(out.getvalue()), "TOKEN_PATH", Verdict.INDETERMINATE)

    def test_a_seals_time_stamp_over_something_else(self):
        from signing.package.build import build_package

        out = io.BytesIO()
        build_package(TWO.parts, out, SEAL, EXPORTED, lambda _: token(AUTHORITY, b"x" * 32, EXPORTED))
        never_passed(verify(out.getvalue()), "TOKEN_IMPRINT")


class TestSeals:
    """Seals that a trusted key made, wrongly."""

    def _verify(self, change: Callable[[cms.SignerInfo], None]) -> Report:
        outer = cms.ContentInfo.load(SEAL.sign(FILES[layout.SEAL_MANIFEST], EXPORTED))
        info = outer["content"]["signer_infos"][0]
        change(info)
        info["signature"] = SEAL.signer.sign(b"\x31" + info["signed_attrs"].dump(force=True)[1:])
        return verify(altered(GOOD, {layout.SEAL: outer.dump(force=True)}))

    def test_unchanged(self):
        assert self._verify(lambda info: None).overall is Verdict.PASSED

    @staticmethod
    def _without(kind: str) -> Callable[[cms.SignerInfo], None]:
        def change(info: cms.SignerInfo) -> None:
            kept = [each for each in info["signed_attrs"] if each["type"].native != kind]
            info["signed_attrs"] = cms.CMSAttributes(kept)

        return change

    @pytest.mark.parametrize(
        ("kind", "code"),
        [
            ("message_digest", "SEAL_SIGNATURE"),
            ("content_type", "SEAL_SIGNATURE"),
            ("signing_certificate_v2", "SEAL_REFERENCE"),
        ],
    )
    def test_without_an_attribute(self, kind: str, code: str):
        never_passed(self._verify(self._without(kind)), code)

    def test_a_digest_twice(self):
        def change(info: cms.SignerInfo) -> None:
            twice = [each for each in info["signed_attrs"] if each["type"].native == "message_digest"]
            info["signed_attrs"] = cms.CMSAttributes([*info["signed_attrs"], *twice])

        never_passed(self._verify(change), "SEAL_SIGNATURE")

    def test_the_reference_of_another_certificate(self):
        def change(info: cms.SignerInfo) -> None:
            for each in info["signed_attrs"]:
                if each["type"].native == "signing_certificate_v2":
                    each["values"] = [pki.reference(AUTHORITY.ca_certificate)]

        never_passed(self._verify(change), "SEAL_REFERENCE")

    def test_two_signers(self):
        outer = cms.ContentInfo.load(SEAL.sign(FILES[layout.SEAL_MANIFEST], EXPORTED))
        infos = outer["content"]["signer_infos"]
        infos.append(infos[0].copy())
        report = verify(altered(GOOD, {layout.SEAL: outer.dump(force=True)}))
        never_passed(report, "SEAL_MALFORMED")

    def test_a_content_of_its_own(self):
        outer = cms.ContentInfo.load(SEAL.sign(FILES[layout.SEAL_MANIFEST], EXPORTED))
        outer["content"]["encap_content_info"]["content"] = FILES[layout.SEAL_MANIFEST]
        never_passed(verify(altered(GOOD, {layout.SEAL: outer.dump(force=True)})), "SEAL_MALFORMED")

    def test_a_manifest_for_another_signature(self):
        manifest = AsicManifest.parse(FILES[layout.SEAL_MANIFEST])
        for changed in (
            replace(manifest, target="META-INF/other.p7s"),
            replace(manifest, references=(*manifest.references, manifest.references[0])),
        ):
            data = changed.to_bytes()
            report = verify(
                altered(GOOD, {layout.SEAL_MANIFEST: data, layout.SEAL: SEAL.sign(data, EXPORTED)})
            )
            never_passed(report, "SEAL_MALFORMED")

    def test_a_manifest_that_covers_less(self):
        manifest = AsicManifest.parse(FILES[layout.SEAL_MANIFEST])
        less = tuple(each for each in manifest.references if each.uri != layout.REPORT)
        data = replace(manifest, references=less).to_bytes()
        report = verify(altered(GOOD, {layout.SEAL_MANIFEST: data, layout.SEAL: SEAL.sign(data, EXPORTED)}))
        never_passed(report, "FILE_NOT_COVERED")


def _stamped_by(recipe: pki.Recipe) -> Sample:
    """The package of an archive whose stamp has a token that is wrong in one respect."""

    def stamper(root: bytes) -> bytes:
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": root}
        info = dict(recipe.info)
        return recipe.but(info=(*info.items(), ("message_imprint", imprint))).token()

    return sample(1, stamper=stamper)


def _attributes(change: Callable[[pki.Attribute], pki.Attribute | None]):
    def changed(attributes: list[pki.Attribute]) -> list[pki.Attribute]:
        return [new for each in attributes if (new := change(each)) is not None]

    return changed


def _without(kind: str):
    return _attributes(lambda each: None if each["type"] == kind else each)


GEN = ("gen_time", STAMPED)
MUTANTS = {
    "policy": (pki.Recipe(info=(("policy", "1.2.3.4"),)), "TOKEN_POLICY"),
    "critical extension": (
        pki.Recipe(
            info=(("extensions", [{"extn_id": "1.2.3", "critical": True, "extn_value": b"\x05\x00"}]),)
        ),
        "TOKEN_EXTENSION",
    ),
    "accuracy": (pki.Recipe(info=(("accuracy", {"seconds": 3600}),)), "TOKEN_ACCURACY"),
    "before its certificate": (
        pki.Recipe(info=(("gen_time", pki.START - timedelta(days=1)),)),
        "TOKEN_OUTSIDE_VALIDITY",
    ),
    "of the future": (pki.Recipe(info=(("gen_time", AT + timedelta(days=1)),)), "TOKEN_FUTURE"),
    "second signer": (pki.Recipe(signers=2), "TOKEN_SIGNER_COUNT"),
    "no signed attributes": (pki.Recipe(change_attributes=lambda _: []), "TOKEN_SIGNED_ATTRIBUTES"),
    "no message digest": (pki.Recipe(change_attributes=_without("message_digest")), "TOKEN_MESSAGE_DIGEST"),
    "no signer reference": (
        pki.Recipe(change_attributes=_without("signing_certificate_v2")),
        "TOKEN_SIGNER_REFERENCE",
    ),
    "signature": (
        pki.Recipe(change_signature=lambda one: one[:-1] + bytes([one[-1] ^ 1])),
        "TOKEN_SIGNATURE",
    ),
    "key usage": (pki.Recipe(pki.tsa(pki.ROOT, may=pki.usage(key_agreement=True))), "TOKEN_KEY_USAGE"),
    "extended key usage not critical": (
        pki.Recipe(pki.tsa(pki.ROOT, purposes_critical=False)),
        "TOKEN_EXTENDED_KEY_USAGE",
    ),
    "extended key usage not alone": (
        pki.Recipe(
            pki.tsa(pki.ROOT, purposes=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING))
        ),
        "TOKEN_EXTENDED_KEY_USAGE",
    ),
    "signer is a CA": (pki.Recipe(pki.tsa(pki.ROOT, is_ca=True)), "TOKEN_SIGNER_IS_CA"),
    "weak hash": (pki.Recipe(digest="sha1"), "TOKEN_WEAK_ALGORITHM"),
    "weak key": (pki.Recipe(pki.tsa(pki.ROOT, private=pki.key("rsa2048"))), "TOKEN_WEAK_ALGORITHM"),
    "foreign certificate": (
        pki.Recipe(carried=(pki.SIGNER.certificate, AUTHORITY.ca_certificate)),
        "TOKEN_FOREIGN_CERTIFICATE",
    ),
    "embedded foreign root": (
        pki.Recipe(pki.tsa(pki.ca("root", private=pki.key(owner="foreign root")))),
        "TOKEN_PATH",
    ),
    "revoked": (
        pki.Recipe(crls=(pki.revocation_list(pki.ROOT, revoked=((pki.SIGNER.certificate, STAMPED, None),)),)),
        "TOKEN_REVOKED",
    ),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_token_that_is_wrong(name: str):
    recipe, code = MUTANTS[name]
    report = verify(package_of(_stamped_by(recipe).parts), trust(authorities=(pki.TRUST, AUTHORITY.trust)))
    assert report.overall is not Verdict.PASSED
    assert code in codes(report), report.findings


def test_that_token_without_its_fault():
    report = verify(
        package_of(_stamped_by(pki.Recipe()).parts), trust(authorities=(pki.TRUST, AUTHORITY.trust))
    )
    assert report.overall is Verdict.PASSED


class TestRecords:
    """Evidence records that tokens of the trusted authority are over, but that do not prove these objects."""

    def _package(self, record: bytes, found: Sample = TWO) -> bytes:
        return resealed(package_of(found.parts), {layout.record(1): record})

    def _members(self) -> list[bytes]:
        manifest = TWO.parts.deposits[0].manifest
        return [manifest_digest(manifest), hashlib.sha256(TWO.originals[0]).digest()]

    def test_a_foreign_object_in_the_group(self):
        members = [*self._members(), hashlib.sha256(b"a stranger").digest()]
        tree = HashTree("sha256", [group_node(members[0], members[1:])])
        history = History.initial(tree, 0, members, token(AUTHORITY, tree.root, STAMPED))
        never_passed(verify(self._package(history.to_bytes())), "ERS_GROUP")

    def test_an_object_missing_from_the_group(self):
        members = self._members()[:1]
        tree = HashTree("sha256", [members[0]])
        history = History.initial(tree, 0, members, token(AUTHORITY, tree.root, STAMPED))
        never_passed(verify(self._package(history.to_bytes())), "ERS_NOT_COVERED")

    def test_the_pseudo_document_of_64_bytes(self):
        """Two child hashes, concatenated, posing as a file: the manifest's own strict form leaves no room for them."""
        left, right = sorted(TWO.tree.leaves[:2])
        pseudo = left + right
        assert hashlib.sha256(pseudo).digest() in {*TWO.tree.siblings(2), TWO.tree.root}
        history = History.initial(
            HashTree("sha256", [hashlib.sha256(pseudo).digest(), TWO.tree.leaves[2]]),
            0,
            [hashlib.sha256(pseudo).digest()],
            TWO.histories[0].newest_token,
        )
        name = ONE + "evidence-manifest.json"
        report = verify(resealed(GOOD, {name: pseudo, layout.record(1): history.to_bytes()}))
        never_passed(report, "MANIFEST_INVALID")
        original = verify(
            resealed(GOOD, {ONE + "original.tif": pseudo, layout.record(1): history.to_bytes()})
        )
        never_passed(original, "FILE_ALTERED")

    def test_a_deposit_under_another_token_than_the_log(self):
        members = self._members()
        tree = HashTree("sha256", [group_node(members[0], members[1:])])
        history = History.initial(tree, 0, members, token(AUTHORITY, tree.root, STAMPED))
        never_passed(verify(self._package(history.to_bytes())), "LOG_OTHER_STAMP")

    def test_a_deposit_that_came_after_its_stamp(self):
        log = Log()
        log.add("receive", "deposit", identifier(1, 5), "ab" * 32, "upload")
        note = log.checkpoint().text().encode()
        found = sample(1, log=log)
        manifest = found.parts.deposits[0].manifest
        members = [manifest_digest(manifest), hashlib.sha256(found.originals[0]).digest()]
        tree = HashTree("sha256", [group_node(members[0], members[1:]), log_leaf(note)])
        answer = token(AUTHORITY, tree.root, STAMPED)
        deposit = replace(
            found.parts.deposits[0], record=History.initial(tree, 0, members, answer).to_bytes()
        )
        stamp = replace(
            found.parts.stamps[0],
            note=note,
            record=History.initial(tree, 1, [log_leaf(note)], answer).to_bytes(),
            consistency=log.consistency(1, len(log.entries)),
        )
        parts = replace(found.parts, deposits=(deposit,), stamps=(stamp,))
        never_passed(verify(package_of(parts)), "LOG_AFTER_STAMP")

    def test_a_tree_that_leads_elsewhere(self):
        good = TWO.histories[0].chains[0][0]
        lists = [sorted(self._members()), [hashlib.sha256(b"another sibling").digest()]]
        wrong = asn1.ArchiveTimeStamp(
            {
                "digest_algorithm": {"algorithm": "sha256"},
                "reduced_hashtree": lists,
                "time_stamp": cms.ContentInfo.load(good.token),
            }
        )
        record = evidence_record([[replace(good, der=wrong.dump())]])
        never_passed(verify(self._package(record)), "ERS_IMPRINT")

    def test_a_late_renewal(self):
        old = LocalAuthority.create(START - timedelta(days=1), os.urandom, life=timedelta(days=30))
        found = sample(1, authority=old)
        late = START + timedelta(days=60)
        tree = timestamp_renewal([found.histories[0].newest_token], "sha256")
        renewed = found.histories[0].renew_timestamp(tree, 0, token(AUTHORITY, tree.root, late))
        trusted = trust(authorities=(AUTHORITY.trust, replace(old.trust, authority="old")))
        package = resealed(package_of(found.parts), {layout.record(1): renewed.to_bytes()})
        never_passed(
            verify(package, trusted, late + timedelta(days=1)), "ERS_LATE_RENEWAL", Verdict.INDETERMINATE
        )

    def test_a_renewal_of_another_chain(self):
        tree = timestamp_renewal([b"another token"], "sha256")
        answer = token(AUTHORITY, tree.root, EXPORTED)
        stranger = archive_timestamp(tree, 0, [hashlib.sha256(b"another token").digest()], answer)
        record = evidence_record([[*TWO.histories[0].chains[0], stranger]])
        never_passed(verify(self._package(record)), "ERS_TIMESTAMP_NOT_COVERED")

    def test_a_renewal_that_is_older_than_what_it_renews(self):
        tree = timestamp_renewal([TWO.histories[0].newest_token], "sha256")
        early = TWO.histories[0].renew_timestamp(tree, 0, token(AUTHORITY, tree.root, START))
        never_passed(verify(self._package(early.to_bytes())), "ERS_ORDER")

    @pytest.mark.parametrize("drop", [0, 1])
    def test_a_member_dropped_at_a_hash_tree_renewal(self, drop: int):
        history = TWO.histories[0]
        data = [TWO.parts.deposits[0].manifest, TWO.originals[0]]
        del data[drop]
        digests = [hashlib.sha512(each).digest() for each in data]
        tree = hashtree_renewal([history.renewed_node("sha512", digests)], [], "sha512")
        renewed = history.renew_hashtree(tree, 0, digests, token(AUTHORITY, tree.root, EXPORTED, "sha512"))
        never_passed(verify(self._package(renewed.to_bytes())), "ERS_SEQUENCE_NOT_COVERED")

    def test_that_renewal_whole(self):
        history = TWO.histories[0]
        digests = [
            hashlib.sha512(each).digest() for each in (TWO.parts.deposits[0].manifest, TWO.originals[0])
        ]
        tree = hashtree_renewal([history.renewed_node("sha512", digests)], [], "sha512")
        renewed = history.renew_hashtree(tree, 0, digests, token(AUTHORITY, tree.root, EXPORTED, "sha512"))
        report = verify(self._package(renewed.to_bytes()))
        assert report.overall is Verdict.PASSED
        assert any("joined unsorted" in each.detail for each in report.findings)


class TestLogs:
    """Logs that the trusted key signed, and that are not one history."""

    def test_a_fork_after_the_stamp(self):
        found = sample(1)
        note = Checkpoint(found.log.origin, 3, hashlib.sha256(b"fork").digest()).text().encode()
        package = resealed(package_of(found.parts), {NOTE: note})
        report = verify(package)
        assert {"FILE_ALTERED", "LOG_STAMP", "ERS_NOT_COVERED"} <= codes(report)

    def test_a_checkpoint_older_than_the_stamp(self):
        """Rolled back to before the stamp was closed: the entries after it are not in it."""
        found = sample(1)
        signed = found.log.checkpoint(2).sign(LOG_KEY)
        proofs = tuple(found.log.proof(seq, signed, 2) for seq in range(2))
        parts = replace(found.parts, log=replace(found.parts.log, checkpoint=signed, proofs=proofs))
        never_passed(verify(package_of(parts)), "LOG_STAMP")

    def test_an_entry_that_never_was(self):
        found = sample(1)
        forged = found.log.entries[1].replace(b"initial", b"replace")
        proof = replace(found.parts.log.proofs[1], extra=forged)
        parts = replace(found.parts, log=replace(found.parts.log, proofs=(found.parts.log.proofs[0], proof)))
        never_passed(verify(package_of(parts)), "LOG_PROOF")
        assert leaf_hash(forged) != found.log.leaves[1]

    def test_custody_that_begins_in_the_middle(self):
        log = Log()
        log.heads["document", identifier(2, 0)] = (-1, b"")
        log.add("correct", "document", identifier(2, 0), "ab" * 32, "by-hand")
        report = verify(package_of(sample(1, log=log).parts))
        never_passed(report, "CUSTODY_START")

    def test_a_manifest_that_another_deposit_received(self):
        manifest = manifest_of(0, {"original.tif": b"x"})
        assert manifest.deposit == identifier(1, 0)
        value = canonical.load_object(FILES["package.json"])
        swapped = [
            {**value["deposits"][0], "deposit": value["deposits"][1]["deposit"]},
            {**value["deposits"][1], "deposit": value["deposits"][0]["deposit"]},
        ]
        report = verify(resealed(GOOD, {layout.INDEX: canonical.dumps(value | {"deposits": swapped})}))
        never_passed(report, "MANIFEST_DIFFERS")


def test_a_record_that_is_false_proves_no_time():
    report = verify(altered(GOOD, {ONE + "original.tif": b"other"}), trust())
    assert report.headline == "FAILED under policy embedded: no time proof"
