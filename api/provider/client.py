"""Speaks to a provider of sign-ins: discovery, authorization code with PKCE (RFC 7636), keys that rotate.

Every request goes through the guard on addresses, follows no redirect, and is bounded in time and size.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt

from api.addresses import LOOPBACK
from api.provider.description import Description
from api.provider.id_token import Claims, ProviderRefused, key_id_of, read_id_token
from archive.outside import Answer, BadAnswer, NoAnswer, Outside, ok
from tabellion.base.clock import Clock
from tabellion.base.errors import Unavailable

KEPT = timedelta(hours=1)
"""How long what the provider says of itself, and its keys, are believed without asking again."""

AGAIN = timedelta(minutes=1)
"""How often at most its keys are asked for again, because a token names one that is not known."""

_LARGEST = 1 << 20
_FAMILIES = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class ProviderUnavailable(Unavailable):
    """The provider of sign-ins does not answer, or not as OpenID Connect says."""

    code = "PROVIDER_UNAVAILABLE"
    advice = "Try again in a moment, or sign in with a password."


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sign-in remembers of its request, to recognise the answer."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class _Known:
    """What the provider said of itself."""

    authorization: str
    token: str
    keys_at: str
    names_itself: bool
    at: datetime


class Provider:
    """One provider; shared by all requests, so that what it said is asked for seldom."""

    def __init__(self, description: Description, outside: Outside, clock: Clock) -> None:
        self.description = description
        self._outside = outside
        self._clock = clock
        self._lock = threading.Lock()
        self._known: _Known | None = None
        self._keys: tuple[datetime, tuple[jwt.PyJWK, ...]] | None = None

    def address(self, asked: Asked, back: str) -> str:
        """Where the browser is sent to sign in there; `back` is our address that it comes back to."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(asked.verifier.encode()).digest())
        known = self._described()
        parameters = {
            "response_type": "code",
            "client_id": self.description.client_id,
            "redirect_uri": back,
            "scope": self.description.scope,
            "state": asked.state,
            "nonce": asked.nonce,
            "code_challenge": challenge.decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        joint = "&" if urlsplit(known.authorization).query else "?"
        return f"{known.authorization}{joint}{urlencode(parameters)}"

    def claims(self, code: str, issuer: str | None, asked: Asked, back: str) -> Claims:
        """What the provider says of whoever came back with that code; raises ProviderRefused, ProviderUnavailable.

        `issuer` is who the answer says it is from (RFC 9207).
        """
        known = self._described()
        if issuer is None and known.names_itself:
            raise ProviderRefused("the answer does not say who gives it")
        if issuer is not None and issuer != self.description.issuer:
            raise ProviderRefused("the answer is by another provider")
        token = self._redeem(known, code, asked, back)
        algorithm, key_id = key_id_of(token, self.description.algorithms)
        key = self._key(known, algorithm, key_id)
        return read_id_token(token, key, algorithm, self.description, asked.nonce, self._clock.now())

    def _redeem(self, known: _Known, code: str, asked: Asked, back: str) -> str:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": asked.verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        client, secret = self.description.client_id, self.description.client_secret
        if secret is None:
            fields["client_id"] = client
        else:
            # RFC 6749 section 2.3.1: both are encoded as in a form first.
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        answer = self._ask("POST", known.token, urlencode(fields).encode(), headers)
        if not ok(answer):
            raise ProviderRefused(f"the provider does not redeem the code: HTTP {answer.status}")
        token = _json(answer).get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("the provider gave no ID token")
        return token

    def _described(self) -> _Known:
        with self._lock:
            now = self._clock.now()
            if self._known is None or self._known.at + KEPT <= now:
                self._known = self._discover(now)
            return self._known

    def _discover(self, now: datetime) -> _Known:
        issuer = self.description.issuer
        address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        said = _json(self._get(address))
        if said.get("issuer") != issuer:
            raise ProviderUnavailable("the provider calls itself otherwise than it is described")
        return _Known(
            authorization=self._endpoint(said, "authorization_endpoint"),
            token=self._endpoint(said, "token_endpoint"),
            keys_at=self._endpoint(said, "jwks_uri"),
            names_itself=said.get("authorization_response_iss_parameter_supported") is True,
            at=now,
        )

    def _endpoint(self, said: Mapping[str, Any], name: str) -> str:
        """An address that the provider names: over TLS, or on this machine as the provider itself."""
        address = said.get(name)
        if isinstance(address, str):
            parts = urlsplit(address)
            local = urlsplit(self.description.issuer).scheme == "http" and parts.hostname in LOOPBACK
            if parts.scheme == "https" or (parts.scheme == "http" and local):
                return address
        raise ProviderUnavailable(f"the provider names no {name} over TLS")

    def _key(self, known: _Known, algorithm: str, key_id: str | None) -> jwt.PyJWK:
        """The key that a token names; one that is not known, as after a rotation, has the keys asked for again."""
        with self._lock:
            now = self._clock.now()
            if self._keys is None or self._keys[0] + KEPT <= now:
                self._keys = (now, self._fetch_keys(known))
            found = _fitting(self._keys[1], algorithm, key_id)
            if found is None and self._keys[0] + AGAIN <= now:
                self._keys = (now, self._fetch_keys(known))
                found = _fitting(self._keys[1], algorithm, key_id)
        if found is None:
            raise ProviderRefused("the ID token is signed with a key that the provider does not publish")
        return found

    def _fetch_keys(self, known: _Known) -> tuple[jwt.PyJWK, ...]:
        try:
            return tuple(jwt.PyJWKSet.from_dict(dict(_json(self._get(known.keys_at)))).keys)
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise ProviderUnavailable("the provider publishes no usable keys") from error

    def _get(self, address: str) -> Answer:
        answer = self._ask("GET", address, b"", {})
        if not ok(answer):
            raise ProviderUnavailable(f"the provider answers with HTTP {answer.status}")
        return answer

    def _ask(self, method: str, address: str, body: bytes, headers: dict[str, str]) -> Answer:
        try:
            if method == "GET":
                return self._outside.get(address, _LARGEST)
            return self._outside.post(address, body, headers, _LARGEST)
        except (NoAnswer, BadAnswer) as error:
            raise ProviderUnavailable(f"the provider of sign-ins does not answer: {error}") from error


def _fitting(keys: tuple[jwt.PyJWK, ...], algorithm: str, key_id: str | None) -> jwt.PyJWK | None:
    """The key of that name for that algorithm; a token that names none may only mean the only one."""
    fit = [
        key
        for key in keys
        if key.public_key_use in (None, "sig")
        and key.key_type == _FAMILIES[algorithm[:2]]
        and (key_id is None or key.key_id == key_id)
    ]
    return fit[0] if len(fit) == 1 else None


def _json(answer: Answer) -> Mapping[str, Any]:
    try:
        value = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise ProviderUnavailable("the provider's answer is no JSON") from error
    if not isinstance(value, dict):
        raise ProviderUnavailable("the provider's answer is no JSON object")
    return value
