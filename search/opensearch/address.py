"""Where the server is: `opensearch+https://user:password@host:9200/prefix?ca=/path/to/ca.pem`."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import regex

from tabellion.base.errors import SettingsError

_PREFIX = regex.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_SCHEMES: Final = {"opensearch+http": False, "opensearch+https": True}


@dataclass(frozen=True, slots=True)
class Address:
    """A server, and the prefix of everything that is ours on it."""

    host: str
    port: int = 9200
    tls: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    prefix: str = "tabellion"
    ca_file: str | None = None


def parse_address(url: str) -> Address:
    """The address that a URL names; raises SettingsError, which does not repeat the password."""
    try:
        parts = urlsplit(url)
        port = parts.port or 9200
    except ValueError as error:
        raise _wrong(str(error)) from error
    if parts.scheme not in _SCHEMES or not parts.hostname:
        raise _wrong("it begins with opensearch+https:// or opensearch+http:// and names a host")
    prefix = parts.path.strip("/") or "tabellion"
    if not _PREFIX.fullmatch(prefix):
        raise _wrong("the prefix after the host has small Latin letters, digits, - and _ only")
    options = parse_qs(parts.query)
    if set(options) - {"ca"}:
        raise _wrong("it knows no option but ca=FILE")
    return Address(
        host=parts.hostname,
        port=port,
        tls=_SCHEMES[parts.scheme],
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        prefix=prefix,
        ca_file=options["ca"][0] if "ca" in options else None,
    )


def _wrong(why: str) -> SettingsError:
    return SettingsError(
        f"TABELLION_SEARCH_URL: {why}",
        advice="For example opensearch+https://user:password@search.example:9200/tabellion?ca=/etc/ssl/search.pem",
    )
