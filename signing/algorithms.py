"""Which hashes and keys are trusted, and from when to when (EVIDENCE section 6): what is not listed is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes


@dataclass(frozen=True, slots=True)
class AlgorithmUse:
    """An algorithm that something rests on; `bits` of the key where sizes differ, else 0."""

    algorithm: str
    bits: int = 0


@dataclass(frozen=True, slots=True)
class Rule:
    """An algorithm, the smallest key where sizes differ, and the time in which it is trusted; no sunset: no end set."""

    algorithm: str
    valid_from: datetime
    sunset: datetime | None = None
    least_bits: int = 0


@dataclass(frozen=True, slots=True)
class AlgorithmPolicy:
    """A numbered list of rules; algorithms that no rule names are refused."""

    version: int
    rules: tuple[Rule, ...]

    def refusal(self, algorithm: str, at: datetime, bits: int = 0) -> str | None:
        """Why an algorithm is not trusted at that time, or None where it is."""
        named = [rule for rule in self.rules if rule.algorithm == algorithm]
        if not named:
            return f"{algorithm} is not among the algorithms that are trusted"
        large_enough = [rule for rule in named if bits >= rule.least_bits]
        if not large_enough:
            return f"{algorithm} with {bits} bits is too small"
        if not any(
            rule.valid_from <= at and (rule.sunset is None or at < rule.sunset) for rule in large_enough
        ):
            return f"{algorithm} was not trusted at {at:%Y-%m-%d}"
        return None

    def key_refusal(self, key: PublicKeyTypes, at: datetime) -> str | None:
        """Why a public key is not trusted at that time, or None where it is."""
        use = key_use(key)
        return self.refusal(use.algorithm, at, use.bits)

    def first_refusal(self, uses: Iterable[AlgorithmUse], at: datetime) -> str | None:
        """Why one of several algorithms is not trusted at that time, or None where all are."""
        return next(filter(None, (self.refusal(use.algorithm, at, use.bits) for use in uses)), None)

    def sunset(self, uses: Iterable[AlgorithmUse]) -> datetime | None:
        """When the first of several algorithms stops being trusted; None where no end is set."""
        ends = [end for use in uses if (end := self._end(use)) is not None]
        return min(ends, default=None)

    def _end(self, use: AlgorithmUse) -> datetime | None:
        """The latest end of all rules that allow it."""
        rules = [
            each for each in self.rules if each.algorithm == use.algorithm and use.bits >= each.least_bits
        ]
        ends = [rule.sunset for rule in rules if rule.sunset is not None]
        return max(ends) if ends and len(ends) == len(rules) else None


def key_use(key: PublicKeyTypes) -> AlgorithmUse:
    """A public key as an algorithm with its size, where sizes differ."""
    match key:
        case rsa.RSAPublicKey():
            return AlgorithmUse("rsa", key.key_size)
        case ec.EllipticCurvePublicKey():
            return AlgorithmUse(key.curve.name)
        case ed25519.Ed25519PublicKey():
            return AlgorithmUse("ed25519")
        case ed448.Ed448PublicKey():
            return AlgorithmUse("ed448")
        case _:
            return AlgorithmUse(type(key).__name__)


def _since(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


BUILT_IN = AlgorithmPolicy(
    version=1,
    rules=(
        Rule("sha256", _since(2003)),
        Rule("sha384", _since(2003)),
        Rule("sha512", _since(2003)),
        Rule("sha3_256", _since(2016)),
        Rule("sha3_512", _since(2016)),
        Rule("rsa", _since(2003), least_bits=3000),
        Rule("secp256r1", _since(2003)),
        Rule("secp384r1", _since(2003)),
        Rule("ed25519", _since(2018)),
    ),
)
"""The least that every verification demands: FIPS 180, 186 and 202; MD5, SHA-1 and short RSA are not in it."""
