"""The algorithm policy in force: the built-in one, tightened by the file that the settings name."""

from signing.algorithm_policy import parse_policy, tighten
from signing.algorithms import BUILT_IN, AlgorithmPolicy
from tabellion.base.errors import EvidenceError, SettingsError
from tabellion.settings import Settings


def algorithm_policy(settings: Settings) -> AlgorithmPolicy:
    """What is trusted, and until when; raises SettingsError where the file cannot be read."""
    if settings.algorithms_file is None:
        return BUILT_IN
    try:
        return tighten(BUILT_IN, parse_policy(settings.algorithms_file.read_bytes()))
    except (OSError, EvidenceError) as error:
        raise SettingsError(
            f"TABELLION_ALGORITHMS_FILE cannot be used: {error}",
            advice="Start from signing/algorithms.json, and keep its canonical form (RFC 8785).",
        ) from error
