"""What a run built and a later one may use again: beside each part lies a note of what it holds."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was built: its figures, and the day and hour where a former run built it."""

    figures: Mapping[str, Any]
    earlier: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """The parts in a folder; with `again` none of a former run is used."""

    folder: Path
    again: bool = False

    def part(
        self,
        name: str,
        holds: Mapping[str, Any],
        build: Callable[[], Mapping[str, Any]],
        clear: Callable[[], object],
    ) -> Part:
        """The part that holds just this, built where there is none; `clear` removes what is left of another.

        The note is written last, so that what a run was killed at is built again.
        """
        note = self.folder / f"{name}.json"
        noted = json.loads(note.read_bytes()) if note.exists() and not self.again else {}
        if noted.get("holds") == dict(holds):
            return Part(noted["figures"], noted["built"])
        note.unlink(missing_ok=True)
        clear()
        figures = build()
        built = datetime.now(UTC).isoformat(timespec="minutes")
        note.write_text(
            json.dumps({"holds": dict(holds), "built": built, "figures": dict(figures)}, indent=1)
        )
        return Part(figures)
