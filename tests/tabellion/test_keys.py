"""`tabellion keys`: backed up, lost, restored, rotated."""

import hashlib
import shutil
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import log_outbox
from archive.erase import erase
from tabellion.settings import load_settings
from tabellion.wiring import opened
from tests.tabellion.house import lived_in
from tests.tabellion.terminal import Terminal


@pytest.fixture
def passphrase(tmp_path: Path) -> Path:
    path = tmp_path / "passphrase"
    path.write_text("correct horse battery staple\n")
    return path


def test_keys_come_back_from_a_backup_but_not_those_of_what_was_erased(
    tmp_path: Path, passphrase: Path
) -> None:
    with lived_in(tmp_path) as house:
        paths = [house.paper(f"{name}.pdf", [f"The paper {name}"]) for name in ("kept", "erased")]
        kept, erased = house.terminal.run("ingest", *paths, "--batch", "box", "--wait", "--json").lines
    terminal, backup = Terminal(tmp_path / "home"), tmp_path / "keys.backup"
    with_passphrase = ("--passphrase-file", passphrase)
    assert "keys in" in terminal.run("keys", "backup", backup, *with_passphrase).out
    with opened(load_settings(home=tmp_path / "home")) as parts:
        erase(parts.archive, erased["deposit"], SYSTEM_ACTOR, "retention-ended")
    vault = tmp_path / "home" / "vault"
    shutil.rmtree(vault / "keys")
    assert terminal.run("show", kept["document"], "--json").json["state"] == "searchable"
    assert terminal.run("verify", kept["document"], code=1)

    terminal.run("keys", "restore", backup, *with_passphrase)
    assert terminal.run("verify", kept["document"], "--json", code=3).json["integrity"] == "PASSED"
    with opened(load_settings(home=tmp_path / "home")) as parts:
        assert parts.keyring is not None
        owners = set(parts.keyring.owners())
    assert f"deposits/{kept['deposit']}" in owners
    assert f"deposits/{erased['deposit']}" not in owners
    assert not [
        owner for owner in owners if erased["document"] in owner and owner.endswith(("record-1", "record-2"))
    ]
    other = passphrase.with_name("other")
    other.write_text("another passphrase\n")
    terminal.run("keys", "restore", backup, "--check", "--passphrase-file", other, code=2)


def test_a_lost_home_with_its_catalogue_comes_back_keys_first(tmp_path: Path, passphrase: Path) -> None:
    with lived_in(tmp_path) as house:
        house.terminal.run("ingest", house.paper("one.pdf", ["About the quillwort"]), "--wait")
    terminal, sealed = Terminal(tmp_path / "home"), ("--passphrase-file", passphrase)
    terminal.run("keys", "backup", tmp_path / "keys.backup", *sealed)
    terminal.run("backup", tmp_path / "b", *sealed)
    anew, own = tmp_path / "anew", passphrase.with_name("own")
    own.write_text("words of the new machine\n")
    own.chmod(0o600)
    anew.mkdir()
    (tmp_path / "home" / "vault").rename(anew / "vault")
    elsewhere, settings = Terminal(anew), {"TABELLION_KEY_PASSPHRASE_FILE": str(own)}
    said = elsewhere.run("keys", "restore", tmp_path / "keys.backup", *sealed, environment=settings).err
    assert "Keys that sign are back." in said
    assert "Keys of objects were not looked at: the database is empty." in said
    rehearsed = elsewhere.run("restore", "--check", tmp_path / "b", *sealed, environment=settings).out
    assert "nothing was changed" in rehearsed
    done = elsewhere.run("restore", tmp_path / "b", *sealed, environment=settings)
    assert "Nothing that the catalogue names is missing" in done.out
    assert elsewhere.run("search", "quillwort", "--json", environment=settings).json["total"] == 1
    assert (
        "brought back"
        in elsewhere.run("keys", "restore", tmp_path / "keys.backup", *sealed, environment=settings).out
    )


def test_without_encryption_the_keys_that_sign_come_back(
    tmp_path: Path, passphrase: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TABELLION_VAULT_ENCRYPTION", "off")
    terminal, backup = Terminal(tmp_path / "home"), tmp_path / "keys.backup"
    with_passphrase = ("--passphrase-file", passphrase)
    terminal.run("init")
    before = terminal.run("keys", "list", "--json").json
    said = terminal.run("keys", "backup", backup, *with_passphrase).out
    assert said.startswith("0 keys in ") and "keys that sign" in said
    assert "0 keys, made" in terminal.run("keys", "restore", backup, "--check", *with_passphrase).out
    keys = tmp_path / "home" / "keys"
    (keys / "passphrase").rename(tmp_path / "kept")
    shutil.rmtree(keys)
    keys.mkdir(mode=0o700)
    (tmp_path / "kept").rename(keys / "passphrase")
    terminal.run("keys", "restore", backup, *with_passphrase)
    assert terminal.run("keys", "list", "--json").json == before


def test_the_archive_key_is_rotated_and_everything_still_opens(tmp_path: Path) -> None:
    with lived_in(tmp_path) as house:
        path = house.paper("rotated.pdf", ["A paper under a new key"])
        (line,) = house.terminal.run("ingest", path, "--batch", "box", "--wait", "--json").lines
        before = house.terminal.run("keys", "list", "--json").json
        house.terminal.run("keys", "rotate")
        after = house.terminal.run("keys", "list", "--json").json
        report = house.terminal.run("verify", line["document"], "--json", code=None).json
    assert report["integrity"] == "PASSED"
    fresh = {key["key"] for key in after} - {key["key"] for key in before}
    assert len(fresh) == 1


def test_the_keys_that_sign_come_back_too_under_the_passphrase_of_now(
    tmp_path: Path, passphrase: Path
) -> None:
    terminal, keys, backup = Terminal(tmp_path / "home"), tmp_path / "home" / "keys", tmp_path / "keys.backup"
    terminal.run("init")
    terminal.run("keys", "export", "--public", tmp_path / "before")
    terminal.run("keys", "backup", backup, "--passphrase-file", passphrase)
    shutil.rmtree(keys)
    keys.mkdir(mode=0o700)
    (keys / "passphrase").touch(mode=0o600)
    (keys / "passphrase").write_text("quite another one\n")
    said = terminal.run("keys", "restore", backup, "--passphrase-file", passphrase).err
    assert "Keys that sign are back." in said
    assert all(path.stat().st_mode & 0o077 == 0 for path in keys.rglob("*"))
    terminal.run("keys", "export", "--public", tmp_path / "after")
    for name in ("keys.json", "log.vkey", "seal.pem", "tsa/local.pem"):
        assert (tmp_path / "after" / name).read_bytes() == (tmp_path / "before" / name).read_bytes()


def test_an_archive_without_a_seal_gets_one_and_the_log_says_so(tmp_path: Path) -> None:
    terminal, keys = Terminal(tmp_path / "home"), tmp_path / "home" / "keys"
    terminal.run("init")
    for name in ("seal.pem", "seal-certificate.pem"):
        (keys / name).unlink()
    for _ in range(2):
        terminal.run("keys", "export", "--public", tmp_path / "trust")
    seal = x509.load_pem_x509_certificate((tmp_path / "trust" / "seal.pem").read_bytes())
    public = seal.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    with opened(load_settings(home=tmp_path / "home")) as parts, parts.archive.catalogue.read() as connection:
        told = list(connection.scalars(select(log_outbox.c.subject).where(log_outbox.c.type == "key")))
    assert told.count(hashlib.sha256(public).hexdigest()) == 1
