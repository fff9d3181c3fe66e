"""A provider that lies: ID tokens forged, foreign, old, signed otherwise; addresses that lead elsewhere."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from api.provider import Claims, Description, Provider, ProviderRefused, ProviderUnavailable
from api.provider.client import AGAIN, KEPT, Asked
from archive.outside import Outside
from tabellion.base.clock import ManualClock
from tests.http_server import QuietHandler, serving

ASKED = Asked("state", "nonce", "verifier")
BACK = "http://localhost/sign-in/provider/back"
LOOPBACK = (ip_network("127.0.0.0/8"),)


@dataclass
class Issuer:
    """What the provider answers; each test spoils something."""

    clock: ManualClock
    keys: dict[str, Any] = field(default_factory=dict)
    algorithm: str = "ES256"
    key_id: str | None = "one"
    address: str = ""
    said: dict[str, Any] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    token: str | None = None
    asked: list[str] = field(default_factory=list)

    def claims(self) -> dict[str, Any]:
        now = int(self.clock.now().timestamp())
        return {
            "iss": self.address,
            "sub": "u-1",
            "aud": "tabellion",
            "exp": now + 300,
            "iat": now,
            "nonce": "nonce",
            "preferred_username": "anna.k",
        } | self.said

    def signed(self) -> str:
        if self.token is not None:
            return self.token
        claims = {name: value for name, value in self.claims().items() if value is not None}
        headers = {} if self.key_id is None else {"kid": self.key_id}
        return jwt.encode(claims, self.keys[self.key_id or "one"], self.algorithm, headers)

    def published(self) -> dict[str, Any]:
        found = []
        for name, key in self.keys.items():
            algorithm = jwt.get_algorithm_by_name("ES256" if _is_ec(key) else "RS256")
            found.append(json.loads(algorithm.to_jwk(key.public_key())) | {"kid": name, "use": "sig"})
        return {"keys": found}

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            base = {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            }
            return 200, base | self.described
        if path == "/keys":
            return 200, self.published()
        return 200, {"access_token": "x", "id_token": self.signed()}


def _is_ec(key: object) -> bool:
    return isinstance(key, ec.EllipticCurvePrivateKey)


ONE, TWO = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
OLD = rsa.generate_private_key(65537, 2048)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def issuer(clock: ManualClock) -> Iterator[Issuer]:
    made = Issuer(clock, {"one": ONE})

    class Handler(QuietHandler):
        def do_GET(self) -> None:
            self.reply()

        def do_POST(self) -> None:
            self.body()
            self.reply()

        def reply(self) -> None:
            status, value = made.answer(self.path)
            self.send(status, "application/json", json.dumps(value).encode())

    with serving(Handler) as address:
        made.address = address
        yield made


@pytest.fixture
def provider(issuer: Issuer, clock: ManualClock) -> Provider:
    return Provider(description(issuer), Outside(5, public=True, networks=LOOPBACK), clock)


def description(issuer: Issuer, **changes: Any) -> Description:
    return replace(Description("House", issuer.address, "tabellion", "secret"), **changes)


def claims(provider: Provider) -> Claims:
    return provider.claims("code", None, ASKED, BACK)


class TestToken:
    def test_says_who_it_is(self, provider: Provider, issuer: Issuer) -> None:
        found = claims(provider)
        assert (found.issuer, found.subject, found.name) == (issuer.address, "u-1", "anna.k")
        assert (found.session, found.second_factor, found.roles) == (None, False, frozenset())

    @pytest.mark.parametrize(
        "said",
        [
            {"iss": "https://evil.example"},
            {"iss": None},
            {"aud": "somebody"},
            {"aud": ["tabellion", "somebody"]},  # without azp
            {"aud": ["tabellion"], "azp": "somebody"},
            {"aud": None},
            {"aud": 3},
            {"exp": 1},
            {"exp": None},
            {"exp": "never"},
            {"exp": True},
            {"iat": None},
            {"iat": 1},
            {"iat": 99999999999},
            {"nbf": 99999999999},
            {"nonce": "another"},
            {"nonce": None},
            {"nonce": ["nonce"]},
            {"sub": None},
            {"sub": ""},
            {"sub": "s" * 256},
        ],
        ids=str,
    )
    def test_holds_in_every_claim_or_not_at_all(
        self, provider: Provider, issuer: Issuer, said: dict[str, Any]
    ) -> None:
        issuer.said = said
        with pytest.raises(ProviderRefused):
            claims(provider)

    def test_for_several_it_says_to_whom_it_was_given(self, provider: Provider, issuer: Issuer) -> None:
        issuer.said = {"aud": ["tabellion", "somebody"], "azp": "tabellion"}
        assert claims(provider).subject == "u-1"

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512"])
    def test_an_algorithm_without_a_key_pair_is_never_taken(
        self, provider: Provider, issuer: Issuer, algorithm: str
    ) -> None:
        public = ONE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        issuer.token = forged({"alg": algorithm, "kid": "one"}, issuer.claims(), algorithm, public)
        with pytest.raises(ProviderRefused, match="not trusted"):
            claims(provider)

    def test_an_algorithm_that_is_not_allowed_is_refused(self, issuer: Issuer, clock: ManualClock) -> None:
        narrow = description(issuer, algorithms=("RS256",))
        provider = Provider(narrow, Outside(5, public=True, networks=LOOPBACK), clock)
        with pytest.raises(ProviderRefused, match="not trusted"):
            claims(provider)

    def test_another_key_under_the_same_name_is_refused(self, provider: Provider, issuer: Issuer) -> None:
        issuer.token = jwt.encode(issuer.claims(), TWO, "ES256", {"kid": "one"})
        with pytest.raises(ProviderRefused):
            claims(provider)

    def test_a_key_that_the_token_brings_is_not_looked_at(self, provider: Provider, issuer: Issuer) -> None:
        algorithm = jwt.get_algorithm_by_name("ES256")
        headers = {"kid": "two", "jwk": json.loads(algorithm.to_jwk(TWO.public_key())), "jku": "http://evil"}
        issuer.token = jwt.encode(issuer.claims(), TWO, "ES256", headers)
        with pytest.raises(ProviderRefused, match="does not publish"):
            claims(provider)

    @pytest.mark.parametrize("token", ["", "a.b.c", "e30.e30.", "x" * 5000])
    def test_what_is_none_is_refused(self, provider: Provider, issuer: Issuer, token: str) -> None:
        issuer.token = token
        with pytest.raises(ProviderRefused):
            claims(provider)

    def test_a_name_is_made_printable(self, provider: Provider, issuer: Issuer) -> None:
        issuer.said = {"preferred_username": "an\u202ena\n" + "k" * 200}
        assert claims(provider).name == "anna" + "k" * 76
        issuer.said = {"preferred_username": 3}
        assert claims(provider).name == "u-1"

    def test_roles_and_second_factors_as_they_are_mapped(self, issuer: Issuer, clock: ManualClock) -> None:
        mapped = description(
            issuer,
            roles={"staff": frozenset({"collector", "legal"}), "audit": frozenset({"auditor"})},
            second_factor_amr=frozenset({"otp"}),
            second_factor_acr=frozenset({"high"}),
        )
        provider = Provider(mapped, Outside(5, public=True, networks=LOOPBACK), clock)
        for said, roles, second in (
            ({"groups": ["staff", "others", 3], "amr": ["pwd"]}, {"collector", "legal"}, False),
            ({"groups": "audit", "amr": ["pwd", "otp"]}, {"auditor"}, True),
            ({"groups": {"staff": 1}, "amr": "otp", "acr": "high"}, set(), True),
        ):
            issuer.said = said
            found = claims(provider)
            assert (found.roles, found.second_factor) == (roles, second)


def forged(header: dict[str, Any], payload: dict[str, Any], algorithm: str, secret: bytes) -> str:
    """A token as no library makes it: `none`, or the public key taken for a shared secret."""
    import hmac

    parts = [_url(json.dumps(each).encode()) for each in (header, payload)]
    joined = ".".join(parts)
    name = {"HS256": "sha256", "HS512": "sha512"}.get(algorithm)
    signature = b"" if name is None else hmac.digest(secret, joined.encode(), name)
    return f"{joined}.{_url(signature)}"


def _url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class TestKeys:
    def test_a_new_one_is_asked_for_when_a_token_names_it(
        self, provider: Provider, issuer: Issuer, clock: ManualClock
    ) -> None:
        claims(provider)
        issuer.keys, issuer.key_id = {"two": TWO}, "two"
        with pytest.raises(ProviderRefused, match="does not publish"):
            claims(provider)  # within the minute: nobody makes us ask all the time
        clock.advance(seconds=AGAIN.total_seconds())
        assert claims(provider).subject == "u-1"
        assert issuer.asked.count("/keys") == 2

    def test_one_that_was_withdrawn_ends(
        self, provider: Provider, issuer: Issuer, clock: ManualClock
    ) -> None:
        claims(provider)
        issuer.keys = {"two": TWO}
        issuer.token = jwt.encode(issuer.claims(), ONE, "ES256", {"kid": "one"})
        assert claims(provider)  # it is still believed
        clock.advance(seconds=KEPT.total_seconds())
        issuer.token = jwt.encode(issuer.claims(), ONE, "ES256", {"kid": "one"})
        with pytest.raises(ProviderRefused, match="does not publish"):
            claims(provider)

    def test_without_a_name_only_the_only_one_is_meant(
        self, provider: Provider, issuer: Issuer, clock: ManualClock
    ) -> None:
        issuer.keys, issuer.key_id = {"one": ONE, "rsa": OLD}, None
        assert claims(provider).subject == "u-1"  # the only one for ES256
        clock.advance(seconds=KEPT.total_seconds())
        issuer.keys = {"one": ONE, "two": TWO}
        with pytest.raises(ProviderRefused, match="does not publish"):
            claims(provider)

    def test_an_rsa_key_with_its_algorithm(self, provider: Provider, issuer: Issuer) -> None:
        issuer.keys, issuer.key_id, issuer.algorithm = {"rsa": OLD}, "rsa", "RS256"
        assert claims(provider).subject == "u-1"

    def test_none_at_all(self, provider: Provider, issuer: Issuer) -> None:
        issuer.keys = {}
        issuer.token = jwt.encode(issuer.claims(), ONE, "ES256", {"kid": "one"})
        with pytest.raises(ProviderUnavailable):
            claims(provider)


class TestAddresses:
    def test_sends_there_with_pkce(self, provider: Provider, issuer: Issuer) -> None:
        address = provider.address(ASKED, BACK)
        assert address.startswith(f"{issuer.address}/authorize?response_type=code&client_id=tabellion")
        assert (
            "code_challenge=iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ&code_challenge_method=S256" in address
        )
        assert "verifier" not in address.replace("code_verifier", "")

    @pytest.mark.parametrize(
        "described",
        [
            {"issuer": "https://evil.example"},
            {"token_endpoint": "http://evil.example/token"},
            {"jwks_uri": "file:///etc/passwd"},
            {"authorization_endpoint": None},
        ],
        ids=str,
    )
    def test_a_description_that_leads_elsewhere_is_refused(
        self, provider: Provider, issuer: Issuer, described: dict[str, Any]
    ) -> None:
        issuer.described = described
        with pytest.raises(ProviderUnavailable):
            provider.address(ASKED, BACK)

    def test_private_networks_only_where_a_setting_allows_them(
        self, issuer: Issuer, clock: ManualClock
    ) -> None:
        provider = Provider(description(issuer), Outside(5, public=True), clock)
        with pytest.raises(ProviderUnavailable, match="not of the internet"):
            provider.address(ASKED, BACK)
        assert issuer.asked == []

    def test_the_answer_says_who_gives_it(self, provider: Provider, issuer: Issuer) -> None:
        """RFC 9207: against mixing up two providers."""
        with pytest.raises(ProviderRefused, match="another provider"):
            provider.claims("code", "https://evil.example", ASKED, BACK)

    def test_one_that_promises_to_say_so_must(self, provider: Provider, issuer: Issuer) -> None:
        issuer.described = {"authorization_response_iss_parameter_supported": True}
        with pytest.raises(ProviderRefused, match="does not say who"):
            claims(provider)
        assert provider.claims("code", issuer.address, ASKED, BACK).subject == "u-1"


def test_a_clock_may_be_a_minute_off(provider: Provider, issuer: Issuer) -> None:
    now = int(issuer.clock.now().timestamp())
    issuer.said = {"exp": now - 30, "iat": now - 330}
    assert claims(provider).subject == "u-1"
    issuer.said = {"exp": now - 90, "iat": now - 390}
    with pytest.raises(ProviderRefused):
        claims(provider)
