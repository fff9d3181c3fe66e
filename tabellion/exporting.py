"""Fetches packages for the command line: made by the archive at hand, or ordered from a running service over REST."""

import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

import httpx

from archive.packages import Order, make_package, open_package
from tabellion.base.errors import BadRequest, Unavailable
from tabellion.doors import Refused, answer
from tabellion.helpers import helping
from tabellion.sealing import issuer_of
from tabellion.wiring import Parts, drawing

_PIECE = 1 << 20
_LOOK_SECONDS = 0.2
_MOST_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Exported:
    """A package that is in a file now."""

    package: str
    path: str
    size: int
    sha256: str
    checkpoint: int
    pending: bool


def export_local(parts: Parts, order: Order, output: Path, actor: str) -> Exported:
    """Write the package of an order into a file; it is made where it is not kept. Raises what `make_package` raises."""
    with helping(parts, workers=False):
        package = make_package(
            parts.archive, issuer_of(parts), order, actor, drawing=partial(drawing, parts.settings)
        )
        with open_package(parts.archive, package.id) as stream, _written(output) as file:
            size, digest = 0, hashlib.sha256()
            while piece := stream.read(_PIECE):
                size += file.write(piece)
                digest.update(piece)
    return Exported(package.id, str(output), size, digest.hexdigest(), package.checkpoint, package.pending)


def export_remote(client: httpx.Client, order: Order, output: Path) -> Exported:
    """The same over REST; raises `Refused` with the service's own words."""
    asked: dict[str, Any] = {
        "documents": [choice.to_json() for choice in order.choices],
        "language": order.language,
        "recipient": order.recipient,
    }
    if order.checkpoint is not None:
        asked["checkpoint"] = order.checkpoint
    package = answer(client.post("/api/v1/packages", json=asked))
    deadline = time.monotonic() + _MOST_SECONDS
    while package["state"] == "building":
        if time.monotonic() > deadline:
            raise Unavailable("the package is still being made", advice="Is a worker running? See /readyz.")
        time.sleep(_LOOK_SECONDS)
        package = answer(client.get(f"/api/v1/packages/{package['package']}"))
    if package["state"] != "ready":
        raise Refused(f"{package['reason_code'] or package['state']}: {package['reason'] or 'it was erased'}")
    with (
        client.stream("GET", f"/api/v1/packages/{package['package']}/content") as response,
        _written(output) as file,
    ):
        if not response.is_success:
            response.read()
            answer(response)
        size, digest = 0, hashlib.sha256()
        for piece in response.iter_bytes(_PIECE):
            size += file.write(piece)
            digest.update(piece)
        if digest.hexdigest() != package["sha256"]:
            raise Unavailable("what came is not what the service says", advice="Fetch it again.")
    return Exported(
        package["package"],
        str(output),
        size,
        digest.hexdigest(),
        package["checkpoint"],
        package["pending"],
    )


@contextmanager
def _written(output: Path) -> Iterator[BinaryIO]:
    """A file that has its name only once it is whole."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{output.name}.", dir=output.parent)
    except OSError as error:
        raise BadRequest(f"{output} cannot be written: {error.strerror}") from error
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        draft.chmod(0o644 & ~_mask())
        draft.replace(output)
    except OSError as error:
        raise BadRequest(f"{output} cannot be written: {error.strerror}") from error
    finally:
        draft.unlink(missing_ok=True)


def _mask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
