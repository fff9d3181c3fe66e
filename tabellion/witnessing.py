"""The witnesses that the settings name, and the quorum among them: one C2SP tlog-policy file."""

from datetime import timedelta

from archive.witness_requests import WitnessAt
from archive.witnesses import Witnesses
from signing.cosignature import WitnessKey
from signing.errors import QuorumPolicyInvalid
from signing.quorum import QuorumPolicy
from tabellion.base.errors import SettingsError
from tabellion.settings import Settings
from tabellion.wiring import Parts


def policy_bytes(settings: Settings) -> bytes | None:
    """The policy as it is written; None where no witness is configured. Raises SettingsError."""
    path = settings.witness_policy_file
    if path is None:
        return None
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"TABELLION_WITNESS_POLICY_FILE cannot be read: {error}") from error


def quorum_policy(settings: Settings) -> QuorumPolicy | None:
    """Which witnesses are trusted, and how many must cosign; None where none is configured. Raises SettingsError."""
    data = policy_bytes(settings)
    if data is None:
        return None
    try:
        policy = QuorumPolicy.parse(data)
    except QuorumPolicyInvalid as error:
        raise SettingsError(f"TABELLION_WITNESS_POLICY_FILE: {error}") from error
    names = [key.name for key in policy.witness_keys]
    if len(set(names)) != len(names):
        raise SettingsError("TABELLION_WITNESS_POLICY_FILE has two witnesses whose keys have the same name")
    return policy


def make_witnesses(parts: Parts) -> Witnesses:
    """The client of all witnesses that have an address; of the others cosignatures are believed, and none is asked."""
    policy = quorum_policy(parts.settings)
    known = [
        WitnessAt(each.key, each.url)
        for each in ({} if policy is None else policy.witnesses).values()
        if isinstance(each.key, WitnessKey) and each.url is not None
    ]
    every = timedelta(minutes=parts.settings.witness_minutes)
    return Witnesses(parts.archive, tuple(known), every=every)
