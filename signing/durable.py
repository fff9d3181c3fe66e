"""Writes a small secret file so that it is there whole, durable and private, or not at all."""

import os
import tempfile
from pathlib import Path

from signing.errors import KeyUnusable


def write_secret(path: Path, data: bytes) -> None:
    """Write a file of mode 0600, whole and durable; raises `KeyUnusable` where one of that name exists."""
    try:
        # mkstemp gives mode 0600 and a name that no other process has.
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
        temporary = Path(name)
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
