"""Writes a small secret file so that it is there whole, durable and private, or not at all."""

import os
from pathlib import Path

from signing.errors import KeyUnusable


def write_secret(path: Path, data: bytes) -> None:
    """Write a file of mode 0600 atomically and durably; raises `KeyUnusable` where one of that name exists."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            # A link, unlike a rename, fails where the name is taken: a key is never overwritten.
            os.link(temporary, path)
        finally:
            temporary.unlink()
        _sync_folder(path.parent)
    except OSError as error:
        raise KeyUnusable(f"the key file {path.name} cannot be written: {error.strerror}") from error


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
