"""The time-stamp authorities that the settings name, in order, each with what is pinned of it."""

import os
from urllib.parse import urlsplit

from cryptography import x509

from archive.authorities import LocalTestAuthority, TimestampAuthority
from signing.timestamp import TimestampTrust
from tabellion.base.errors import SettingsError
from tabellion.settings import Settings
from tabellion.wiring import Parts

LOCAL = "local"
TIMEOUT_SECONDS = 20.0


def make_authorities(parts: Parts) -> tuple[TimestampAuthority, ...]:
    """Adapters for TABELLION_TSA_URLS; raises SettingsError where an authority is not pinned."""
    names = parts.settings.tsa_urls.split()
    if not names:
        raise SettingsError("TABELLION_TSA_URLS names no authority")
    return tuple(
        LocalTestAuthority(parts.chest.authority, parts.archive.clock, os.urandom)
        if name == LOCAL
        else _http(name, parts.settings)
        for name in names
    )


def _http(url: str, settings: Settings) -> TimestampAuthority:
    # Loaded only where it is used: it would double the time that a keeper takes to start.
    import httpx  # noqa: PLC0415

    from archive.authorities.http import HttpAuthority  # noqa: PLC0415

    if settings.tsa_ca_file is None or not settings.tsa_policies.split():
        raise SettingsError(
            f"the time-stamp authority {url} is not pinned",
            advice="Name its CA certificates in TABELLION_TSA_CA_FILE and its policy OIDs in TABELLION_TSA_POLICIES.",
        )
    try:
        anchors = x509.load_pem_x509_certificates(settings.tsa_ca_file.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"TABELLION_TSA_CA_FILE cannot be read: {error}") from error
    policies = frozenset(settings.tsa_policies.split())
    trust = TimestampTrust(
        authority=urlsplit(url).hostname or url,
        time_class="ordinary",
        anchors=tuple(anchors),
        policies=policies,
    )
    # A policy is asked for only where there is no choice; else the authority names its own, among the pinned ones.
    asked = next(iter(policies)) if len(policies) == 1 else None
    return HttpAuthority(url, trust, httpx.Client(timeout=TIMEOUT_SECONDS), asked)
