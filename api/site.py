"""Under which address people reach the service: what passkeys and a provider of sign-ins are bound to."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request

from api.addresses import LOOPBACK
from api.request import service_of


@dataclass(frozen=True, slots=True)
class Site:
    """The service as browsers see it: `https://archive.example`, `archive.example`."""

    origin: str
    host: str

    @property
    def takes_passkeys(self) -> bool:
        """Whether browsers let passkeys be bound to it: to names, over TLS or on the machine itself, not to numbers."""
        named = not self.host.replace(".", "").isdigit() and ":" not in self.host
        return named and (self.origin.startswith("https://") or self.host == "localhost")


def site_of(request: Request) -> Site | None:
    """The address of the setting; without one, what the request says if that is this machine, else None.

    A Host header is anybody's word: nothing is bound to it but on loopback.
    """
    address = service_of(request).options.public_url
    if address is None and request.url.hostname in LOOPBACK:
        address = str(request.base_url)
    if address is None:
        return None
    parts = urlsplit(address)
    return Site(f"{parts.scheme}://{parts.netloc}", parts.hostname or "")


def origin_of(request: Request) -> str:
    """What addresses that leave the service begin with; empty, so that they are paths, where only the request says it.

    A list with links and a command to copy go to others, who must not be led to whatever a Host header said.
    """
    site = site_of(request)
    return "" if site is None else site.origin


def passkey_site(request: Request) -> Site | None:
    """The site, where passkeys can be bound to it."""
    site = site_of(request)
    return site if site is not None and site.takes_passkeys else None
