"""Packages that an archive makes, judged by EU DSS and openssl: they trust the authority's CA and the seal alone."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from archive.archive import Archive
from archive.packages import make_package, open_package
from signing.package import layout
from tests.archive.building import ACTOR, Intake
from tests.archive.conftest import archive, clock, home, intake
from tests.archive.keeping import TestKeeper, local_authority
from tests.archive.packaging.making import issuer, order, read_pages, seal
from tests.peers.dss import judge, needs_dss

__all__ = ["archive", "clock", "home", "intake"]
pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("dss")]
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")


def package(archive: Archive, intake: Intake, count: int, folder: Path) -> Path:
    """A package of so many papers that were read and stamped."""
    keeper, batch = TestKeeper(archive), intake.batch("box")
    papers = [
        intake.deposit(batch, n, b"%%PDF-1.4 paper %d" % n, f"pismo {n}.pdf") for n in range(1, count + 1)
    ]
    for paper in papers:
        read_pages(archive, paper, ["a page", "another page"])
    keeper.run()
    keeper.stamp()
    done = make_package(archive, issuer(archive), order(*(paper.document for paper in papers)), ACTOR)
    path = folder / "package.asice"
    with open_package(archive, done.id) as stream:
        path.write_bytes(stream.read())
    return path


@needs_dss
@pytest.mark.parametrize("count", [1, 5])
def test_dss_finds_everything_intact(count: int, archive: Archive, intake: Intake, tmp_path: Path) -> None:
    path = package(archive, intake, count, tmp_path)
    when = archive.clock.now().replace(year=2027).isoformat().replace("+00:00", "Z")
    opinion = judge(tmp_path, path, (local_authority().ca_certificate, seal().certificate), at=when)
    assert [line[1:] for line in opinion.of("record")] == [["PASSED", "-"]] * (count + 1)
    expected = {
        f"{layout.folder(number)}/{name}"
        for number in range(1, count + 1)
        for name in ("evidence-manifest.json", "original.pdf")
    }
    files = {line[0]: tuple(line[1:]) for line in opinion.of("file")}
    assert files == dict.fromkeys(expected | {"log/stamp-1.checkpoint"}, ("found", "intact"))
    assert opinion.of("signature") == [["TOTAL_PASSED", "-"]]


@needs_openssl
def test_openssl_as_the_guide_says(archive: Archive, intake: Intake, tmp_path: Path) -> None:
    with zipfile.ZipFile(package(archive, intake, 2, tmp_path)) as found:
        found.extractall(tmp_path)
    (tmp_path / "seal.pem").write_bytes(seal().certificate.public_bytes(Encoding.PEM))
    (tmp_path / "ca.pem").write_bytes(local_authority().ca_certificate.public_bytes(Encoding.PEM))
    guide = (tmp_path / layout.GUIDE).read_text().replace("\\\n", "")
    commands = [
        line.strip() for line in guide.split("\n") if line.startswith("    openssl") and "FILE" not in line
    ]
    assert [command.split()[1] for command in commands] == ["cms", "ts"]
    for command in commands:
        done = subprocess.run(
            [*command.split(), "-attime", str(int(archive.clock.now().timestamp()))],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
