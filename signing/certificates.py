"""Certificates and revocation lists of the local test authority (RFC 5280, RFC 3161 section 2.3)."""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from signing.certifying import certify, certify_list, public_key
from signing.keys import Signer

_CA_LIFE = timedelta(days=365 * 30)
TSA_LIFE = timedelta(days=365 * 10)
"""How long a signer of the local authority may sign."""

_LIST_LIFE = timedelta(days=7)


def authority(name: str, key: Signer, serial: int, start: datetime) -> x509.Certificate:
    """A self-signed CA that may certify signers, but no further CA."""
    builder = (
        _builder(_name(name), key, serial, start, _CA_LIFE)
        .issuer_name(_name(name))
        .add_extension(_authority_key(key), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(certifies=True), critical=True)
    )
    return certify(builder, key)


def time_stamping(
    name: str,
    key: Signer,
    serial: int,
    start: datetime,
    ca: x509.Certificate,
    ca_key: Signer,
    life: timedelta = TSA_LIFE,
    list_address: str | None = None,
) -> x509.Certificate:
    """The certificate of a key that signs time-stamps and nothing else; `list_address` is where its CA's list lies."""
    builder = (
        _builder(_name(name), key, serial, start, life)
        .issuer_name(ca.subject)
        .add_extension(_authority_key(ca_key), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(certifies=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
    )
    if list_address is not None:
        where = [x509.UniformResourceIdentifier(list_address)]
        point = x509.DistributionPoint(full_name=where, relative_name=None, reasons=None, crl_issuer=None)
        builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
    return certify(builder, ca_key)


def revocation_list(ca: x509.Certificate, ca_key: Signer, now: datetime) -> x509.CertificateRevocationList:
    """The CA's list as of now, on which nothing is revoked; its number is the second in which it was made."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.subject)
        .last_update(now)
        .next_update(now + _LIST_LIFE)
        .add_extension(_authority_key(ca_key), critical=False)
        .add_extension(x509.CRLNumber(int(now.timestamp())), critical=False)
    )
    return certify_list(builder, ca_key)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tabellion"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _builder(
    subject: x509.Name, key: Signer, serial: int, start: datetime, life: timedelta
) -> x509.CertificateBuilder:
    public = public_key(key)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public)
        .serial_number(serial)
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _authority_key(key: Signer) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key(key))


def _usage(*, certifies: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not certifies,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )
