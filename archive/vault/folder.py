"""The vault in a folder: an object is a plain file under its own key, written beside its place and linked to it.

<key>                            a version (the first; where it was deleted, one that came later)
<key>@versions/<version>         further versions
<key>@<version>.lock             hold and retention of a version
<key>@pointer                    says that <key> is the pointer's present value, not an object
.tmp-<process>-<serial>          unfinished; swept when its writer is dead
.mutex                           (at the top) held while a lock or the pointer is changed, or something deleted
"""

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from archive.vault import durable
from archive.vault.errors import BadKey, PointerMoved, VaultAltered, VaultLocked, VaultMissing, VaultTaken
from archive.vault.locks import Lock, read_lock, write_lock
from archive.vault.port import Put, Readable, Ref, Stat, check_key, check_prefix
from archive.vault.streams import Window
from tabellion.base.clock import Clock

VERSION_LENGTH = 32
"""A version is named by the first 128 bits of its digest, so that a name never comes to mean other bytes."""

_VERSIONS, _POINTER, _LOCK = "@versions", "@pointer", ".lock"
_MUTEX = ".mutex"


class FolderVault:
    """Keeps objects in a folder of a local file system with hard links; see `archive.vault.port.Vault`.

    `reserve` bytes of the disk are never used: a put that would need them raises `DiskFull`.
    """

    def __init__(self, root: Path, clock: Clock, *, reserve: int = 64 << 20) -> None:
        self._root = root
        self._clock = clock
        self._reserve = reserve
        root.mkdir(mode=0o750, parents=True, exist_ok=True)

    def put(
        self, key: str, stream: Readable, retain_until: datetime | None = None, *, if_absent: bool = False
    ) -> Ref:
        return self.put_many([Put(key, stream, retain_until, if_absent)])[0]

    def put_many(self, puts: Sequence[Put]) -> list[Ref]:
        folders: dict[Path, None] = {}
        written: list[durable.Temporary] = []
        refs: list[Ref] = []
        try:
            for put in puts:
                written.append(self._write(put, folders))
            with durable.full_disk_named():
                for put, temporary in zip(puts, written, strict=True):
                    refs.append(self._place(put, temporary, folders))
                    if put.retain_until is not None:
                        self._extend(refs[-1], put.retain_until)
        finally:
            for temporary in written:
                temporary.path.unlink(missing_ok=True)
        for folder in folders:
            durable.fsync_folder(folder)
        return refs

    def get(self, ref: Ref, start: int = 0, length: int | None = None) -> BinaryIO:
        file = self._locate(ref).open("rb", buffering=0)
        size = os.fstat(file.fileno()).st_size
        if size != ref.size:
            file.close()
            raise VaultAltered(f"{ref.key} has {size} bytes in the vault and should have {ref.size}")
        if start == 0 and length is None:
            return io.BufferedReader(file)
        rest = max(size - start, 0)
        window = Window(file, start, rest if length is None else min(length, rest))
        return io.BufferedReader(window, durable.PIECE)

    def stat(self, ref: Ref) -> Stat:
        status = self._locate(ref).stat()
        lock = read_lock(self._lock_path(ref))
        stored_at = datetime.fromtimestamp(status.st_mtime, UTC)
        return Stat(status.st_size, stored_at, lock.until, lock.held)

    def versions(self, key: str) -> list[Ref]:
        path = self._path(key)
        if _beside(path, _POINTER).exists():
            return []
        found: dict[str, tuple[int, int, Ref]] = {}
        for candidate in (path, *_further(path)):
            with suppress(FileNotFoundError):
                if candidate.is_file():
                    digest = durable.noted_digest(candidate) or durable.file_digest(candidate)
                    status = candidate.stat()
                    ref = Ref(key, digest[:VERSION_LENGTH], digest, status.st_size)
                    found[ref.version] = (status.st_mtime_ns, status.st_ctime_ns, ref)
        return [ref for *_, ref in sorted(found.values())]

    def list(self, prefix: str = "") -> Iterator[Ref]:
        check_prefix(prefix)
        base = prefix.rpartition("/")[0]
        yield from self._walk(self._root / base, f"{base}/" if base else "", prefix)

    def hold(self, ref: Ref) -> None:
        self._set_held(ref, True)

    def release(self, ref: Ref) -> None:
        self._set_held(ref, False)

    def retain_until(self, ref: Ref, instant: datetime) -> None:
        self._extend(ref, instant)
        durable.fsync_folder(self._path(ref.key).parent)

    def delete(self, ref: Ref) -> None:
        path = self._path(ref.key)
        lock = self._lock_path(ref)
        with durable.exclusive(self._root / _MUTEX):
            if why := read_lock(lock).why(self._clock.now()):
                raise VaultLocked(f"{ref.key} {why}")
            self._locate(ref).unlink()
            lock.unlink(missing_ok=True)
            self._remove_empty(_beside(path, _VERSIONS), path.parent)

    def read_pointer(self, name: str) -> bytes | None:
        with suppress(FileNotFoundError):
            return self._path(name).read_bytes()
        return None

    def swap_pointer(self, name: str, expected: bytes | None, new: bytes) -> None:
        path = self._path(name)
        marker = _beside(path, _POINTER)
        with durable.exclusive(self._root / _MUTEX), durable.full_disk_named():
            folders: dict[Path, None] = {}
            self._make_folder(path.parent, folders)
            if path.exists() and not marker.exists():
                raise BadKey(f"{name} is an object, not a pointer")
            if self.read_pointer(name) != expected:
                raise PointerMoved(f"{name} does not say what was expected")
            marker.touch(0o440)
            durable.replace_file(path, new, 0o640)
            for folder in folders:
                durable.fsync_folder(folder)

    def sweep_temporary(self, older_than: timedelta) -> int:
        """Remove what killed writers left and says how many; at least a minute spares a put that is being linked."""
        return durable.sweep(self._root, (self._clock.now() - older_than).timestamp())

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    def _write(self, put: Put, folders: dict[Path, None]) -> durable.Temporary:
        folder = self._path(put.key).parent
        while True:
            self._make_folder(folder, folders)
            # A folder that becomes empty is removed, by others at this very moment too. Nothing was read yet.
            with suppress(FileNotFoundError):
                opened = durable.open_temporary(folder)
                break
        return durable.write_temporary(opened, put.stream, self._clock.now(), self._reserve)

    def _place(self, put: Put, temporary: durable.Temporary, folders: dict[Path, None]) -> Ref:
        """Link the file to its place: the plain path where that is free, else among the further versions."""
        ref = Ref(put.key, temporary.digest[:VERSION_LENGTH], temporary.digest, temporary.size)
        path = self._path(put.key)
        if _beside(path, _POINTER).exists():
            raise BadKey(f"{put.key} is a pointer, not an object")
        further = _further(path)
        if put.if_absent and further:
            raise VaultTaken(f"{put.key} is stored already")
        if any(p.name == ref.version for p in further):
            self._check_same(_beside(path, _VERSIONS) / ref.version, ref)
            return ref
        if durable.link(temporary.path, path):
            return ref
        if put.if_absent:
            raise VaultTaken(f"{put.key} is stored already")
        if path.is_dir():
            raise BadKey(f"{put.key} is the beginning of other keys")
        # The file is read again here, so that bytes which were altered in place are put back as a further version.
        if durable.file_digest(path) != ref.digest:
            place = _beside(path, _VERSIONS) / ref.version
            self._make_folder(place.parent, folders)
            if not durable.link(temporary.path, place):
                self._check_same(place, ref)
        return ref

    @staticmethod
    def _check_same(path: Path, ref: Ref) -> None:
        if durable.file_digest(path) != ref.digest:
            raise VaultAltered(f"{ref.key} was altered in the vault")

    def _locate(self, ref: Ref) -> Path:
        path = self._path(ref.key)
        further = _beside(path, _VERSIONS) / ref.version
        if further.is_file():
            return further
        with suppress(FileNotFoundError):
            # Notes are lost in copies without extended attributes. Then the size stands in (`get` compares it), and
            # what was put there in its stead is found by the digests of the codec and the manifest.
            noted = durable.noted_digest(path)
            if noted is None and path.is_file():
                return path
            if noted is not None and noted[:VERSION_LENGTH] == ref.version:
                return path
        raise VaultMissing(f"{ref.key} is not in the vault as it was stored (version {ref.version})")

    def _make_folder(self, folder: Path, folders: dict[Path, None]) -> None:
        """Make the folder where it is missing, and note it and the parents of what was made for an fsync."""
        try:
            missing = folder
            while missing != self._root and not missing.is_dir():
                folders[missing.parent] = None
                missing = missing.parent
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise BadKey("a part of the key is itself an object") from error
        folders[folder] = None

    def _remove_empty(self, *folders: Path) -> None:
        """Remove folders that have become empty, upwards, and make the rest durable."""
        for folder in folders:
            current = folder
            with suppress(OSError):
                while current != self._root:
                    current.rmdir()
                    current = current.parent
            if current.is_dir():
                durable.fsync_folder(current)

    def _lock_path(self, ref: Ref) -> Path:
        return _beside(self._path(ref.key), f"@{ref.version}{_LOCK}")

    def _set_held(self, ref: Ref, held: bool) -> None:
        path = self._lock_path(ref)
        with durable.exclusive(self._root / _MUTEX):
            self._locate(ref)
            write_lock(path, Lock(held, read_lock(path).until))
            durable.fsync_folder(path.parent)

    def _extend(self, ref: Ref, instant: datetime) -> None:
        path = self._lock_path(ref)
        with durable.exclusive(self._root / _MUTEX):
            self._locate(ref)
            lock = read_lock(path)
            if lock.until is not None and lock.until > instant:
                raise VaultLocked(f"{ref.key} {lock.why(self._clock.now())}, which cannot be shortened")
            if lock.until != instant:
                write_lock(path, Lock(lock.held, instant))

    def _walk(self, folder: Path, at: str, prefix: str) -> Iterator[Ref]:
        """All refs below a folder, in the order of keys (a folder sorts as its name with the slash)."""
        names: set[str] = set()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    # A folder of a million deposits is not put in order for the few that are asked for.
                    if not (at + entry.name).startswith(prefix) and not prefix.startswith(at + entry.name):
                        continue
                    if entry.name.endswith(_VERSIONS):
                        names.add(entry.name.removesuffix(_VERSIONS))
                    elif "@" not in entry.name and not entry.name.startswith("."):
                        names.add(f"{entry.name}/" if entry.is_dir(follow_symlinks=False) else entry.name)
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in sorted(names):
            key = at + name
            if name.endswith("/"):
                if key.startswith(prefix) or prefix.startswith(key):
                    yield from self._walk(folder / name, key, prefix)
            elif key.startswith(prefix):
                yield from self.versions(key)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _further(path: Path) -> list[Path]:
    try:
        return [p for p in _beside(path, _VERSIONS).iterdir() if not p.name.startswith(".")]
    except FileNotFoundError:
        return []
