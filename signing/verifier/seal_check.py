"""Step 12: the seal is by a trusted key, over a manifest that lists every file, and made while the key was valid."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms as asn1_cms
from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signing import cms, der
from signing.algorithms import AlgorithmUse, key_use
from signing.errors import TokenReason, TokenRefused
from signing.ers.tree import DIGEST_SIZES, hash_bytes
from signing.package import layout
from signing.package.asic_manifest import AsicManifest
from signing.verdict import Aspect
from signing.verifier.container import Container
from signing.verifier.findings import Findings
from signing.verifier.opened import LARGEST_DER, LARGEST_XML, Opened
from signing.verifier.streamed import streamed_digest
from signing.verifier.trust import fingerprint
from tabellion.base.clock import rfc3339

_CODES = {TokenReason.SIGNER_UNKNOWN: "SEAL_UNTRUSTED", TokenReason.SIGNER_REFERENCE: "SEAL_REFERENCE"}


_LIMITS = der.Limits(size=8 << 20, depth=32, count=60_000)
"""A seal is small; its time-stamp may bring a revocation list."""


_USED = ("version", "sid", "digest_algorithm", "signed_attrs", "signature_algorithm", "signature")


@dataclass(frozen=True, slots=True)
class _Seal:
    """A parsed signature: the part that is checked like a token's, its signing time, and tokens over it."""

    envelope: cms.Envelope
    claimed: datetime | None
    tokens: tuple[bytes, ...]


def check_seal(package: Opened) -> None:
    """Coverage and signature; a package without a seal has an unknown issuer."""
    container, findings = package.container, package.findings
    findings.looked(Aspect.ORIGIN)
    if layout.SEAL not in container or layout.SEAL_MANIFEST not in container:
        findings.add("SEAL_MISSING", "the package has no seal, or no manifest of it")
        return
    content = container.read(layout.SEAL_MANIFEST, LARGEST_XML)
    _check_coverage(container, findings, content)
    try:
        seal = _parse(container.read(layout.SEAL, LARGEST_DER))
    except TokenRefused as refused:
        findings.add("SEAL_MALFORMED", refused.message)
        return
    try:
        certificate = _check_signature(seal, content, package.trust.seals)
    except TokenRefused as refused:
        findings.add(_CODES.get(refused.reason, "SEAL_SIGNATURE"), f"the seal: {refused.message}")
        return
    _check_trust(package, seal, certificate)


def _check_coverage(container: Container, findings: Findings, content: bytes) -> None:
    try:
        manifest = AsicManifest.parse(content)
    except ValueError as error:
        findings.add("SEAL_MALFORMED", f"{layout.SEAL_MANIFEST}: {error}")
        return
    if manifest.target != layout.SEAL:
        findings.add("SEAL_MALFORMED", f"{layout.SEAL_MANIFEST} is for another file than the seal")
    covered = {each.uri: each for each in manifest.references}
    if len(covered) != len(manifest.references):
        findings.add("SEAL_MALFORMED", f"{layout.SEAL_MANIFEST} lists a file twice")
    for name in container.entries:
        if name not in layout.UNSEALED and name not in covered:
            findings.add("FILE_NOT_COVERED", f"{name} is not covered by the seal")
    for name, each in covered.items():
        if name not in container:
            findings.add("FILE_MISSING", f"{name} is not there, and the seal covers it")
        elif streamed_digest(container, name)(each.algorithm) != each.digest:
            findings.add("FILE_ALTERED", f"{name} is not what was sealed")
        findings.checked["sealed"] += 1


def _parse(data: bytes) -> _Seal:
    """The signature of a detached SignedData with one signer, in the shape in which tokens are checked."""
    try:
        der.check(data, _LIMITS)
        outer = asn1_cms.ContentInfo.load(data, strict=True)
        signed = outer["content"]
        if outer["content_type"].native != "signed_data" or len(signed["signer_infos"]) != 1:
            raise ValueError("not one signature")
        if signed["encap_content_info"]["content"].native is not None:
            raise ValueError("the seal carries a content of its own")
        signer = signed["signer_infos"][0]
        # asn1crypto parses lazily; this makes it read what is used later, so that nothing malformed surfaces then. The
        # tokens stay bytes: they are taken apart on their own, and their `native` here would cost half a second.
        for field in _USED:
            _ = signer[field].native
        certificates = tuple(
            x509.load_der_x509_certificate(each.chosen.dump()) for each in signed["certificates"] or ()
        )
        for each in certificates:
            _ = each.extensions, each.public_key()
        envelope = cms.Envelope(
            info=tsp.TSTInfo(),  # a seal has none; what is checked of it does not look there
            content=b"",
            signer=signer,
            digest_algorithm=signer["digest_algorithm"]["algorithm"].native,
            certificates=certificates,
            crls=(),
        )
        attributes = {each["type"].native: each["values"] for each in signer["signed_attrs"] or ()}
        claimed = attributes["signing_time"][0].native if "signing_time" in attributes else None
        tokens = [
            bytes(value.dump())
            for each in signer["unsigned_attrs"] or ()
            if each["type"].native == "signature_time_stamp_token"
            for value in each["values"]
        ]
        return _Seal(envelope, claimed, tuple(tokens))
    except (
        TypeError,
        KeyError,
        IndexError,
        RecursionError,
        OverflowError,
        AttributeError,
        *cms.UNREADABLE,
    ) as error:
        raise TokenRefused(TokenReason.MALFORMED, f"the seal cannot be read: {error}"[:300]) from error


def _check_signature(seal: _Seal, content: bytes, known: Sequence[x509.Certificate]) -> x509.Certificate:
    """The signer's certificate, where its key signed the digest of the content (RFC 5652 section 5.4)."""
    envelope = seal.envelope
    attributes = {each["type"].native: each["values"] for each in envelope.signer["signed_attrs"] or ()}
    kinds = [each["type"].native for each in envelope.signer["signed_attrs"] or ()]
    digest = attributes.get("message_digest")
    if len(kinds) != len(set(kinds)) or digest is None or len(digest) != 1:
        raise TokenRefused(TokenReason.MESSAGE_DIGEST, "there is not exactly one signed digest")
    if "content_type" not in attributes or [each.native for each in attributes["content_type"]] != ["data"]:
        raise TokenRefused(TokenReason.SIGNED_ATTRIBUTES, "the signed content type is not that of data")
    if envelope.digest_algorithm not in DIGEST_SIZES:
        raise TokenRefused(TokenReason.WEAK_ALGORITHM, f"{envelope.digest_algorithm} is not trusted")
    if digest[0].native != hash_bytes(envelope.digest_algorithm, content):
        raise TokenRefused(TokenReason.MESSAGE_DIGEST, "the signed digest is not that of its manifest")
    certificate = cms.find_signer(envelope, known)
    cms.check_signature(envelope, certificate)
    cms.check_signer_reference(envelope, certificate)
    return certificate


def _check_trust(package: Opened, seal: _Seal, certificate: x509.Certificate) -> None:
    findings, trust = package.findings, package.trust
    proven = _proven_time(package, seal)
    moment = proven or package.at
    if seal.claimed is not None and seal.claimed > package.at:
        findings.add("SEAL_FUTURE", f"the seal says that it was made at {rfc3339(seal.claimed)}")
    public = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ranges = [key for key in trust.keys if key.use == "seal" and key.public_der == public]
    if certificate not in trust.seals and not ranges:
        findings.add("SEAL_UNTRUSTED", f"the seal's certificate {fingerprint(certificate)} is not trusted")
        return
    uses = (AlgorithmUse(seal.envelope.digest_algorithm), key_use(certificate.public_key()))
    if refusal := trust.algorithms.first_refusal(uses, moment):
        findings.add("SEAL_ALGORITHM", f"the seal: {refusal}")
    in_time = certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    if not in_time or (ranges and not any(key.valid_at(moment) for key in ranges)):
        findings.add(
            "SEAL_TIME", f"the seal's key was not valid at {rfc3339(moment)}, which is all that is proven"
        )
    subject = certificate.subject.rfc4514_string()
    said = f"not later than {rfc3339(proven)}" if proven else "at a time that nothing proves"
    claim = f"; it says {rfc3339(seal.claimed)}" if seal.claimed else ""
    findings.add("SEALED", f"by {subject}, {said}{claim}")


def _proven_time(package: Opened, seal: _Seal) -> datetime | None:
    """When a time-stamp over the signature proves that it was there; None without one that holds."""
    imprint = hash_bytes("sha256", seal.envelope.signer["signature"].native)
    times: list[datetime] = []
    for token in seal.tokens:
        try:
            times.append(package.check_token(token, imprint, "sha256").gen_time)
        except TokenRefused as refused:
            package.findings.refused(Aspect.ORIGIN, refused, "the time-stamp of the seal")
    return min(times, default=None)
