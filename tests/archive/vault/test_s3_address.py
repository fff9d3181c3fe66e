"""What the settings of an object store may say."""

from pathlib import Path

import pytest

from archive.vault.s3 import Address, LockModes, parse_address, parse_modes
from tabellion.base.errors import SettingsError


def test_an_address_says_all_of_it() -> None:
    url = "s3://papers?endpoint=https://s3.example:8333&region=eu-south-1&ca=/etc/ssl/s3.pem"
    wanted = Address("papers", "s3.example:8333", True, "eu-south-1", "k", "s", Path("/etc/ssl/s3.pem"))
    assert parse_address(url, "k", "s") == wanted
    assert "'s'" not in repr(wanted)


def test_without_an_endpoint_it_is_the_one_that_gave_the_name() -> None:
    assert parse_address("s3://papers", "k", "s").host == "s3.amazonaws.com"


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://papers/folder",
        "s3://papers?endpoint=ftp://host",
        "s3://papers?endpoint=http://user:word@host",
        "s3://papers?endpoint=http://host/path",
        "s3://papers?endpoint=http://host:port",
        "s3://papers?endpint=http://host",
        "file:///papers",
    ],
)
def test_what_is_no_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="TABELLION_VAULT_URL") as raised:
        parse_address(url, "k", "s")
    assert "word" not in raised.value.message


@pytest.mark.parametrize(("access", "secret"), [("", "s"), ("k", "")])
def test_keys_are_needed(access: str, secret: str) -> None:
    with pytest.raises(SettingsError, match="needs keys"):
        parse_address("s3://papers", access, secret)


def test_modes_by_class() -> None:
    modes = parse_modes("compliance packages=governance")
    assert modes.of("deposits/x/original") == "COMPLIANCE"
    assert modes.of("packages/x/package.asice") == "GOVERNANCE"
    assert modes.used == ("COMPLIANCE", "GOVERNANCE")
    assert parse_modes("") == LockModes()


@pytest.mark.parametrize("text", ["none", "compliance keys=governance", "packages=", "=governance"])
def test_what_is_no_mode_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="TABELLION_VAULT_LOCK"):
        parse_modes(text)
