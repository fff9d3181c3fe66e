"""The demo's accounts: one for each role, their passwords in a file of the home, so that they can be shown again."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

FILE = "demo-accounts.json"
ROLES = ("operator", "collector", "legal", "auditor", "administrator")


@dataclass(frozen=True, slots=True)
class Demo:
    """Passwords by role, which is also the account's name; and whether everything else was loaded."""

    passwords: Mapping[str, str]
    complete: bool = False

    def finished(self) -> "Demo":
        """The same, with everything loaded."""
        return replace(self, complete=True)


def read_demo(home: Path) -> Demo | None:
    """What an earlier call made in this home; None: nothing."""
    try:
        return Demo(**json.loads((home / FILE).read_bytes()))
    except FileNotFoundError:
        return None


def write_demo(home: Path, demo: Demo) -> None:
    """Keep the passwords, for the owner of the home only; whole or not at all."""
    draft = home / f"{FILE}.new"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        json.dump(asdict(demo), stream)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(home / FILE)
