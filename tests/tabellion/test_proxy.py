"""The service behind nginx as docs/operations.md sets it up: TLS, who is believed, streaming, cookies, other hosts."""

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, select

from api.sessions import digest_of
from archive.catalogue.schema import signin_attempts
from tests.house.repository import ROOT
from tests.services.process import free_port
from tests.tabellion.processes import wait
from tests.tabellion.terminal import Terminal

HOST = "archive.example"
PROXY = "127.0.0.2"
"""nginx asks from this address, so that others on loopback are not the proxy."""

pytestmark = pytest.mark.skipif(shutil.which("nginx") is None, reason="nginx is not installed")


@dataclass(frozen=True)
class Site:
    """nginx and the api behind it."""

    home: Path
    plain: int
    tls: int
    api: int
    ca: Path

    def client(self) -> httpx.Client:
        """A browser that believes the certificate, and finds the host at nginx."""
        context = ssl.create_default_context(cafile=str(self.ca))
        transport = httpx.HTTPTransport(verify=context)
        return httpx.Client(
            transport=transport, base_url=f"https://127.0.0.1:{self.tls}", headers={"Host": HOST}
        )

    def ask(self, method: str, path: str, **options: object) -> httpx.Response:
        """One request over TLS."""
        with self.client() as client:
            return client.request(method, path, extensions={"sni_hostname": HOST}, **options)  # type: ignore[arg-type]

    def failed_from(self) -> set[str]:
        """Which of these addresses failed sign-ins were counted for."""
        engine = create_engine(f"sqlite:///{self.home}/catalogue.db")
        with engine.connect() as connection:
            subjects = set(connection.scalars(select(signin_attempts.c.subject)))
        engine.dispose()
        addresses = ("127.0.0.1", PROXY, "203.0.113.9", "203.0.113.10")
        return {address for address in addresses if digest_of(f"address:{address}") in subjects}


def configuration(folder: Path, plain: int, tls: int, api: int) -> str:
    """The block of the documentation, with ports and files of this test."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    found = re.search(r"```nginx\n(.*?)```", page, re.DOTALL)
    assert found
    block = found[1]
    for old, new in (
        ("listen 443", f"listen 127.0.0.1:{tls}"),
        ("listen 80", f"listen 127.0.0.1:{plain}"),
        ("/etc/ssl/private/archive.example.key", str(folder / "key.pem")),
        ("/etc/ssl/archive.example.pem", str(folder / "certificate.pem")),
        ("http://127.0.0.1:8000;", f"http://127.0.0.1:{api}; proxy_bind {PROXY};"),
    ):
        assert old in block
        block = block.replace(old, new)
    places = "".join(
        f"{name}_temp_path {folder}/{name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;"
        f"events {{}} http {{ access_log off; {places}\n{block} }}"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("proxy")
    folder.chmod(0o755)
    home = folder / "home"
    Terminal(home).run("init")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    plain, tls, api = free_port(), free_port(), free_port()
    (folder / "nginx.conf").write_text(configuration(folder, plain, tls, api))
    settings = {
        "TABELLION_HOME": str(home),
        "TABELLION_SECURE_COOKIES": "on",
        "TABELLION_PROXIES": PROXY,
        "TABELLION_HOSTS": HOST,
    }
    with (
        subprocess.Popen(
            [sys.executable, "-m", "tabellion", "serve", "--only", "api", "--port", str(api)],
            env=os.environ | settings,
            stderr=subprocess.DEVNULL,
        ) as service,
        subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder]) as nginx,
    ):
        made = Site(home, plain, tls, api, folder / "certificate.pem")
        try:
            wait(lambda: _answers(made), "an answer through nginx")
            yield made
        finally:
            nginx.terminate()
            service.kill()


def _answers(site: Site) -> bool:
    try:
        return site.ask("GET", "/healthz").status_code == 200
    except httpx.TransportError:
        return False


def test_pages_come_over_tls_and_browsers_are_told_to_stay_there(site: Site) -> None:
    answer = site.ask("GET", "/sign-in")
    assert answer.status_code == 200
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    plain = httpx.get(f"http://127.0.0.1:{site.plain}/sign-in?to=%2F", headers={"Host": HOST})
    assert (plain.status_code, plain.headers["location"]) == (308, f"https://{HOST}/sign-in?to=%2F")


def test_the_session_is_kept_to_tls(site: Site) -> None:
    shown = Terminal(site.home).run("users", "add", "somebody", "--role", "auditor").out
    password = re.search(r"password\s+(\S+)", shown)
    assert password
    data = {"name": "somebody", "password": password[1]}
    answer = site.ask("POST", "/sign-in", data=data)
    assert answer.status_code == 303, answer.text
    cookie = answer.headers["set-cookie"]
    assert {"secure", "httponly"} <= {part.strip().lower() for part in cookie.split(";")}
    assert "samesite=" in cookie.lower()


def test_only_the_proxy_is_believed_and_it_says_who_really_asks(site: Site) -> None:
    wrong = {"name": "nobody", "password": "wrong"}
    spoofed = {"X-Forwarded-For": "203.0.113.9"}
    assert site.ask("POST", "/sign-in", data=wrong, headers=spoofed).status_code == 403
    assert site.failed_from() == {"127.0.0.1"}
    # Past the proxy: the same header from an address that is none of the proxies.
    direct = httpx.post(
        f"http://127.0.0.1:{site.api}/sign-in",
        data=wrong,
        headers={"X-Forwarded-For": "203.0.113.10", "Host": HOST},
    )
    assert direct.status_code == 403
    assert site.failed_from() == {"127.0.0.1"}


def test_another_host_is_refused_by_nginx_and_by_the_service(site: Site) -> None:
    assert httpx.get(f"http://127.0.0.1:{site.plain}/", headers={"Host": "evil.example"}).status_code == 421
    context = ssl.create_default_context(cafile=str(site.ca))
    with pytest.raises(ssl.SSLError), socket.create_connection(("127.0.0.1", site.tls)) as raw:
        context.wrap_socket(raw, server_hostname="evil.example")
    direct = httpx.get(f"http://127.0.0.1:{site.api}/healthz", headers={"Host": "evil.example"})
    assert direct.status_code == 421
    assert direct.json()["code"] == "WRONG_HOST"
    assert httpx.get(f"http://127.0.0.1:{site.api}/healthz").status_code == 200


def test_an_upload_reaches_the_service_while_it_is_on_its_way(site: Site) -> None:
    head = (
        f"POST /api/v1/deposits?name=x.pdf HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/octet-stream\r\n"
        "Content-Length: 50000000\r\n\r\n"
    )
    context = ssl.create_default_context(cafile=str(site.ca))
    with (
        socket.create_connection(("127.0.0.1", site.tls), timeout=20) as raw,
        context.wrap_socket(raw, server_hostname=HOST) as tls,
    ):
        tls.sendall(head.encode() + b"%PDF-1.7 " + bytes(1000))
        # A proxy that kept the body back would wait for the other fifty megabytes before it asked anybody.
        assert tls.recv(200).startswith(b"HTTP/1.1 401")
