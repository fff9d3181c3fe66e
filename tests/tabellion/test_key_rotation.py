"""`tabellion keys rotate --use`: keys that sign are followed by others, and what they signed stays believed."""

import json
from pathlib import Path

import pytest

from signing.keys import parse_public_keys
from tabellion.base.clock import SystemClock
from tabellion.initialise import initialise
from tabellion.key_rotation import rotate_key
from tabellion.keychest import key_store, open_keys
from tabellion.rebuilding import ServiceRuns
from tabellion.settings import load_settings
from tabellion.wiring import opened
from tests.tabellion.devices import Token
from tests.tabellion.house import PASSWORD, lived_in
from tests.tabellion.terminal import Terminal

USES = ("log", "receipt", "seal", "authority")


def initialised(folder: Path) -> None:
    """An archive that nobody has used yet."""
    initialise(load_settings(home=folder / "home"), SystemClock(), "root", PASSWORD)


def test_what_old_keys_signed_stays_believed(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        first = house.paper("first.pdf", ["Before the keys were changed"])
        (before,) = house.terminal.run("ingest", first, "--batch", "box", "--wait", "--json").lines
        house.terminal.run("stamp")
        receipt = tmp_path / "first.receipt.json"
        receipt.write_text(
            json.dumps(before["receipt"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
        )
        with pytest.raises(ServiceRuns):
            rotate_key(house.parts, "log")
    terminal, trust = Terminal(tmp_path / "home"), tmp_path / "trust"
    for use in USES:
        assert "signs from now on" in terminal.run("keys", "rotate", "--use", use).out
    terminal.run("stamp")
    assert terminal.run("verify", "--all", "--json").json["overall"] == "PASSED"

    terminal.run("keys", "export", "--public", trust)
    published = parse_public_keys((trust / "keys.json").read_bytes())
    for use in ("log", "receipt", "seal"):
        new, old = sorted((key for key in published if key.use == use), key=lambda key: key.valid_from)[::-1]
        assert old.valid_until is not None and new.valid_until is None
        assert old.valid_until <= new.valid_from
    assert len((trust / "log.vkey").read_text().splitlines()) == 2
    assert (trust / "seal.pem").read_text().count("BEGIN CERTIFICATE") == 2
    assert (trust / "tsa" / "local.pem").read_text().count("BEGIN CERTIFICATE") == 2
    assert (
        terminal.run("verify", receipt, "--trust", trust, "--json", code=None).json["integrity"] == "PASSED"
    )


@pytest.mark.parametrize("step", ["follower", "follow"])
def test_an_interrupted_rotation_goes_on_with_the_same_key(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    initialised(tmp_path)
    settings = load_settings(home=tmp_path / "home")
    with opened(settings) as parts:
        kind = type(key_store(settings))
        real = getattr(kind, step)

        def killed(*given: object) -> None:
            real(*given)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
            patched.setattr(kind, step, killed)
            rotate_key(parts, "seal")
        begun = open_keys(settings).seal
        assert begun is not None
    with opened(settings) as parts:
        rotate_key(parts, "receipt")
        made = rotate_key(parts, "seal")
        chest = open_keys(settings)
        assert chest.seal is not None and chest.seal.signer.key_id == made
        assert len(chest.former_seals) == 1


def test_keys_move_into_a_device_and_sign_there(tmp_path: Path, softhsm: Token) -> None:
    initialised(tmp_path)
    terminal, environment = Terminal(tmp_path / "home"), softhsm.environment
    for use in USES:
        terminal.run("keys", "rotate", "--use", use, environment=environment)
    folder = tmp_path / "home" / "keys"
    assert not list(folder.glob("log*.pem")) and (folder / "log.p11").exists()
    assert not list((folder / "tsa").glob("*.key"))
    terminal.run("stamp", environment=environment)
    report = terminal.run("verify", "--all", "--json", environment=environment, code=None).json
    assert (report["log"], report["origin"], report["time"]) == ("PASSED", "PASSED", "PASSED")
    said = terminal.run("keys", "list", code=2)
    assert "TABELLION_PKCS11_MODULE" in said.err
    terminal.run("keys", "rotate", "--use", "log", environment=environment)
    assert len(terminal.run("keys", "list", "--json", environment=environment).json) >= 7
