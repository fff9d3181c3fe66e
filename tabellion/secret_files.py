"""Secrets in files of their own (`TABELLION_..._FILE`), as container engines and systemd hand them over."""

from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import SecretStr

PASSWORDS = ("database", "search", "broker")
"""Parts whose address may name a user without a password, which then lies in `<part>_password_file`."""

WELL_KNOWN = frozenset(
    {"admin", "changeit", "changeme", "default", "example", "guest", "minioadmin", "opensearch", "passw0rd"}
    | {"password", "postgres", "rabbitmq", "redis", "root", "secret", "tabellion", "test", "weed"}
)
"""Secrets of examples and of freshly installed servers."""


def with_files(values: Mapping[str, Any], secrets: frozenset[str]) -> dict[str, Any]:
    """The values, with each secret in the place of the file that holds it.

    Raises ValueError that names the setting where a file cannot be read or is empty, or where a secret is said twice.
    """
    found = dict(values)
    for name in sorted(secrets):
        if (path := found.get(f"{name}_file")) is not None:
            if found.get(name) is not None:
                raise ValueError(f"{_setting(name)} and {_setting(name)}_FILE are both set: remove one")
            found[name] = _read(f"{name}_file", path)
    for part in PASSWORDS:
        name = f"{part}_password_file"
        if (path := found.get(name)) is not None:
            address = _plain(found.get(f"{part}_url"))
            found[f"{part}_url"] = _with_password(name, address, _read(name, path))
    return found


def is_well_known(secret: str) -> bool:
    """Whether everybody knows it; of an address: the password in it, unless it leads to this machine alone."""
    if "://" not in secret:
        return secret.lower() in WELL_KNOWN
    parts = urlsplit(secret)
    return (
        parts.password is not None and parts.password.lower() in WELL_KNOWN and not _is_here(parts.hostname)
    )


def _with_password(name: str, address: str | None, password: str) -> str:
    parts = urlsplit(address or "")
    if address is None or not parts.hostname or parts.password is not None:
        url = _setting(name).replace("_PASSWORD_FILE", "_URL")
        raise ValueError(f"{_setting(name)} needs a {url} with a host and without a password")
    user, _, place = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{quote(password, safe='')}@{place}"))


def _read(name: str, path: Any) -> str:
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{_setting(name)}: {path} cannot be read: {error}") from error
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret or "\n" in secret:
        raise ValueError(f"{_setting(name)}: {path} must hold one line that is not empty")
    return secret


def _plain(value: SecretStr | str | None) -> str | None:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _setting(name: str) -> str:
    return f"TABELLION_{name.upper()}"
