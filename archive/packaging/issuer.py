"""Who makes packages: the archive's seal, what it publishes and trusts, and whom it asks for the seal's time-stamp."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from archive.authorities import TimestampAuthority
from signing.package.seal import SealKey
from signing.verifier import Trust


@dataclass(frozen=True, slots=True)
class Issuer:
    """What packages are made with; `trust` is what the archive publishes, and every package is verified with it.

    `keys` is its `keys.json`, `quorum` the C2SP tlog-policy that it follows; `name` and `zone` are those that reports
    print; packages are locked for `retention`.
    """

    seal: SealKey
    trust: Trust
    keys: bytes
    authorities: Sequence[TimestampAuthority]
    retention: timedelta
    name: str
    quorum: bytes | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
