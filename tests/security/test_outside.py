"""No address that somebody else wrote leads into our network: webhooks, providers of sign-ins, lists of certificates.

What names resolve to is looked at, and what was looked at is connected to; every spelling of an inner address is one.
"""

import ast
import ssl
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import httpcore
import pytest

from archive import outside_http
from archive.outside import BadAnswer, NoAnswer, Outside
from tests.house.repository import ROOT

INNER = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),  # noqa: S104
    *("100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::", "::1", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1", "::ffff:a9fe:a9fe"),
    *(
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::a00:1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
    ),
    "2001:0:7f00:1:0:0:f5ff:fffe",
)
OUTER = ("93.184.215.14", "2606:4700::1111", "64:ff9b::5db8:d70e", "2002:5db8:d70e::1")


class Resolver:
    """Names that lead where a test says, and connections that are noted instead of made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked = 0
        self.connected: list[str] = []
        monkeypatch.setattr(outside_http, "getaddrinfo", self._lookup)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", self._connect)

    def _lookup(self, host: str, port: int, **_: Any) -> list[Any]:
        found = self._answers[min(self.asked, len(self._answers) - 1)]
        self.asked += 1
        return [(10 if ":" in each else 2, 1, 6, "", (each, port)) for each in found]

    def _connect(self, address: str, *_: Any, **__: Any) -> Any:
        self.connected.append(address)
        raise httpcore.ConnectError("nobody is there")


@pytest.mark.parametrize("address", INNER)
def test_no_inner_address_is_asked_however_it_is_spelt(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    resolver = Resolver(monkeypatch, [address])
    with pytest.raises(BadAnswer, match="not of the internet at large"):
        Outside(1, public=True).get("https://crm.example/hook", 10)
    assert resolver.connected == []


@pytest.mark.parametrize("address", OUTER)
def test_an_outer_address_is(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """The control of the test above."""
    resolver = Resolver(monkeypatch, [address])
    with pytest.raises(NoAnswer):
        Outside(1, public=True).get("https://crm.example/hook", 10)
    assert resolver.connected == [address]


def test_one_inner_address_among_outer_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    resolver = Resolver(monkeypatch, [OUTER[0], "10.0.0.1"])
    with pytest.raises(BadAnswer):
        Outside(1, public=True).get("https://crm.example/hook", 10)
    assert resolver.connected == []


def test_a_name_that_leads_elsewhere_the_second_time_has_no_second_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolver = Resolver(monkeypatch, [OUTER[0]], ["127.0.0.1"])
    with pytest.raises(NoAnswer):
        Outside(1, public=True).get("https://rebinding.example/hook", 10)
    assert (resolver.asked, resolver.connected) == (1, [OUTER[0]])


def test_a_network_that_is_allowed_is_no_way_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = Outside(1, public=True, networks=(ip_network("10.1.0.0/16"),))
    resolver = Resolver(monkeypatch, ["10.1.2.3"])
    with pytest.raises(NoAnswer):
        allowed.get("https://crm.example/hook", 10)
    assert resolver.connected == ["10.1.2.3"]
    for address in ("10.2.0.1", "127.0.0.1", "::ffff:10.2.0.1"):
        Resolver(monkeypatch, [address])
        with pytest.raises(BadAnswer):
            allowed.get("https://crm.example/hook", 10)


def test_the_name_in_the_certificate_is_that_of_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection goes to a number; what the server must show is the name all the same."""
    seen: list[str | None] = []

    class Stream(httpcore.NetworkStream):
        def start_tls(
            self,
            ssl_context: ssl.SSLContext,
            server_hostname: str | None = None,
            timeout: float | None = None,
        ) -> httpcore.NetworkStream:
            assert ssl_context.check_hostname and ssl_context.verify_mode == ssl.CERT_REQUIRED
            seen.append(server_hostname)
            raise httpcore.ConnectError("enough")

        def close(self) -> None:
            pass

    Resolver(monkeypatch, [OUTER[0]])
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", lambda *_, **__: Stream())
    with pytest.raises(NoAnswer):
        Outside(1, public=True).get("https://crm.example/hook", 10)
    assert seen == ["crm.example"]


def test_inner_addresses_of_the_list_are_inner() -> None:
    for address in INNER:
        assert ip_address(address)
        assert not any(ip_address(address) == ip_address(outer) for outer in OUTER)


def test_nothing_else_in_the_product_asks_servers_by_itself() -> None:
    """Requests to servers that somebody else names go through the one guard; the rest have addresses of settings."""
    allowed = {
        "archive/outside_http.py": "the guard itself",
        "tabellion/auditing.py": "the command line, to TABELLION_URL or an address that its user typed",
        "tabellion/doors.py": "the command line, to TABELLION_URL",
        "tabellion/verifying.py": "the command line, to TABELLION_URL",
        "tabellion/exporting.py": "the command line, to TABELLION_URL",
        "tabellion/dossier.py": "the command line, to TABELLION_URL",
        "tabellion/made_papers.py": "the command line, to TABELLION_URL",
        "tabellion/commands/verify.py": "the command line, to an address that its user typed",
        "tabellion/waiting_client.py": "the command line, to TABELLION_URL",
        "archive/vault/s3/store.py": "the object store of the settings",
        "archive/vault/s3/stream.py": "the object store of the settings",
    }
    found = set()
    for room in ("api", "archive", "ingest", "ocr", "search", "signing", "tabellion"):
        for path in (ROOT / room).rglob("*.py"):
            if any(name in CLIENTS for name in imported(path)):
                found.add(str(path.relative_to(ROOT)))
    assert found <= set(allowed), f"asks servers past the guard: {found - set(allowed)}"


def imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, and the packages that they are in."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


CLIENTS = {"httpx", "httpcore", "requests", "urllib3", "aiohttp", "urllib.request", "http.client"}
