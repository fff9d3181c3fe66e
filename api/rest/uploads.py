"""Streams an upload from the network into `take_in`, which runs in a thread: one piece in memory at a time."""

import base64
import binascii
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from anyio import from_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from api.addresses import inside
from api.forms import Interrupted
from api.receiving import Handed
from tabellion.base.errors import BadRequest, TooLarge

_DIGEST = re.compile(r"(?P<algorithm>[a-z0-9-]+)=:(?P<value>[A-Za-z0-9+/=]*):")
_ALGORITHMS = {"sha-256": 32, "sha-512": 64}
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLACES = ("batch", "batch_name", "portfolio", "replaces")
LARGEST_SEQUENCE = 10_000_000


def upload_body(fields: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """What OpenAPI says of an upload: the bytes, or a form with these text fields and what is said of each.

    The fields stand before the file.
    """
    form = {
        "type": "object",
        "required": ["file"],
        "properties": {
            **{name: {"type": "string", **more} for name, more in fields.items()},
            "csrf_token": {"type": "string", "description": "The session's, for who comes by cookie."},
            "file": {"type": "string", "format": "binary", "description": "The last part of the form."},
        },
    }
    content = {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {"schema": form},
    }
    return {"requestBody": {"required": True, "content": content}}


DEPOSIT_BODY = upload_body(
    {
        "batch": {},
        "batch_name": {},
        "portfolio": {},
        "sequence": {"description": "The number in the batch."},
        "replaces": {},
        "sha256": {"description": "Hexadecimal; checked where given."},
        "to": {"description": "Address inside this service to go on to."},
    }
)
"""The form is the one that `from_form` reads."""


class BodyReader:
    """A readable over bytes that arrive, for a worker thread (`anyio.to_thread`)."""

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self._ended = False

    async def _next(self) -> bytes | None:
        return await anext(self._pieces, None)

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes; empty at the end. Raises Interrupted where the sender went away."""
        while not self._left and not self._ended:
            try:
                piece = from_thread.run(self._next)
            except ClientDisconnect as error:
                raise Interrupted("the upload broke off") from error
            self._left, self._ended = piece or b"", piece is None
        take = len(self._left) if size < 0 else size
        piece, self._left = self._left[:take], self._left[take:]
        return piece


def check_length(request: Request, limit: int) -> int | None:
    """The length that a body has by its own words, if it says any; refuses one too large before a byte is read."""
    declared = request.headers.get("content-length", "")
    length = int(declared) if declared.isdecimal() else None
    if length is not None and length > limit:
        raise TooLarge(f"{length} bytes are more than the {limit} that one file may have")
    return length


def from_form(handed: Handed, fields: Mapping[str, str], file_name: str) -> tuple[Handed, str | None]:
    """What is handed in with the fields of a form, and the page to go on to. Empty fields say nothing.

    Raises BadRequest for a field that cannot be understood.
    """
    given = {name: value.strip() for name, value in fields.items() if value.strip()}
    sequence, sha256 = given.get("sequence"), given.get("sha256")
    if sequence is not None and not (sequence.isdecimal() and 1 <= int(sequence) <= LARGEST_SEQUENCE):
        raise BadRequest("the sequence is a number from 1")
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise BadRequest("the digest is no SHA-256 in hexadecimal")
    more: dict[str, Any] = {name: given[name] for name in _PLACES if name in given}
    if sequence is not None:
        more["sequence"] = int(sequence)
    if sha256 is not None:
        more["sha256"] = sha256.lower()
    to = given.get("to")
    return replace(handed, name=handed.name or file_name, **more), None if to is None else inside(to)


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


def repr_digest(sha256: str, sha512: str | None = None) -> str:
    """The `Repr-Digest` header of bytes with those digests (hexadecimal)."""
    members = (("sha-256", sha256), ("sha-512", sha512))
    return ", ".join(
        f"{name}=:{base64.b64encode(bytes.fromhex(value)).decode()}:" for name, value in members if value
    )
