"""Time-stamp authorities (RFC 3161): the port and the local test authority; `http` has any other by its URL."""

from archive.authorities.local import LocalTestAuthority
from archive.authorities.port import RevocationSource, TimestampAuthority

__all__ = ["LocalTestAuthority", "RevocationSource", "TimestampAuthority"]
