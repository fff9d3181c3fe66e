"""Time-stamp tokens (RFC 3161): what we ask, and on which conditions we believe the answer (EVIDENCE section 5).

No stock verifier is strict enough alone, so each condition is checked here, and each has a reason of its own.
"""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from asn1crypto import tsp
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import certification_path, cms
from signing.algorithms import BUILT_IN, AlgorithmPolicy, AlgorithmUse
from signing.certification_path import Revocation
from signing.der import check as check_der
from signing.errors import TokenReason, TokenRefused

TimeClass = Literal["test", "ordinary", "qualified", "unknown"]
"""What an authority's word is worth, as its user configures it."""

_TRANSIENT = {"time_not_available", "system_failure"}


@dataclass(frozen=True, slots=True)
class TimestampTrust:
    """What is pinned of one authority: its CA certificates and policies, never its leaf certificate.

    `certificates` and `crls` are what tokens may leave out; `max_accuracy` bounds the accuracy that a token states (one
    that states none has that of the authority's policy, RFC 3161 section 2.4.2).
    """

    authority: str
    time_class: TimeClass
    anchors: tuple[x509.Certificate, ...]
    policies: frozenset[str]
    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[x509.CertificateRevocationList, ...] = ()
    max_accuracy: timedelta = timedelta(seconds=1)
    algorithms: AlgorithmPolicy = field(default=BUILT_IN)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that was verified: `imprint` existed no later than `gen_time`, says `authority`.

    `path` are the SHA-256 fingerprints of the certificates from the signer to the pinned CA; `expires` is the first
    end among those below that CA; `revocation` is `good` where a revocation list covers the whole path at `gen_time`;
    `algorithms` are the hashes and keys that it rests on.
    """

    der: bytes
    imprint: bytes
    imprint_algorithm: str
    gen_time: datetime
    accuracy: timedelta | None
    serial: int
    nonce: int | None
    policy: str
    authority: str
    time_class: TimeClass
    path: tuple[str, ...]
    expires: datetime
    revocation: Revocation
    algorithms: tuple[AlgorithmUse, ...]


def build_request(
    imprint: bytes, *, nonce: int, policy: str | None = None, imprint_algorithm: str = "sha256"
) -> bytes:
    """The DER TimeStampReq for a digest, asking for the signer's certificate; `nonce` is a random positive integer."""
    request: dict[str, Any] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": imprint_algorithm},
            "hashed_message": imprint,
        },
        "nonce": nonce,
        "cert_req": True,
    }
    if policy is not None:
        request["req_policy"] = policy
    return bytes(tsp.TimeStampReq(request).dump())


def accept_response(
    response: bytes,
    *,
    imprint: bytes,
    nonce: int,
    trust: TimestampTrust,
    now: datetime,
    tolerance: timedelta = timedelta(seconds=60),
    imprint_algorithm: str = "sha256",
) -> Token:
    """The token of a TimeStampResp to our request, or `TokenRefused`.

    `TokenRefused.transient` says whether the request may be sent again; `TokenReason.CLOCK` means that the token and
    the local clock (`now`) differ by more than `tolerance`: quarantine it and have a person look.
    """
    token = _verify(_token_of(response), imprint, imprint_algorithm, trust)
    if token.nonce != nonce:
        raise TokenRefused(TokenReason.NONCE, "the token does not carry the nonce of our request")
    if abs(token.gen_time - now) > tolerance:
        raise TokenRefused(TokenReason.CLOCK, f"token and local clock differ by {abs(token.gen_time - now)}")
    return token


def verify_token(
    der: bytes,
    *,
    imprint: bytes,
    trust: TimestampTrust,
    at: datetime,
    imprint_algorithm: str = "sha256",
) -> Token:
    """The token, verified at any later time `at`, or `TokenRefused`."""
    token = _verify(der, imprint, imprint_algorithm, trust)
    if token.gen_time - (token.accuracy or timedelta()) > at:
        raise TokenRefused(TokenReason.FUTURE, "the token is of a time that has not come yet")
    return token


def _token_of(response: bytes) -> bytes:
    try:
        check_der(response, cms.LIMITS)
        parsed = cms.TimeStampResponse.load(response, strict=True)
        status = parsed["status"]["status"].native
        failure: set[str] = parsed["status"]["fail_info"].native or set()
        token = bytes(parsed["time_stamp_token"].dump())
    except (ValueError, TypeError, LookupError) as error:
        raise TokenRefused(TokenReason.RESPONSE_MALFORMED, "the answer is no TimeStampResp") from error
    if status != "granted":
        reason = TokenReason.AUTHORITY_BUSY if failure & _TRANSIENT else TokenReason.NOT_GRANTED
        raise TokenRefused(
            reason, f"the authority answered {status} {' '.join(sorted(map(str, failure)))}".rstrip()
        )
    if not token:
        raise TokenRefused(TokenReason.RESPONSE_MALFORMED, "the answer holds no token")
    return token


def _verify(der: bytes, imprint: bytes, imprint_algorithm: str, trust: TimestampTrust) -> Token:
    envelope = cms.open_envelope(der)
    cms.check_signed_attributes(envelope)
    signer = cms.find_signer(envelope, trust.certificates)
    cms.check_signature(envelope, signer)
    cms.check_signer_reference(envelope, signer)

    info = envelope.info
    hashed = info["message_imprint"]
    if hashed["hash_algorithm"]["algorithm"].native != imprint_algorithm:
        raise TokenRefused(TokenReason.IMPRINT_ALGORITHM, "the token is over another hash algorithm")
    if hashed["hashed_message"].native != imprint:
        raise TokenRefused(TokenReason.IMPRINT, "the token is over another digest")
    if any(extension["critical"].native for extension in info["extensions"] or ()):
        raise TokenRefused(TokenReason.EXTENSION, "the token has a critical extension that we do not know")
    accuracy = _accuracy(info["accuracy"].native)

    gen_time: datetime = info["gen_time"].native
    certification_path.check_leaf(signer, gen_time)
    path = certification_path.find_path(
        signer, (*envelope.certificates, *trust.certificates), trust.anchors, gen_time
    )
    # What is pinned of this authority is asked of its own tokens only: of a stranger's, that it is one says it all.
    if info["policy"].dotted not in trust.policies:
        raise TokenRefused(TokenReason.POLICY, f"the policy {info['policy'].dotted} is not allowed")
    if accuracy is not None and accuracy > trust.max_accuracy:
        raise TokenRefused(TokenReason.ACCURACY, f"the token is accurate to {accuracy} only")
    certification_path.check_algorithms(
        path, (imprint_algorithm, envelope.digest_algorithm), trust.algorithms, gen_time
    )
    certification_path.check_no_strangers(envelope.certificates, path)
    revocation = certification_path.revocation_state(path, (*envelope.crls, *trust.crls), gen_time)
    return Token(
        der=der,
        imprint=imprint,
        imprint_algorithm=imprint_algorithm,
        gen_time=gen_time,
        accuracy=accuracy,
        serial=info["serial_number"].native,
        nonce=info["nonce"].native,
        policy=info["policy"].dotted,
        authority=trust.authority,
        time_class=trust.time_class,
        path=tuple(hashlib.sha256(each.public_bytes(Encoding.DER)).hexdigest() for each in path),
        expires=min(each.not_valid_after_utc for each in path[:-1] or path),
        revocation=revocation,
        algorithms=certification_path.algorithms_of(path, (imprint_algorithm, envelope.digest_algorithm)),
    )


def _accuracy(value: dict[str, int | None] | None) -> timedelta | None:
    if value is None:
        return None
    return timedelta(
        seconds=value["seconds"] or 0, milliseconds=value["millis"] or 0, microseconds=value["micros"] or 0
    )
