"""Whether a certificate may sign time-stamps: its extensions, its path to a pinned CA, and its revocation state.

All at the time of the token. cryptography's path builder refuses an authority's leaf by default, because its extended
key usage is critical (RFC 3161 section 2.3); so it builds the path, and we check the leaf's extensions ourselves.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import Literal, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from signing.algorithms import AlgorithmPolicy, AlgorithmUse, key_use
from signing.cms import UNREADABLE
from signing.errors import TokenReason, TokenRefused

Revocation = Literal["good", "unknown"]
Kind = TypeVar("Kind", bound=x509.ExtensionType)

_TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
_CA_PURPOSES = {_TIME_STAMPING, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
_STAY_VALID = {
    x509.ReasonFlags.unspecified,
    x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded,
    x509.ReasonFlags.cessation_of_operation,
}
"""RFC 3161 section 4: after these, tokens from before the revocation stay valid; after all others, none does."""


def check_leaf(certificate: x509.Certificate, gen_time: datetime) -> None:
    """The signer's certificate is in its time, no CA, and made for time-stamps only (RFC 3161 section 2.3)."""
    if not certificate.not_valid_before_utc <= gen_time <= certificate.not_valid_after_utc:
        raise TokenRefused(
            TokenReason.OUTSIDE_VALIDITY, "the signer's certificate was not valid at that time"
        )
    extensions = certificate.extensions
    purposes = _extension(extensions, x509.ExtendedKeyUsage)
    if purposes is None or not purposes.critical or list(purposes.value) != [_TIME_STAMPING]:
        raise TokenRefused(
            TokenReason.EXTENDED_KEY_USAGE, "extended key usage is not timeStamping alone, and critical"
        )
    constraints = _extension(extensions, x509.BasicConstraints)
    if constraints is not None and constraints.value.ca:
        raise TokenRefused(TokenReason.SIGNER_IS_CA, "the signer is a certification authority")
    usage = _extension(extensions, x509.KeyUsage)
    if usage is None or not _signs_only(usage.value):
        raise TokenRefused(TokenReason.KEY_USAGE, "the key usage is not signing alone")


def find_path(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    anchors: Sequence[x509.Certificate],
    gen_time: datetime,
) -> tuple[x509.Certificate, ...]:
    """The path from the leaf to a pinned CA, both included, as it stood at that time."""
    try:
        verifier = (
            PolicyBuilder()
            .store(Store(list(anchors)))
            .time(gen_time)
            .extension_policies(ca_policy=_ca_policy(), ee_policy=ExtensionPolicy.permit_all())
            .build_client_verifier()
        )
        return tuple(verifier.verify(leaf, list(intermediates)).chain)
    except (VerificationError, ValueError) as error:
        raise TokenRefused(TokenReason.PATH, f"there is no path to a pinned authority: {error}") from error


def check_algorithms(
    path: Sequence[x509.Certificate], hash_names: Sequence[str], policy: AlgorithmPolicy, gen_time: datetime
) -> None:
    """Every key of the path, every hash of the token, and every hash that a certificate was signed with was trusted."""
    refusal = policy.first_refusal(algorithms_of(path, hash_names), gen_time)
    if refusal is not None:
        raise TokenRefused(TokenReason.WEAK_ALGORITHM, refusal)


def algorithms_of(path: Sequence[x509.Certificate], hash_names: Sequence[str]) -> tuple[AlgorithmUse, ...]:
    """What a token with these hashes rests on, each once; not the pinned CA's own signature, which proves nothing."""
    uses = [AlgorithmUse(name) for name in hash_names]
    for certificate in path[:-1]:
        uses.append(key_use(certificate.public_key()))
        if certificate.signature_hash_algorithm is not None:
            uses.append(AlgorithmUse(certificate.signature_hash_algorithm.name.replace("-", "_")))
    uses.append(key_use(path[-1].public_key()))
    return tuple(dict.fromkeys(uses))


def check_no_strangers(carried: Sequence[x509.Certificate], path: Sequence[x509.Certificate]) -> None:
    """Every certificate in the token is on the path, or a cross certificate of a CA that is."""
    authorities = {(each.subject, _spki(each)) for each in path[1:]}
    for certificate in carried:
        if certificate not in path and (certificate.subject, _spki(certificate)) not in authorities:
            raise TokenRefused(
                TokenReason.FOREIGN_CERTIFICATE, "the token carries a certificate that is not of its path"
            )


def revocation_state(
    path: Sequence[x509.Certificate], crls: Sequence[x509.CertificateRevocationList], gen_time: datetime
) -> Revocation:
    """`good` where a list covers every certificate below the anchor at that time; raises where one is revoked."""
    try:
        states = [
            _state(certificate, issuer, [crl for crl in crls if crl.issuer == issuer.subject], gen_time)
            for certificate, issuer in pairwise(path)
        ]
    except UNREADABLE as error:
        raise TokenRefused(TokenReason.REVOCATION_DATA, "a revocation list cannot be read") from error
    return "good" if all(states) else "unknown"


def _state(
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    crls: Sequence[x509.CertificateRevocationList],
    gen_time: datetime,
) -> bool:
    covered = False
    for crl in crls:
        if not _signed_by(crl, issuer):
            raise TokenRefused(TokenReason.REVOCATION_DATA, "a revocation list was not signed by its issuer")
        # A critical extension makes a list partial, indirect or a delta: such a list alone decides nothing.
        if any(extension.critical for extension in crl.extensions):
            continue
        revoked = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if revoked is not None and not _stays_valid(revoked, gen_time):
            raise TokenRefused(TokenReason.REVOKED, "a certificate of the path was revoked")
        covered = covered or crl.next_update_utc is None or gen_time <= crl.next_update_utc
    return covered


def _stays_valid(revoked: x509.RevokedCertificate, gen_time: datetime) -> bool:
    reason = _extension(revoked.extensions, x509.CRLReason)
    return (
        reason is not None and reason.value.reason in _STAY_VALID and gen_time < revoked.revocation_date_utc
    )


def _signed_by(crl: x509.CertificateRevocationList, issuer: x509.Certificate) -> bool:
    usage = _extension(issuer.extensions, x509.KeyUsage)
    if usage is not None and not usage.value.crl_sign:
        return False
    try:
        return crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
    except TypeError:  # a kind of key that signs no lists
        return False


def _ca_policy() -> ExtensionPolicy:
    """What a CA on the path must show (RFC 5280 section 4.2.1): CA, may sign certificates, purpose not excluded."""
    return (
        ExtensionPolicy.permit_all()
        .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, _require_ca)
        .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _require_certificate_signing)
        .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _require_purpose)
    )


def _require_ca(_: Policy, __: x509.Certificate, constraints: x509.BasicConstraints) -> None:
    if not constraints.ca:
        raise ValueError("an issuer is no certification authority")


def _require_certificate_signing(_: Policy, __: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("an issuer may not sign certificates")


def _require_purpose(_: Policy, __: x509.Certificate, purposes: x509.ExtendedKeyUsage | None) -> None:
    if purposes is not None and _CA_PURPOSES.isdisjoint(purposes):
        raise ValueError("an issuer may not issue for time-stamps")


def _signs_only(usage: x509.KeyUsage) -> bool:
    others = (
        usage.key_encipherment
        or usage.data_encipherment
        or usage.key_agreement
        or usage.key_cert_sign
        or usage.crl_sign
    )
    return (usage.digital_signature or usage.content_commitment) and not others


def _extension(extensions: x509.Extensions, kind: type[Kind]) -> x509.Extension[Kind] | None:
    try:
        return extensions.get_extension_for_class(kind)
    except x509.ExtensionNotFound:
        return None


def _spki(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
