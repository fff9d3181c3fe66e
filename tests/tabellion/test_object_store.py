"""An archive whose vault is a bucket: by settings alone, from `init` to `rebuild`, attacked in between."""

import io
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from minio.error import S3Error
from sqlalchemy import select

from archive.catalogue.schema import objects
from archive.vault import Ref, VaultLocked
from archive.vault.s3 import Address, S3Vault, Store
from tabellion.base.clock import SystemClock
from tabellion.running.serving import make_service
from tabellion.wiring import Parts
from tests.tabellion.house import lived_in
from tests.tabellion.terminal import Terminal

pytestmark = pytest.mark.services


@pytest.fixture
def environment(bucket: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The settings that use a bucket which `init` makes."""
    passphrase = tmp_path / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("nobody guesses this")
    settings = {
        "TABELLION_VAULT_URL": f"s3://{bucket.bucket}-made?endpoint=http://{bucket.host}",
        "TABELLION_VAULT_ACCESS_KEY": bucket.access_key,
        "TABELLION_VAULT_SECRET_KEY": bucket.secret_key,
        "TABELLION_KEY_PASSPHRASE_FILE": str(passphrase),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


def originals(parts: Parts) -> list[Ref]:
    with parts.archive.catalogue.read() as connection:
        rows = connection.execute(select(objects).where(objects.c.key.like("deposits/%/original"))).all()
    return [Ref(row.key, row.version, row.digest, row.size) for row in rows]


def test_papers_live_in_a_bucket_and_outlive_attacks_and_the_catalogue(
    environment: dict[str, str], bucket: Address, tmp_path: Path
) -> None:
    client = Store(replace(bucket, bucket=f"{bucket.bucket}-made"), SystemClock()).client
    name = f"{bucket.bucket}-made"
    (tmp_path / "house").mkdir()
    with lived_in(tmp_path / "house") as house:
        run = partial(house.terminal.run, environment=environment)
        paper = house.paper("letter.pdf", ["Final demand about the quillwort"])
        (line,) = run("ingest", paper, "--wait", "--json").lines
        assert line["status"] == "searchable"
        run("stamp")
        assert make_service(house.parts).health()["vault"] is None
        vault = house.parts.vault
        assert isinstance(vault, S3Vault)
        (ref,) = originals(house.parts)
        assert vault.stat(ref).retain_until is not None, "locked before the receipt"
        with pytest.raises(VaultLocked):
            vault.delete(ref)
        with pytest.raises(S3Error, match="AccessDenied"):
            client.remove_object(name, ref.key, version_id=ref.version)
        client.put_object(name, ref.key, io.BytesIO(b"a forgery"), 9)
        client.remove_object(name, ref.key)
        assert run("verify", "--all", "--json").json["overall"] == "PASSED"

    home = tmp_path / "house" / "home"
    for path in home.glob("catalogue.db*"):
        path.unlink()
    shutil.rmtree(home / "index")
    summary = run("rebuild", "--json").json
    assert (summary["deposits"], summary["problems"]) == (1, [])
    assert run("search", "quillwort", "--json").json["total"] == 1
    assert run("verify", "--all", "--json").json["overall"] == "PASSED"


def test_nothing_is_made_where_there_is_no_bucket(environment: dict[str, str], tmp_path: Path) -> None:
    terminal = Terminal(tmp_path / "home")
    assert terminal.run("search", "x", code=2, environment=environment).err.startswith("NOT_INITIALISED")
    shown = terminal.run("config", environment=environment).out
    assert environment["TABELLION_VAULT_URL"] in shown
    assert environment["TABELLION_VAULT_SECRET_KEY"] not in shown
