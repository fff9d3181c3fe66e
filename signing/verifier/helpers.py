"""Intermediates and revocation lists that a package carries: helpers on the way to what is trusted, never trusted."""

from collections.abc import Sequence
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from signing import cms
from signing.errors import PackageRefused, TokenRefused
from signing.package import layout
from signing.timestamp import TimestampTrust
from signing.verifier.container import Container
from signing.verifier.findings import Findings
from signing.verifier.opened import LARGEST_DER
from signing.verifier.trust import Trust

_LARGEST_CERTIFICATE = 1 << 16
_MOST = 1000
_TOKENS = (layout.TOKEN_FILE, layout.OTHER_FILE)


def with_helpers(container: Container, trust: Trust, findings: Findings) -> list[TimestampTrust]:
    """The trusted authorities, each with what of the package can be of use to it.

    A certificate from there counts only on a path to a pinned CA. A revocation list goes to an authority only where
    one of its certificates signed it: two authorities may have one name, as a CA does that changed its key.
    """
    certificates: list[x509.Certificate] = []
    crls: dict[str, x509.CertificateRevocationList] = {}
    for name in [name for name in container.entries if layout.CHAIN_FILE.fullmatch(name)][:_MOST]:
        try:
            if name.endswith(".pem"):
                certificate = x509.load_pem_x509_certificate(container.read(name, _LARGEST_CERTIFICATE))
                _ = certificate.extensions, certificate.public_key()
                certificates.append(certificate)
            else:
                crls[name] = x509.load_der_x509_crl(container.read(name, LARGEST_DER))
                _ = crls[name].extensions
        except cms.UNREADABLE as error:
            raise PackageRefused("CHAIN_MALFORMED", f"{name} cannot be read") from error
    helped = [helped_by(each, certificates, list(crls.values()), trust) for each in trust.authorities]
    used = {id(crl) for each in helped for crl in each.crls}
    unused = {name: crl for name, crl in crls.items() if id(crl) not in used}
    carried, issuers = _in_tokens(container) if unused else (set(), set())
    issuers -= {
        each.subject for authority in helped for each in (*authority.anchors, *authority.certificates)
    }
    for name, crl in unused.items():
        # A token of an authority that is not trusted has said so already, and its lists belong to it.
        if crl.fingerprint(SHA256()) not in carried and crl.issuer not in issuers:
            findings.add("CHAIN_UNKNOWN", f"{name} was signed by nobody who is known")
    return helped


def _in_tokens(container: Container) -> tuple[set[bytes], set[x509.Name]]:
    """Fingerprints of the lists that the bare tokens of the package carry, and who issued their certificates."""
    found: set[bytes] = set()
    issuers: set[x509.Name] = set()
    names = [name for name in container.entries if any(each.fullmatch(name) for each in _TOKENS)]
    for name in names[:_MOST]:
        try:
            envelope = cms.open_envelope(container.read(name, LARGEST_DER))
            found.update(crl.fingerprint(SHA256()) for crl in envelope.crls)
            issuers.update(each.issuer for each in envelope.certificates)
        except TokenRefused:
            continue
    return found, issuers


def helped_by(
    authority: TimestampTrust,
    certificates: Sequence[x509.Certificate],
    crls: Sequence[x509.CertificateRevocationList],
    trust: Trust,
) -> TimestampTrust:
    """A trusted authority, with what of these helpers can be of use to it."""
    known = (*authority.certificates, *(each for each in certificates if each not in authority.certificates))
    signers = [*authority.anchors, *known]
    useful = [crl for crl in crls if any(_signed_by(crl, each) for each in signers)]
    return replace(
        authority, certificates=known, crls=(*authority.crls, *useful), algorithms=trust.algorithms
    )


def _signed_by(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    try:
        return crl.issuer == certificate.subject and crl.is_signature_valid(certificate.public_key())  # type: ignore[arg-type]
    except (TypeError, *cms.UNREADABLE):  # a kind of key or signature that signs no lists
        return False
