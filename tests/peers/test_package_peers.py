"""EU DSS and openssl judge our packages with nothing but the authority's CA and the seal's certificate."""

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from signing.package import layout
from tests.peers.dss import judge, needs_dss
from tests.signing.package.sample import AUTHORITY, EXPORTED, SEAL, package_of, sample
from tests.signing.verifier.forging import altered, unpack

pytestmark = [pytest.mark.peers, pytest.mark.xdist_group("dss")]
needs_openssl = pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed")
ANCHORS = (AUTHORITY.ca_certificate, SEAL.certificate)
WHEN = EXPORTED.replace(year=2027).isoformat().replace("+00:00", "Z")


@needs_dss
@pytest.mark.parametrize("count", [1, 5])
def test_dss_finds_everything_intact(count: int, tmp_path: Path):
    path = tmp_path / "package.asice"
    path.write_bytes(package_of(sample(count).parts))
    opinion = judge(tmp_path, path, ANCHORS, at=WHEN)
    assert [line[1:] for line in opinion.of("record")] == [["PASSED", "-"]] * (count + 1)
    files = {line[0]: line[1:] for line in opinion.of("file")}
    names = ("evidence-manifest.json", "original.tif")
    expected = {f"{layout.folder(number)}/{name}" for number in range(1, count + 1) for name in names}
    assert set(files) == expected | {"log/stamp-1.checkpoint"}
    assert set(map(tuple, files.values())) == {("found", "intact")}
    assert opinion.of("signature") == [["TOTAL_PASSED", "-"]]
    kinds = [line[0] for line in opinion.of("timestamp")]
    assert kinds.count("SIGNATURE_TIMESTAMP") == 1
    assert {tuple(line[1:]) for line in opinion.of("timestamp")} == {("PASSED", "intact", "found")}


@needs_dss
def test_dss_refuses_as_well(tmp_path: Path):
    path = tmp_path / "package.asice"
    sealed = package_of(sample(1).parts)
    original = unpack(sealed)["documents/1/original.tif"]
    path.write_bytes(altered(sealed, {"documents/1/original.tif": original + b"x"}))
    opinion = judge(tmp_path, path, ANCHORS, at=WHEN)
    assert ["documents/1/original.tif", "found", "altered"] in opinion.of("file")
    assert opinion.of("record")[0][1] != "PASSED"
    path.write_bytes(sealed)
    assert judge(tmp_path, path, ANCHORS[:1], at=WHEN).of("signature")[0][0] != "TOTAL_PASSED"


def _commands(guide: str) -> list[str]:
    """The openssl commands of VERIFY.md, each on one line."""
    lines = guide.replace("\\\n", "").split("\n")
    return [line.strip() for line in lines if line.startswith("    openssl") and "FILE" not in line]


@needs_openssl
def test_openssl_as_the_guide_says(tmp_path: Path):
    with zipfile.ZipFile(_written(tmp_path)) as archive:
        archive.extractall(tmp_path)
    trust = tmp_path / "DIR"
    (trust / "tsa").mkdir(parents=True)
    (trust / "seal.pem").write_bytes(SEAL.certificate.public_bytes(Encoding.PEM))
    (trust / "tsa" / "one.pem").write_bytes(AUTHORITY.ca_certificate.public_bytes(Encoding.PEM))
    text = (tmp_path / layout.GUIDE).read_text()
    (copying,) = (line for line in text.split("\n") if line.startswith("    cp "))
    (tmp_path / "package").symlink_to(tmp_path)
    subprocess.run(["sh", "-ec", copying], cwd=tmp_path, timeout=60, check=True)
    commands = _commands(text)
    assert [command.split()[1] for command in commands] == ["cms", "ts"]
    moment = str(int(EXPORTED.timestamp()))
    for command in commands:
        done = _run(f"{command} -attime {moment}", tmp_path)
        assert done.returncode == 0, done.stderr
    manifest = tmp_path / layout.SEAL_MANIFEST
    manifest.write_bytes(manifest.read_bytes().replace(b"report.pdf", b"raport.pdf"))
    assert _run(f"{commands[0]} -attime {moment}", tmp_path).returncode != 0
    assert _run(commands[1].replace("-digest ", "-digest 00"), tmp_path).returncode != 0


def _written(folder: Path) -> Path:
    path = folder / "package.asice"
    path.write_bytes(package_of(sample(2).parts))
    return path


def _run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.split(), cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
