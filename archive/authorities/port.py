"""The port to a time-stamp authority."""

from typing import Protocol

from signing.timestamp import TimestampTrust


class TimestampAuthority(Protocol):
    """Anything that answers time-stamp requests; whether an answer is believed is decided elsewhere."""

    @property
    def trust(self) -> TimestampTrust:
        """What is pinned of it: its CA and policies; `trust.authority` is its name."""
        ...

    @property
    def policy(self) -> str | None:
        """The policy (OID) to ask for; None: the authority's own choice."""
        ...

    def stamp(self, request: bytes) -> bytes:
        """The DER TimeStampResp to a DER TimeStampReq.

        Raises `AuthorityFailed` where the same request may be sent again later, `AuthorityRefused` where it may not.
        """
        ...
