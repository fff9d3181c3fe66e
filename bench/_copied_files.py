"""Writes the files that a vault would have of copied papers: as large, as many, under names of their own."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench._turning import Turning

_VERSION = re.compile(r"(?<=@)[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a paper: its place in the vault, the identifier in that, its bytes and what is noted beside them."""

    place: str
    thing: str
    data: bytes
    notes: tuple[tuple[str, bytes], ...]


class CopiedFiles:
    """The files of the papers that came in through the doors, and those of copies."""

    def __init__(self, vault: Path, turning: Turning) -> None:
        self._vault = vault
        self._turning = turning
        self._files = list(self._of_papers())
        self._made: set[str] = set()

    def write(self, copies: range) -> int:
        """Write the files of these copies; gives how many."""
        for number in copies:
            self._made.clear()
            for file in self._files:
                self._write(file, number)
        return len(copies) * len(self._files)

    def remove(self) -> None:
        """Remove the files of all copies."""
        for folder in self._folders():
            for entry in os.scandir(folder):
                if entry.name not in self._turning.things:
                    shutil.rmtree(entry.path) if entry.is_dir() else Path(entry.path).unlink()

    def _write(self, file: _File, number: int) -> None:
        # Locks name the version of their object, and the note beside a file says which one it is: as their rows do.
        place = file.place.replace(file.thing, self._turning.moved(file.thing, number))
        place = _VERSION.sub(lambda found: self._digest(found.group(), number), f"{self._vault}/{place}")
        folder = place.rpartition("/")[0]
        if folder not in self._made:
            Path(folder).mkdir(parents=True, exist_ok=True)
            self._made.add(folder)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o440)
        try:
            os.write(descriptor, file.data)
            for name, value in file.notes:
                os.setxattr(descriptor, name, bytes.fromhex(self._digest(value.hex(), number)))
        finally:
            os.close(descriptor)

    def _digest(self, value: str, number: int) -> str:
        return self._turning.digest(value, number) or value

    def _folders(self) -> Iterator[Path]:
        for parent in (self._vault, self._vault / "keys"):
            yield from (
                parent / kind for kind in ("batches", "deposits", "documents") if (parent / kind).is_dir()
            )

    def _of_papers(self) -> Iterator[_File]:
        for folder in self._folders():
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                place = path.relative_to(self._vault)
                thing = next((part for part in place.parts if part in self._turning.things), None)
                if thing is not None:
                    notes = tuple((name, os.getxattr(path, name)) for name in os.listxattr(path))
                    yield _File(str(place), thing, path.read_bytes(), notes)
