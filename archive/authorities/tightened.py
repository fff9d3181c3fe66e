"""An authority whose tokens are accepted only under the archive's own algorithm policy."""

from dataclasses import dataclass, replace

from archive.authorities.port import RevocationSource, TimestampAuthority
from signing.algorithms import AlgorithmPolicy
from signing.timestamp import TimestampTrust


@dataclass(frozen=True, slots=True)
class Tightened:
    """The same authority, but for the algorithms that are trusted of it."""

    authority: TimestampAuthority
    algorithms: AlgorithmPolicy

    @property
    def trust(self) -> TimestampTrust:
        return replace(self.authority.trust, algorithms=self.algorithms)

    @property
    def operator(self) -> str:
        return self.authority.operator

    @property
    def policy(self) -> str | None:
        return self.authority.policy

    @property
    def revocation(self) -> RevocationSource | None:
        return self.authority.revocation

    def stamp(self, request: bytes) -> bytes:
        return self.authority.stamp(request)
