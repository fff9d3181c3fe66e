"""A local RFC 3161 authority over HTTP, for tests, demos and closed networks; its word has no legal value."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.serialization import Encoding

from archive.vault.passphrase import make_passphrase_file, read_passphrase_file
from signing.authority import NAME, LocalAuthority
from tabellion.base.clock import Clock
from tabellion.base.ids import Randomness
from tabellion.servers.http import Reply, Route, SmallServer

ASK, ANSWER = "application/timestamp-query", "application/timestamp-reply"
LIST = "ca.crl"
_LARGEST = 64 << 10
_SERIAL_BYTES = 16


@dataclass(frozen=True, slots=True)
class TsaServer:
    """An authority with the folder that holds its keys."""

    authority: LocalAuthority
    clock: Clock
    randomness: Randomness

    @classmethod
    def open(
        cls, folder: Path, clock: Clock, randomness: Randomness, name: str | None, address: str | None
    ) -> Self:
        """The authority of a folder, which is made where it is new: CA and signer, keys encrypted, mode 0600.

        `name` is put into a new one's certificates, `address` (where clients reach it) as that of its revocation list.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret = folder / "passphrase"
        passphrase = (
            read_passphrase_file(secret) if secret.exists() else make_passphrase_file(secret, randomness)
        )
        # The CA's certificate is written last: without it, nobody was told of this authority yet.
        if not (folder / "ca.pem").exists():
            where = None if address is None else f"{address.rstrip('/')}/{LIST}"
            LocalAuthority.create(clock.now(), randomness, name=name or NAME, list_address=where).save(
                folder, passphrase
            )
        return cls(LocalAuthority.load(folder, passphrase), clock, randomness)

    def app(self) -> SmallServer:
        """The application: POST / with a query, GET /ca.pem and /ca.crl."""
        routes: Mapping[tuple[str, str], Route] = {
            ("POST", "/"): Route(self._stamp, accepts=ASK, largest=_LARGEST),
            ("GET", "/ca.pem"): Route(self._certificate),
            ("GET", f"/{LIST}"): Route(self._list),
        }
        return SmallServer(routes)

    def _stamp(self, request: bytes) -> Reply:
        # Random serial numbers need no counter that a backup could turn back (RFC 3161 section 2.4.2).
        serial = int.from_bytes(self.randomness(_SERIAL_BYTES), "big") | 1
        return Reply(200, ANSWER, self.authority.respond(request, self.clock.now(), serial))

    def _certificate(self, _: bytes) -> Reply:
        pem = self.authority.ca_certificate.public_bytes(Encoding.PEM)
        return Reply(200, "application/x-pem-file", pem)

    def _list(self, _: bytes) -> Reply:
        der = self.authority.revocation_list(self.clock.now()).public_bytes(Encoding.DER)
        return Reply(200, "application/pkix-crl", der)
