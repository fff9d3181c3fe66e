"""The hold and the retention of one version, in a small file beside it."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from archive.vault import durable
from archive.vault.errors import VaultAltered
from tabellion.base.clock import parse_rfc3339, rfc3339


@dataclass(frozen=True, slots=True)
class Lock:
    """Locked while `held`, and until the instant `until`."""

    held: bool = False
    until: datetime | None = None

    def why(self, now: datetime) -> str | None:
        """Why the version cannot be deleted now, or None where it can."""
        if self.held:
            return "is held"
        if self.until is not None and self.until > now:
            return f"is retained until {rfc3339(self.until)}"
        return None


def read_lock(path: Path) -> Lock:
    """The lock in a file; none where there is no file. Raises `VaultAltered` for a file that does not say."""
    try:
        value = json.loads(path.read_bytes())
        until = value["retain_until"]
        return Lock(value["held"], None if until is None else parse_rfc3339(until))
    except FileNotFoundError:
        return Lock()
    except (ValueError, KeyError, TypeError) as error:
        raise VaultAltered(f"the lock {path.name} cannot be read") from error


def write_lock(path: Path, lock: Lock) -> None:
    """Replace the lock in a file; durable after the folder's fsync."""
    until = None if lock.until is None else rfc3339(lock.until)
    durable.replace_file(path, json.dumps({"held": lock.held, "retain_until": until}).encode(), 0o440)
