"""Passwords: argon2id hashes (RFC 9106, second recommended option), and generated ones for first accounts."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tabellion.base.errors import BadRequest
from tabellion.base.ids import Randomness

SHORTEST, LONGEST = 12, 200
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 letters that are not taken for one another
_hasher = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=1)


class WeakPassword(BadRequest):
    """A password that is too short or too long."""

    code = "WEAK_PASSWORD"
    advice = f"Choose {SHORTEST} to {LONGEST} characters; four unrelated words are good."


def hash_password(password: str) -> str:
    """The hash to keep; raises WeakPassword."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise WeakPassword(f"the password has {len(password)} characters")
    return _hasher.hash(password)


def password_holds(kept: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed; takes as long where there is nothing to compare with."""
    try:
        _hasher.verify(kept or _DUMMY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def generate_password(randomness: Randomness) -> str:
    """Four groups of five letters: 100 bits."""
    letters = [_ALPHABET[byte % 32] for byte in randomness(20)]
    return "-".join("".join(letters[start : start + 5]) for start in range(0, 20, 5))


_DUMMY = _hasher.hash("nobody has this password")
