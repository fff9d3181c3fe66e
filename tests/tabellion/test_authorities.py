"""How settings name time-stamp authorities, and what is refused."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from archive.authorities import LocalTestAuthority
from archive.authorities.http import HttpAuthority
from signing.authority import POLICY, LocalAuthority
from tabellion.authorities import known_authorities, make_authorities
from tabellion.authority_file import read_authorities
from tabellion.base.clock import ManualClock
from tabellion.base.errors import SettingsError
from tabellion.settings import Settings, load_settings
from tabellion.wiring import Parts
from tabellion.witnessing import quorum_policy
from tests.tabellion.house import House

GOOD = """
[[authority]]
name = "Example"
operator = "Example S.A."
url = "https://tsa.example/tsr"
ca = "ca.pem"
policies = ["1.2.3.4", "1.2.3.5"]
time_class = "qualified"
max_accuracy_ms = 500
revocation = ["https://tsa.example/ca.crl", "lists/example.crl"]

[[authority]]
name = "Former"
url = "https://former.example/"
ca = "ca.pem"
policies = ["1.2.3.4"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TABELLION_{name.upper()}", raising=False)
    authority = LocalAuthority.create(ManualClock().now(), os.urandom)
    (tmp_path / "ca.pem").write_bytes(authority.ca_certificate.public_bytes(Encoding.PEM))
    (tmp_path / "authorities.toml").write_text(GOOD)
    return tmp_path


def parts(house: House, **settings: object) -> Parts:
    from dataclasses import replace

    return replace(house.parts, settings=load_settings(home=house.parts.settings.home, **settings))


@pytest.mark.parametrize(("policy", "wanted"), [(POLICY, "test"), ("1.2.3.4", "ordinary")])
def test_the_test_policy_is_of_a_test_authority_unless_somebody_says_otherwise(
    house: House, folder: Path, policy: str, wanted: str
) -> None:
    alone = parts(house, tsa_urls="https://tsa.example/", tsa_ca_file=folder / "ca.pem", tsa_policies=policy)
    assert make_authorities(alone)[0].trust.time_class == wanted
    file = folder / "authorities.toml"
    file.write_text(GOOD.replace("1.2.3.4", policy))
    assert [each.trust.time_class for each in read_authorities(file)] == ["qualified", wanted]


def test_a_described_authority(house: House, folder: Path) -> None:
    given = parts(house, tsa_file=folder / "authorities.toml", tsa_urls="https://tsa.example/tsr local")
    first, second = make_authorities(given)
    assert isinstance(first, HttpAuthority)
    assert isinstance(second, LocalTestAuthority)
    assert (first.trust.authority, first.operator) == ("Example", "Example S.A.")
    assert (first.trust.time_class, first.policy) == ("qualified", None)
    assert first.trust.policies == {"1.2.3.4", "1.2.3.5"}
    assert first.revocation is not None
    assert tuple(first.revocation.configured) == (
        "https://tsa.example/ca.crl",
        str(folder / "lists/example.crl"),
    )
    known = [each.authority for each in known_authorities(given)]
    assert known == ["Example", second.trust.authority, "Former"]


def test_one_without_a_description_is_pinned_by_two_settings(house: House, folder: Path) -> None:
    given = parts(
        house, tsa_urls="https://tsa.example/", tsa_ca_file=folder / "ca.pem", tsa_policies="1.2.3.4"
    )
    (only,) = make_authorities(given)
    assert (only.trust.authority, only.operator, only.policy) == ("tsa.example", "tsa.example", "1.2.3.4")


@pytest.mark.parametrize(
    "settings",
    [
        {"tsa_urls": ""},
        {"tsa_urls": "https://unknown.example/"},
        {"tsa_operators": 2},
        {"tsa_file": "absent.toml"},
        {"tsa_urls": "https://tsa.example/tsr", "private_networks": "10.0.0.0/99"},
    ],
)
def test_what_is_refused(house: House, folder: Path, settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError):
        known_authorities(parts(house, **({"tsa_file": folder / "authorities.toml"} | settings)))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("[[authority]]", "[authority"),
        ('name = "Example"', 'name = "Former"'),
        ('url = "https://tsa.example/tsr"', 'url = "https://former.example/"'),
        ("https://tsa.example/tsr", "ldap://tsa.example"),
        ("1.2.3.5", "policy"),
        ("qualified", "excellent"),
        ('ca = "ca.pem"', 'ca = "absent.pem"'),
        ('ca = "ca.pem"', 'ca = "authorities.toml"'),
        ('operator = "Example S.A."', 'unknown = "x"'),
        ("max_accuracy_ms = 500", "max_accuracy_ms = 0"),
    ],
)
def test_a_description_that_is_wrong(folder: Path, before: str, after: str) -> None:
    path = folder / "authorities.toml"
    assert before in GOOD
    path.write_text(GOOD.replace(before, after, 1))
    with pytest.raises(SettingsError) as refused:
        read_authorities(path)
    assert str(folder) in refused.value.message


@pytest.mark.parametrize("text", [None, "witness\n", "quorum w\n", "log x\nquorum none\n"])
def test_a_witness_policy_that_is_wrong(folder: Path, text: str | None) -> None:
    path = folder / "witnesses"
    if text is not None:
        path.write_text(text)
    with pytest.raises(SettingsError, match="TABELLION_WITNESS_POLICY_FILE"):
        quorum_policy(load_settings(witness_policy_file=path))
