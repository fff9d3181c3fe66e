"""Streams an upload from the network into `receive`, which runs in a thread: one piece in memory at a time."""

import base64
import binascii
import re
from collections.abc import AsyncIterator

from anyio import from_thread
from fastapi import Request

from tabellion.base.errors import BadRequest, TooLarge

_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9-]+)=:(?P<value>[A-Za-z0-9+/=]*):")
_ALGORITHMS = {"sha-256": 32, "sha-512": 64}


class Interrupted(BadRequest):
    """The sender went away before the end; nothing was kept."""

    code = "UPLOAD_INTERRUPTED"
    advice = "Send it again."


class BodyReader:
    """A readable over a request's body, for a worker thread (`anyio.to_thread`)."""

    def __init__(self, request: Request) -> None:
        self._pieces: AsyncIterator[bytes] = request.stream()
        self._left = b""
        self._ended = False

    async def _next(self) -> bytes:
        return await anext(self._pieces)

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; empty at the end. Raises Interrupted where the sender went away."""
        while not self._left and not self._ended:
            try:
                self._left = from_thread.run(self._next)
            except StopAsyncIteration:
                self._ended = True
            except Exception as error:
                raise Interrupted("the upload broke off") from error
        take = len(self._left) if size < 0 else size
        piece, self._left = self._left[:take], self._left[take:]
        return piece


def check_length(request: Request, limit: int) -> None:
    """Refuse a body that says by itself that it is too large, before a byte of it is read."""
    declared = request.headers.get("content-length")
    if declared is not None and declared.isdigit() and int(declared) > limit:
        raise TooLarge(f"{declared} bytes are more than the {limit} that one file may have")


def announced_digests(header: str | None) -> tuple[str | None, str | None]:
    """SHA-256 and SHA-512 (hexadecimal) out of a `Repr-Digest` (RFC 9530); other algorithms are passed over.

    Raises BadRequest for a header that cannot be read: a digest that was sent is never silently ignored.
    """
    if header is None:
        return None, None
    found: dict[str, str] = {}
    for member in header.split(","):
        match = _DIGEST.fullmatch(member.strip())
        if match is None:
            raise BadRequest(
                "the header Repr-Digest cannot be read", advice="Send sha-256=:BASE64:, as RFC 9530 says."
            )
        length = _ALGORITHMS.get(match["algorithm"])
        if length is None:
            continue
        try:
            value = base64.b64decode(match["value"], validate=True)
        except binascii.Error as error:
            raise BadRequest("the digest in Repr-Digest is not base64") from error
        if len(value) != length:
            raise BadRequest(f"the digest in Repr-Digest is not one of {match['algorithm']}")
        found[match["algorithm"]] = value.hex()
    return found.get("sha-256"), found.get("sha-512")


def repr_digest(sha256: str, sha512: str) -> str:
    """The `Repr-Digest` header of bytes with those digests (hexadecimal)."""
    members = (("sha-256", sha256), ("sha-512", sha512))
    return ", ".join(f"{name}=:{base64.b64encode(bytes.fromhex(value)).decode()}:" for name, value in members)
