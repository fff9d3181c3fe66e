"""Over TLS a broker must show a certificate of its name by the authority that the settings name."""

import shutil
import socket
import ssl
import subprocess
from pathlib import Path
from threading import Thread

import pytest

from ingest import queue
from ingest.queue import Nudge, build_app

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")


def certificate(folder: Path, name: str) -> Path:
    """A self-signed certificate for that name, with its key beside it."""
    path = folder / "certificate.pem"
    key = [
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        str(folder / "key.pem"),
    ]
    words = ["-x509", *key, "-subj", "/CN=broker", "-addext", f"subjectAltName={name}", "-out", str(path)]
    subprocess.run(["openssl", "req", *words], check=True, capture_output=True)
    return path


def handshakes(listener: socket.socket, folder: Path, seen: list[bool]) -> None:
    """Say of each connection whether the client accepted the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            return
        with plain:
            try:
                with context.wrap_socket(plain, server_side=True) as secured:
                    secured.recv(1)  # a client that refuses says so now (RFC 8446, section 6.2)
                    seen.append(True)
            except OSError:
                seen.append(False)


@pytest.mark.parametrize("scheme", ["rediss", "amqps"])
@pytest.mark.parametrize(
    ("name", "trusted", "accepted"),
    [("IP:127.0.0.1", True, True), ("IP:127.0.0.1", False, False), ("DNS:other.example", True, False)],
)
def test_only_the_right_certificate_is_accepted(
    scheme: str, name: str, *, trusted: bool, accepted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "CONNECT_SECONDS", 2.0)
    ca = certificate(tmp_path, name)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen: list[bool] = []
        answering = Thread(target=handshakes, args=(listener, tmp_path, seen), daemon=True)
        answering.start()
        query = f"?ca={ca}" if trusted else ""
        url = f"{scheme}://:secret@127.0.0.1:{listener.getsockname()[1]}/0{query}"
        Nudge(build_app(url, tmp_path / "broker"))()
        listener.shutdown(socket.SHUT_RDWR)
        answering.join(10)
    assert seen
    assert set(seen) == {accepted}
