"""Addresses that somebody else wrote: they lead into this service, or to the start."""

from urllib.parse import urlsplit

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Names of this machine, where no TLS is needed."""


def inside(to: str) -> str:
    """The address where it leads into this service, else the start: nobody is sent elsewhere by a link to us."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return "/"
    here = not parts.scheme and not parts.netloc and to.startswith("/") and not to.startswith(("//", "/\\"))
    return to if here and to.isprintable() else "/"
