"""Whether an ID token holds (OpenID Connect Core 1.0, section 3.1.3.7), and what it says."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeGuard

import jwt

from api.provider.description import Description
from tabellion.base.errors import TabellionError

LEEWAY = 60
"""Seconds by which the clocks of two machines may differ."""

OLDEST = 600
"""Seconds since an ID token was issued: it is made for this sign-in, which takes no longer."""

_LONGEST_SUBJECT = 255


class ProviderRefused(TabellionError):
    """What the provider answered is not taken: it refused, or its word does not hold."""

    code = "PROVIDER_REFUSED"
    status = 403
    exit_code = 1
    advice = "Try again; if it comes back, the administrator compares the description of the provider with its own."


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid ID token says."""

    issuer: str
    subject: str
    name: str
    session: str | None
    second_factor: bool
    roles: frozenset[str]


def key_id_of(token: str, algorithms: tuple[str, ...]) -> tuple[str, str | None]:
    """Algorithm and key that a token names; raises ProviderRefused where the algorithm is none of these."""
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError as error:
        raise ProviderRefused("the ID token is none") from error
    if header.get("alg") not in algorithms or "crit" in header:
        raise ProviderRefused("the ID token is signed in a way that is not trusted")
    key_id = header.get("kid")
    return header["alg"], key_id if isinstance(key_id, str) else None


def read_id_token(
    token: str, key: jwt.PyJWK, algorithm: str, description: Description, nonce: str, now: datetime
) -> Claims:
    """What the token says, where everything about it holds; raises ProviderRefused."""
    try:
        # Times are compared below, by the clock that is handed in.
        said = jwt.decode(
            token,
            key.key,
            algorithms=[algorithm],
            options={
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
                "verify_aud": False,
                "verify_iss": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise ProviderRefused(f"the ID token does not hold: {type(error).__name__}") from error
    _require(said.get("iss") == description.issuer, "it is by another issuer")
    _require_audience(said, description.client_id)
    _require_times(said, now.timestamp())
    given = said.get("nonce")
    _require(isinstance(given, str) and secrets.compare_digest(given.encode(), nonce.encode()), "nonce")
    subject = said.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise ProviderRefused("the ID token does not hold: it names nobody")
    return _claims(said, subject, description)


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise ProviderRefused(f"the ID token does not hold: {what}")


def _require_audience(said: Mapping[str, Any], client: str) -> None:
    audience = said.get("aud")
    named = [audience] if isinstance(audience, str) else audience
    _require(isinstance(named, list) and client in named, "it is for somebody else")
    party = said.get("azp")
    _require(party == client or (party is None and named == [client]), "it was given to somebody else")


def _require_times(said: Mapping[str, Any], now: float) -> None:
    ends, begun = said.get("exp"), said.get("iat")
    if not (_number(ends) and _number(begun) and _number(begins := said.get("nbf", begun))):
        raise ProviderRefused("the ID token does not hold: it has no times")
    _require(now < ends + LEEWAY, "its time is over")
    _require(now - OLDEST < begun < now + LEEWAY, "it was not issued now")
    _require(begins < now + LEEWAY, "its time has not come")


def _number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _claims(said: Mapping[str, Any], subject: str, description: Description) -> Claims:
    name = said.get(description.name_claim)
    given = said.get(description.roles_claim)
    values = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    roles = (description.roles.get(value, frozenset()) for value in values if isinstance(value, str))
    methods = said.get("amr")
    shown = {each for each in methods if isinstance(each, str)} if isinstance(methods, list) else set()
    session = said.get("sid")
    return Claims(
        issuer=description.issuer,
        subject=subject,
        name=_printable(name if isinstance(name, str) else "") or _printable(subject) or "?",
        session=session if isinstance(session, str) else None,
        second_factor=bool(shown & description.second_factor_amr)
        or said.get("acr") in description.second_factor_acr,
        roles=frozenset().union(*roles),
    )


def _printable(text: str) -> str:
    """A name as accounts may have it."""
    return "".join(character for character in text if character.isprintable()).strip()[:80]
