"""`tabellion export` and `tabellion verify FILE`: what a court gets, and what a stranger finds in it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from signing.bundle import bundle
from tests.tabellion.house import House
from tests.tabellion.terminal import Terminal


@pytest.fixture(scope="module")
def stranger(house: House, tmp_path_factory: pytest.TempPathFactory) -> tuple[Terminal, Path]:
    """Somebody without an archive who got the public keys."""
    folder = tmp_path_factory.mktemp("stranger")
    house.terminal.run("keys", "export", "--public", folder / "trust")
    return Terminal(folder / "home"), folder / "trust"


@pytest.fixture(scope="module")
def package(house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package of a paper whose time is proven."""
    path = house.paper("Umowa pożyczki.pdf", ["Umowa pozyczki 12/2024"], ["Strona druga"])
    (line,) = house.terminal.run("ingest", path, "--batch", "court", "--wait", "--json").lines
    house.terminal.run("stamp")
    output = tmp_path_factory.mktemp("court") / "one.asice"
    house.terminal.run("export", line["document"], "--output", output)
    return output


def test_a_stranger_verifies_the_package(
    package: Path, stranger: tuple[Terminal, Path], tmp_path: Path
) -> None:
    terminal, trust = stranger
    report = terminal.run("verify", package, "--trust", trust, "--json").json
    assert report["headline"] == "PASSED under policy embedded: test authority, no legal value"
    assert {each["source"].rsplit("/", 2)[0] for each in report["trust"]} <= {str(trust), str(trust.parent)}
    court = terminal.run("verify", package, "--trust", trust, "--policy", "court", "--json", code=3).json
    assert court["overall"] == "INDETERMINATE"
    assert "TIME_TEST_AUTHORITY" in {finding["code"] for finding in court["findings"]}
    altered = tmp_path / "altered.asice"
    altered.write_bytes(package.read_bytes().replace(b"documents/1/original", b"documents/1/oryginal"))
    assert terminal.run("verify", altered, "--trust", trust, "--json", code=1).json["overall"] == "FAILED"


def test_the_single_file_says_the_same(
    package: Path, stranger: tuple[Terminal, Path], tmp_path: Path
) -> None:
    terminal, trust = stranger
    program = tmp_path / "verify.py"
    program.write_bytes(bundle())
    at = "2031-01-31T12:00:00Z"
    done = subprocess.run(
        [sys.executable, "-I", program, package, "--trust", trust, "--at", at, "--json"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = terminal.run("verify", package, "--trust", trust, "--at", at, "--json", code=None)
    assert json.loads(done.stdout) == ours.json
    assert done.returncode == ours.code == 0


def test_the_whole_log_proves_that_nothing_was_left_out(
    house: House, package: Path, stranger: tuple[Terminal, Path], tmp_path: Path
) -> None:
    terminal, trust = stranger
    log = house.parts.settings.vault_folder / "log"
    kept = tmp_path / "checkpoint"
    kept.write_bytes(house.parts.vault.read_pointer("log/checkpoint") or b"")
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / "checkpoint").write_bytes(kept.read_bytes())
    (folder / "tile").symlink_to(log / "tile")
    wanted = ("verify", package, "--trust", trust, "--log", folder, "--since", kept, "--json")
    assert terminal.run(*wanted).json["completeness"] == "PASSED"
    assert house.terminal.run("verify", "--all", "--since", kept, "--json", code=None).json["log"] == "PASSED"


def test_a_pending_package_says_so(house: House, stranger: tuple[Terminal, Path], tmp_path: Path) -> None:
    path = house.paper("pending.pdf", ["A paper whose time is not proven yet"])
    (line,) = house.terminal.run("ingest", path, "--batch", "pending", "--wait", "--json").lines
    output = tmp_path / "pending.asice"
    done = house.terminal.run("export", line["document"], "--output", output, "--json").json
    assert done["pending"] is True
    terminal, trust = stranger
    report = terminal.run("verify", output, "--trust", trust, "--json", code=3).json
    assert report["overall"] == "INDETERMINATE"
    assert "TIME_PENDING" in {finding["code"] for finding in report["findings"]}
    again = house.terminal.run("export", line["document"], "--output", tmp_path / "2.asice", "--json").json
    assert again["sha256"] == done["sha256"]
    house.terminal.run("stamp")
    proven = house.terminal.run("export", line["document"], "--output", tmp_path / "3.asice", "--json").json
    assert proven["pending"] is False
    terminal.run("verify", tmp_path / "3.asice", "--trust", trust)
    refused = house.terminal.run("export", line["document"], "--output", output, "--checkpoint", "1", code=1)
    assert refused.err.startswith("EXPORT_REFUSED")
