"""The folder of the index: generations side by side, and a pointer to the one that answers, swapped at a stroke.

current                {"format": 1, "generation": 3}
generation-3/          a tantivy index
"""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from search.errors import IndexOutdated
from search.terms import FORMAT

NO_INDEX: Final = "there is no index of this archive"


@dataclass(frozen=True, slots=True)
class Generations:
    """The generations under a folder."""

    folder: Path

    @property
    def pointer(self) -> Path:
        """The file that names the generation in force."""
        return self.folder / "current"

    def path(self, number: int) -> Path:
        """Where a generation lies."""
        return self.folder / f"generation-{number}"

    def current(self) -> int | None:
        """The generation in force; none before the first. Raises IndexOutdated for one of another format."""
        pointed = self._pointed()
        if pointed is None:
            return None
        written, number = pointed
        if written != FORMAT:
            raise IndexOutdated(f"the index has format {written}, this version writes {FORMAT}")
        return number

    def current_of_any_format(self) -> int | None:
        """The generation in force, even if only a rebuild can replace it."""
        pointed = self._pointed()
        return None if pointed is None else pointed[1]

    def _pointed(self) -> tuple[int, int] | None:
        try:
            value = json.loads(self.pointer.read_bytes())
        except FileNotFoundError:
            return None
        return int(value["format"]), int(value["generation"])

    def numbers(self) -> list[int]:
        """All generations that lie there, finished or not."""
        names = (path.name.removeprefix("generation-") for path in self.folder.glob("generation-*"))
        return sorted(int(name) for name in names if name.isdigit())

    def begin(self) -> int:
        """A new, empty folder for the next generation."""
        self.folder.mkdir(parents=True, exist_ok=True)
        number = max(self.numbers(), default=0) + 1
        self.path(number).mkdir()
        return number

    def promote(self, number: int) -> None:
        """Let a finished generation answer from now on; durable when this returns."""
        temporary = self.folder / f".current-{number}"
        with temporary.open("wb") as file:
            file.write(json.dumps({"format": FORMAT, "generation": number}).encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self.pointer)
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove_before(self, number: int) -> None:
        """Remove older generations; readers that still hold one keep it open until their next question."""
        for old in self.numbers():
            if old < number:
                self.remove(old)

    def remove(self, number: int) -> None:
        """Remove one generation."""
        shutil.rmtree(self.path(number), ignore_errors=True)
