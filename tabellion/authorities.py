"""The time-stamp authorities that the settings name, in order, each with what is pinned of it."""

import os
from ipaddress import ip_network
from urllib.parse import urlsplit

from archive.authorities import LocalTestAuthority, TimestampAuthority
from archive.authorities.http import HttpAuthority
from archive.authorities.revocation import RevocationLists
from archive.outside import Outside
from signing.timestamp import TimestampTrust
from tabellion.authority_file import Described, default_time_class, read_anchors, read_authorities
from tabellion.base.errors import SettingsError
from tabellion.settings import Settings
from tabellion.wiring import Parts

LOCAL = "local"
TIMEOUT_SECONDS = 20.0
LIST_SECONDS = 10.0


def make_authorities(parts: Parts) -> tuple[TimestampAuthority, ...]:
    """Adapters for TABELLION_TSA_URLS; raises SettingsError where an authority is not pinned."""
    settings = parts.settings
    names = settings.tsa_urls.split()
    if not names:
        raise SettingsError("TABELLION_TSA_URLS names no authority")
    described = {each.url: each for each in _described(settings)}
    found = tuple(
        LocalTestAuthority(parts.chest.authority, parts.archive.clock, os.urandom)
        if name == LOCAL
        else _http(described.get(name) or _alone(name, settings), settings)
        for name in dict.fromkeys(names)
    )
    if len({each.trust.authority for each in found}) != len(found):
        raise SettingsError(
            "two authorities of TABELLION_TSA_URLS have the same name",
            advice="Describe them in a TABELLION_TSA_FILE, each with a name of its own.",
        )
    if len({each.operator for each in found}) < settings.tsa_operators:
        raise SettingsError(
            f"TABELLION_TSA_OPERATORS is {settings.tsa_operators}, but the authorities are of fewer operators"
        )
    return found


def known_authorities(parts: Parts) -> tuple[TimestampTrust, ...]:
    """What is believed when evidence is verified: those that are asked, those that the file still describes, ours.

    An authority that is not asked any more stays in the file, so that its tokens can still be verified.
    """
    asked = tuple(each.trust for each in make_authorities(parts))
    kept = tuple(each.trust for each in _described(parts.settings))
    # As a list: what is pinned of an authority holds certificates and a policy, which are compared and not hashed.
    found: list[TimestampTrust] = []
    for trust in (*asked, *kept, parts.chest.authority.trust):
        if trust not in found:
            found.append(trust)
    return tuple(found)


def _described(settings: Settings) -> tuple[Described, ...]:
    return () if settings.tsa_file is None else read_authorities(settings.tsa_file)


def _alone(url: str, settings: Settings) -> Described:
    """An authority without a description: pinned by the two settings that all such share."""
    if settings.tsa_ca_file is None or not settings.tsa_policies.split():
        raise SettingsError(
            f"the time-stamp authority {url} is not pinned",
            advice="Describe it in a TABELLION_TSA_FILE, or name its CA certificates in TABELLION_TSA_CA_FILE and "
            "its policy OIDs in TABELLION_TSA_POLICIES.",
        )
    name = urlsplit(url).hostname or url
    policies = frozenset(settings.tsa_policies.split())
    trust = TimestampTrust(
        authority=name,
        time_class=default_time_class(policies),
        anchors=read_anchors(settings.tsa_ca_file),
        policies=policies,
    )
    return Described(url, name, trust)


def _http(described: Described, settings: Settings) -> TimestampAuthority:
    try:
        networks = tuple(ip_network(each) for each in settings.private_networks.split())
    except ValueError as error:
        raise SettingsError(f"TABELLION_PRIVATE_NETWORKS: {error}") from error
    lists = RevocationLists(
        described.revocation,
        trusted=Outside(LIST_SECONDS),
        strangers=Outside(LIST_SECONDS, public=True, networks=networks),
    )
    policies = described.trust.policies
    # A policy is asked for only where there is no choice; else the authority names its own, among the pinned ones.
    asked = next(iter(policies)) if len(policies) == 1 else None
    outside = Outside(TIMEOUT_SECONDS)
    return HttpAuthority(described.url, described.trust, outside, described.operator, asked, lists)
