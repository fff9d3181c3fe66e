"""Digests of a container's file under any hash algorithm, without holding the file in memory."""

import hashlib

from signing.ers import Digest
from signing.ers.tree import DIGEST_SIZES
from signing.verifier.container import Container

_CHUNK = 1 << 20


def streamed_digest(container: Container, name: str) -> Digest:
    """The file as a data object of an evidence record: gives its digest under an algorithm, KeyError where unknown."""

    def digest(algorithm: str) -> bytes:
        match algorithm:
            case "sha256":
                return bytes.fromhex(container.digests(name).sha256)
            case "sha512":
                return bytes.fromhex(container.digests(name).sha512)
            case _ if algorithm in DIGEST_SIZES:
                running, reader = hashlib.new(algorithm), container.open(name)
                while data := reader.read(_CHUNK):
                    running.update(data)
                return running.digest()
            case _:
                raise KeyError(algorithm)

    return digest
