"""The second vault: a copy of everything elsewhere, read back when it is made, from which losses are repaired."""

from archive.second.copies import Copies, Second, SecondVaultOther, forget_second
from archive.second.log import SecondVaultAhead, require_not_behind

__all__ = [
    "Copies",
    "Second",
    "SecondVaultAhead",
    "SecondVaultOther",
    "forget_second",
    "require_not_behind",
]
