"""A small server before a local authority that behaves as a test wants: well, busy, refusing, slow, or wrong."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.serialization import Encoding

from archive.authorities.http import HttpAuthority
from archive.authorities.revocation import RevocationLists
from archive.outside import Outside
from signing.authority import LocalAuthority
from signing.cms import TimeStampResponse
from tabellion.base.clock import Clock
from tests.archive.building import seeded
from tests.http_server import QuietHandler, serving

REPLY = "application/timestamp-reply"


def status(name: str, *bits: str) -> bytes:
    """A TimeStampResp without a token."""
    info = {"status": name, "fail_info": set(bits)} if bits else {"status": name}
    return bytes(TimeStampResponse({"status": info}).dump())


@dataclass(slots=True)
class Front:
    """An authority behind HTTP. `answers` replaces its next answers, one each: status, kind and body."""

    authority: LocalAuthority
    clock: Clock
    url: str = ""
    with_list: bool = True
    list_there: bool = True
    slow: float = 0.0
    answers: list[Callable[[bytes], tuple[int, str, bytes]]] = field(default_factory=list)
    asked: int = 0

    def answer(self, request: bytes) -> tuple[int, str, bytes]:
        self.asked += 1
        time.sleep(self.slow)
        if self.answers:
            return self.answers.pop(0)(request)
        reply = self.authority.respond(request, self.clock.now(), self.asked, with_list=self.with_list)
        return 200, REPLY, reply

    def behaves(self, code: int = 200, body: bytes = b"", kind: str = REPLY, times: int = 1) -> None:
        """The next answers, so many times."""
        self.answers += [lambda _: (code, kind, body)] * times

    def client(self, operator: str, *, seconds: float = 5.0, public: bool = False) -> HttpAuthority:
        """The adapter for it, under a name of its own; lists are where its certificate says."""
        trust = replace(self.authority.trust, authority=f"authority of {operator}")
        lists = RevocationLists((), Outside(seconds), Outside(seconds, public=public))
        return HttpAuthority(self.url, trust, Outside(seconds), operator, None, lists)


@contextmanager
def front(clock: Clock, seed: int = 40, name: str = "Front") -> Iterator[Front]:
    """A front on a free port, until the block ends."""

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            self.send(*made.answer(self.body()))

        def do_GET(self) -> None:
            der = made.authority.revocation_list(clock.now()).public_bytes(Encoding.DER)
            self.send(200 if made.list_there else 404, "application/pkix-crl", der)

    with serving(Handler) as address:
        url = f"{address}/"
        authority = LocalAuthority.create(clock.now(), seeded(seed), name=name, list_address=f"{url}ca.crl")
        made = Front(authority, clock, url)
        yield made
