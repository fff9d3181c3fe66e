"""Fetches the revocation lists of an authority: from files and addresses that were configured, or from where its
certificates say."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from archive.outside import BadAnswer, NoAnswer, Outside, ok
from signing.revocation import distribution_points

LARGEST = 4 << 20
SECONDS = 30.0
"""For all lists of one token together; after that, it is kept with those that came."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RevocationLists:
    """`configured` are paths and addresses that the administrator has named, which `trusted` may fetch from anywhere.

    `strangers` fetches what certificates name: it should be one that is held to public addresses.
    """

    configured: Sequence[str]
    trusted: Outside
    strangers: Outside

    def lists(self, path: Sequence[x509.Certificate]) -> Sequence[bytes]:
        return tuple(self._all(path, time.monotonic() + SECONDS))

    def _all(self, path: Sequence[x509.Certificate], deadline: float) -> Iterator[bytes]:
        for source in self.configured:
            found = self._fetch(source, self.trusted) if _is_address(source) else _read(source)
            if found is not None:
                yield found
        for certificate in path[:-1]:
            for address in distribution_points(certificate):
                if time.monotonic() > deadline:
                    _log.warning("revocation lists took too long, the token is kept without some")
                    return
                found = self._fetch(address, self.strangers)
                if found is not None:
                    yield found
                    break

    @staticmethod
    def _fetch(address: str, outside: Outside) -> bytes | None:
        try:
            answer = outside.get(address, LARGEST)
        except (NoAnswer, BadAnswer) as error:
            _log.warning("a revocation list cannot be had", extra={"address": address, "why": str(error)})
            return None
        if not ok(answer):
            _log.warning(
                "a revocation list cannot be had", extra={"address": address, "status": answer.status}
            )
            return None
        return answer.body


def _is_address(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def _read(source: str) -> bytes | None:
    try:
        with Path(source).open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        _log.warning("a revocation list cannot be read", extra={"path": source, "why": error.strerror})
        return None
