"""Sends one HTTP request for `archive.outside`, on httpcore with a network of ours beneath it."""

import ssl
import time
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import IPPROTO_TCP, gaierror, getaddrinfo
from typing import Any
from urllib.parse import urlsplit

import httpcore

from archive.outside import Answer, BadAnswer, Network, NoAnswer

_GATEWAYS = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"), IPv6Network("::/96"))


def send(
    method: str,
    url: str,
    body: bytes | None,
    headers: dict[str, str],
    largest: int,
    seconds: float,
    networks: Sequence[Network] | None,
    context: ssl.SSLContext | None,
) -> Answer:
    """One request and its answer. With `networks`, private addresses outside of these are refused.

    Raises `NoAnswer` and `BadAnswer`.
    """
    try:
        parts = urlsplit(url)
        _ = parts.port  # looked at here, because httpcore would raise its ValueError
    except ValueError as error:
        raise BadAnswer(f"{url[:200]} is no address") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadAnswer(f"{url[:200]} is no address of http or https")
    if parts.scheme == "https" and context is None:
        context = ssl.create_default_context()
    backend = _Backend(time.monotonic() + seconds, networks)
    timeout = dict.fromkeys(("connect", "read", "write", "pool"), seconds)
    sent = [("User-Agent", "tabellion"), ("Connection", "close"), *headers.items()]
    try:
        with (
            httpcore.ConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream(
                method, url, headers=list(sent), content=body, extensions={"timeout": timeout}
            ) as response,
        ):
            data = b""
            for piece in response.iter_stream():
                data += piece
                if len(data) > largest:
                    raise BadAnswer(f"the answer has more than {largest} bytes")
            return Answer(response.status, _kind(response.headers), data)
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError) as error:
        raise NoAnswer(f"{type(error).__name__}: {error}"[:200]) from error
    except (httpcore.LocalProtocolError, httpcore.UnsupportedProtocol, UnicodeError) as error:
        raise BadAnswer(f"the address cannot be asked: {error}"[:200]) from error


def _kind(headers: Sequence[tuple[bytes, bytes]]) -> str:
    value = next((value for name, value in headers if name.lower() == b"content-type"), b"")
    return value.decode("latin-1").partition(";")[0].strip().lower()


class _Backend(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, so that a name cannot lead elsewhere the second time."""

    def __init__(self, deadline: float, networks: Sequence[Network] | None) -> None:
        self._deadline = deadline
        self._networks = networks
        self._real = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            found = getaddrinfo(host, port, proto=IPPROTO_TCP)
        except (gaierror, UnicodeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if self._networks is not None:
            for address in addresses:
                _require_public(host, address, self._networks)
        refused: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses:
            try:
                stream = self._real.connect_tcp(
                    address, port, _left(self._deadline), local_address, socket_options
                )
                return _Bounded(stream, self._deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                refused = error
        raise refused


def _require_public(host: str, address: str, networks: Sequence[Network]) -> None:
    for found in _meant(ip_address(address.partition("%")[0])):
        if (found.is_global and not found.is_multicast) or any(found in each for each in networks):
            continue
        raise BadAnswer(f"{host} has the address {address}, which is not of the internet at large")


def _meant(address: IPv4Address | IPv6Address) -> Sequence[IPv4Address | IPv6Address]:
    """The addresses that a packet to this one may reach: where an IPv6 address stands for one of IPv4, that as well.

    Mapped (RFC 4291 section 2.5.5.2) it is that one alone; 6to4 (RFC 3056), Teredo (RFC 4380), NAT64 (RFC 6052, 8215)
    and compatible addresses (RFC 4291 section 2.5.5.1) lead to it through a gateway.
    """
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    through = [address.sixtofour, *(address.teredo or ())]
    if any(address in prefix for prefix in _GATEWAYS):
        through.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return (address, *(each for each in through if each is not None))


class _Bounded(httpcore.NetworkStream):
    """A stream whose waits end together at one deadline."""

    def __init__(self, real: httpcore.NetworkStream, deadline: float) -> None:
        self._real = real
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._real.read(max_bytes, _left(self._deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._real.write(buffer, _left(self._deadline))

    def close(self) -> None:
        self._real.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        secured = self._real.start_tls(ssl_context, server_hostname, _left(self._deadline))
        return _Bounded(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._real.get_extra_info(info)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole request is over")
    return left
