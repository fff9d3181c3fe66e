"""Time-stamp authorities (RFC 3161): the port, the local test authority, and any other by its URL."""

from archive.authorities.http import HttpAuthority
from archive.authorities.local import LocalTestAuthority
from archive.authorities.port import TimestampAuthority

__all__ = ["HttpAuthority", "LocalTestAuthority", "TimestampAuthority"]
