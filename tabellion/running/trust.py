"""What this installation trusts when it verifies itself."""

from dataclasses import replace

from archive.verification.trust import VerifyTrust
from tabellion.authorities import known_authorities
from tabellion.wiring import Parts
from tabellion.witnessing import quorum_policy


def verify_trust(parts: Parts) -> VerifyTrust:
    """What this installation trusts when it verifies itself."""
    return VerifyTrust(
        log_keys=parts.chest.log_keys(parts.archive.origin),
        authorities=tuple(replace(each, algorithms=parts.algorithms) for each in known_authorities(parts)),
        algorithms=parts.algorithms,
        quorum=quorum_policy(parts.settings),
    )
