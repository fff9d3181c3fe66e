"""`tabellion tsa`, asked by those who know nothing of us: openssl, curl, rfc3161-client."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import rfc3161_client
from cryptography import x509

from tabellion.base.clock import ManualClock
from tabellion.servers.tsa import TsaServer
from tests.tabellion.servers.running import Running, running

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tsa") / "tsa"


@pytest.fixture(scope="module")
def tsa(folder: Path) -> Iterator[Running]:
    address = "http://tsa.example/"
    with running("tsa", "--directory", folder, "--name", "Small", "--address", address, lines=3) as made:
        yield made


def run(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_it_says_what_a_verifier_needs(tsa: Running, folder: Path) -> None:
    assert tsa.said[1] == f"CA: {folder / 'ca.pem'}"
    assert "no legal value" in tsa.said[2]
    certificate = x509.load_pem_x509_certificate((folder / "tsa.pem").read_bytes())
    points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name[0].value == "http://tsa.example/ca.crl"
    assert "Small" in certificate.subject.rfc4514_string()
    for name in ("passphrase", "ca.key", "tsa.key"):
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


@pytest.mark.parametrize("digest", ["-sha256", "-sha512"])
def test_openssl_and_curl(tsa: Running, folder: Path, tmp_path: Path, digest: str) -> None:
    paper, query, reply = (tmp_path / name for name in ("paper", "paper.tsq", "paper.tsr"))
    paper.write_bytes(b"a paper")
    run("openssl", "ts", "-query", "-data", paper, digest, "-cert", "-out", query)
    run(
        "curl",
        "-sS",
        "-f",
        "-H",
        f"Content-Type: {QUERY}",
        "--data-binary",
        f"@{query}",
        "-o",
        reply,
        tsa.address,
    )
    said = run("openssl", "ts", "-verify", "-queryfile", query, "-in", reply, "-CAfile", folder / "ca.pem")
    assert "OK" in said
    paper.write_bytes(b"another paper")
    failed = subprocess.run(
        ["openssl", "ts", "-verify", "-data", paper, "-in", reply, "-CAfile", folder / "ca.pem"],
        check=False,
        capture_output=True,
    )
    assert failed.returncode != 0


def test_rfc3161_client(tsa: Running, folder: Path) -> None:
    message = b"a paper"
    request = rfc3161_client.TimestampRequestBuilder().data(message).nonce(nonce=True).build()
    answer = httpx.post(tsa.address, content=request.as_bytes(), headers={"Content-Type": QUERY})
    assert answer.headers["Content-Type"] == REPLY
    root = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    verifier = rfc3161_client.VerifierBuilder().from_request(request).add_root_certificate(root).build()
    response = rfc3161_client.decode_timestamp_response(answer.content)
    assert verifier.verify_message(response, message)
    assert response.tst_info.message_imprint.message == hashlib.sha512(message).digest()


def test_its_ca_and_list_are_there(tsa: Running, folder: Path) -> None:
    pem = httpx.get(f"{tsa.address}ca.pem").content
    assert pem == (folder / "ca.pem").read_bytes()
    crl = x509.load_der_x509_crl(httpx.get(f"{tsa.address}ca.crl").content)
    assert crl.is_signature_valid(x509.load_pem_x509_certificate(pem).public_key())


@pytest.mark.parametrize(
    ("method", "path", "kind", "body", "status"),
    [
        ("POST", "", "text/plain", b"x", 415),
        ("POST", "", QUERY, b"0" * (65 << 10), 413),
        ("GET", "", QUERY, b"", 405),
        ("POST", "elsewhere", QUERY, b"x", 404),
        ("POST", "", QUERY, b"\x30\x80\x00", 200),
    ],
)
def test_what_it_does_not_take(
    tsa: Running, method: str, path: str, kind: str, body: bytes, status: int
) -> None:
    answer = httpx.request(method, f"{tsa.address}{path}", content=body, headers={"Content-Type": kind})
    assert answer.status_code == status
    if status == 200:
        assert b"\x02\x01\x02" in answer.content  # PKIStatus: rejection


def test_a_folder_keeps_its_authority(tmp_path: Path) -> None:
    clock = ManualClock()
    first = TsaServer.open(tmp_path / "tsa", clock, os.urandom, None, None)
    again = TsaServer.open(tmp_path / "tsa", clock, os.urandom, "another name", None)
    assert first.authority.ca_certificate == again.authority.ca_certificate
