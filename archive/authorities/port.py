"""The port to a time-stamp authority."""

from collections.abc import Sequence
from typing import Protocol

from cryptography import x509

from signing.timestamp import TimestampTrust


class RevocationSource(Protocol):
    """Where the revocation lists of an authority's certificates come from."""

    def lists(self, path: Sequence[x509.Certificate]) -> Sequence[bytes]:
        """DER of lists for a path, from the signer to the pinned CA; what cannot be had is left out, not raised."""
        ...


class TimestampAuthority(Protocol):
    """Anything that answers time-stamp requests; whether an answer is believed is decided elsewhere."""

    @property
    def trust(self) -> TimestampTrust:
        """What is pinned of it: its CA and policies; `trust.authority` is its name."""
        ...

    @property
    def operator(self) -> str:
        """Who runs it: two tokens of one operator count as one."""
        ...

    @property
    def policy(self) -> str | None:
        """The policy (OID) to ask for; None: the authority's own choice."""
        ...

    @property
    def revocation(self) -> RevocationSource | None:
        """Where its revocation lists are; None: its tokens carry them."""
        ...

    def stamp(self, request: bytes) -> bytes:
        """The DER TimeStampResp to a DER TimeStampReq.

        Raises `AuthorityFailed` where the same request may be sent again later, `AuthorityRefused` where it may not.
        """
        ...
