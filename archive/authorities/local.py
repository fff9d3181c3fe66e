"""The local test authority as an authority like any other; what it proves has no legal value, and its name says so."""

from dataclasses import dataclass

from signing.authority import NAME, POLICY, LocalAuthority
from signing.timestamp import TimestampTrust
from tabellion.base.clock import Clock
from tabellion.base.ids import Randomness

_SERIAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class LocalTestAuthority:
    """Answers with the keys of a `LocalAuthority` and the archive's own clock."""

    authority: LocalAuthority
    clock: Clock
    randomness: Randomness
    policy: str | None = POLICY
    operator: str = NAME
    revocation: None = None

    @property
    def trust(self) -> TimestampTrust:
        return self.authority.trust

    def stamp(self, request: bytes) -> bytes:
        # Random serial numbers need no counter that a backup could turn back (RFC 3161 section 2.4.2).
        serial = int.from_bytes(self.randomness(_SERIAL_BYTES), "big") | 1
        return self.authority.respond(request, self.clock.now(), serial)
