"""Files that are whole or absent: temporary files, fsync, linking without overwriting, locks between processes."""

import errno
import fcntl
import hashlib
import itertools
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.vault.port import Readable
from tabellion.base.errors import DiskFull

TEMPORARY_PREFIX = ".tmp-"
PIECE = 1 << 20
_SPACE_CHECK_EVERY = 16 << 20
_NOTE = "user.sha256"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_serial = itertools.count()


@dataclass(frozen=True, slots=True)
class Temporary:
    """A finished temporary file: durable, read-only, and not yet under its name."""

    path: Path
    digest: str
    size: int


@contextmanager
def full_disk_named() -> Iterator[None]:
    """Turn the ways in which a file system says that it is full into `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(f"no room in the vault: {os.strerror(error.errno or 0)}") from error
        raise


def check_space(descriptor: int, reserve: int) -> None:
    """Raise `DiskFull` where fewer than `reserve` bytes are free to ordinary users on the file's disk."""
    space = os.fstatvfs(descriptor)
    if space.f_bavail * space.f_frsize < reserve:
        raise DiskFull(f"fewer than {reserve} bytes are free in the vault")


def open_temporary(folder: Path) -> tuple[int, Path]:
    """A new temporary file in the folder: its descriptor, to be written and closed, and its path."""
    while True:
        path = folder / f"{TEMPORARY_PREFIX}{os.getpid()}-{next(_serial)}"
        with suppress(FileExistsError), full_disk_named():
            return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), path


def write_temporary(opened: tuple[int, Path], stream: Readable, now: datetime, reserve: int) -> Temporary:
    """Write the stream to a temporary file, digesting as it passes; nothing stays on an error.

    The writer keeps a lock on the file for as long as it writes, so that `sweep` can tell a slow writer from a dead
    one. Once written, the file carries `now` as the time of its last change.
    """
    descriptor, path = opened
    try:
        with full_disk_named(), os.fdopen(descriptor, "wb", buffering=0):
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            check_space(descriptor, reserve)
            digest, size = hashlib.sha256(), 0
            while piece := stream.read(PIECE):
                if size // _SPACE_CHECK_EVERY != (size + len(piece)) // _SPACE_CHECK_EVERY:
                    check_space(descriptor, reserve)
                _write_all(descriptor, piece)
                digest.update(piece)
                size += len(piece)
            note_digest(descriptor, digest.digest())
            os.utime(descriptor, (now.timestamp(), now.timestamp()))
            os.fchmod(descriptor, 0o440)
            os.fsync(descriptor)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Temporary(path, digest.hexdigest(), size)


def _write_all(descriptor: int, piece: bytes) -> None:
    view = memoryview(piece)
    while view:
        view = view[os.write(descriptor, view) :]


def link(temporary: Path, target: Path) -> bool:
    """Give the file its name unless something has it already; says whether it did. Never overwrites (link(2))."""
    try:
        os.link(temporary, target)
    except FileExistsError:
        return False
    return True


def replace_file(target: Path, content: bytes, mode: int) -> None:
    """Replace a small file by another, whole or not at all; durable after the folder's fsync."""
    with full_disk_named():
        descriptor, temporary = open_temporary(target.parent)
        try:
            with os.fdopen(descriptor, "wb", buffering=0) as file:
                _write_all(file.fileno(), content)
                os.fchmod(file.fileno(), mode)
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Only one holder at a time, between processes and threads; a holder that dies lets go."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def note_digest(descriptor: int, digest: bytes) -> None:
    """Note the digest beside the file's data, so that listing need not read it; without effect where none can be."""
    if hasattr(os, "setxattr"):
        with suppress(OSError):
            os.setxattr(descriptor, _NOTE, digest)


def noted_digest(path: Path) -> str | None:
    """The digest that was noted when the file was written, or None. A convenience, never a proof."""
    if not hasattr(os, "getxattr"):
        return None
    try:
        note = os.getxattr(path, _NOTE)
    except OSError as error:
        if error.errno == errno.ENOENT:
            raise
        return None
    return note.hex() if len(note) == hashlib.sha256().digest_size else None


def file_digest(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sweep(root: Path, before: float) -> int:
    """Remove temporary files last written before the instant (POSIX) that have no living writer; says how many."""
    count = 0
    for folder, _, names in os.walk(root):
        for name in names:
            if name.startswith(TEMPORARY_PREFIX) and _is_abandoned(Path(folder, name), before):
                Path(folder, name).unlink(missing_ok=True)
                count += 1
    return count


def _is_abandoned(path: Path, before: float) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_mtime >= before:
            return False
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
