"""Which errors say that a part of the archive is away just now: they are no fault of the work that met them."""

import errno

from tabellion.base.errors import TabellionError

_CODES = frozenset({"UNAVAILABLE", "CATALOGUE_UNAVAILABLE", "INDEX_UNREACHABLE", "DISK_FULL"})
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})


def is_away(error: Exception) -> bool:
    """Whether it may pass by itself at any moment, and will meet whatever is tried until then."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error, TabellionError) and error.code in _CODES
