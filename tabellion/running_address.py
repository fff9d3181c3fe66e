"""Where the service that runs on an archive is opened: it leaves its address in the home, and commands name it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tabellion.settings import Settings

FILE = "address.json"


@contextmanager
def left_address(home: Path, host: str, port: int) -> Iterator[str]:
    """Leave in the home where this process listens, for as long as it does; gives the address."""
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{port}"
    draft = home / f"{FILE}.{os.getpid()}"
    draft.write_text(json.dumps({"address": address, "process": os.getpid()}), encoding="utf-8")
    draft.replace(home / FILE)
    try:
        yield address
    finally:
        # Another service may have begun here in between: its address stays.
        if _left(home).get("process") == os.getpid():
            (home / FILE).unlink(missing_ok=True)


def address_of(settings: Settings) -> str:
    """Where people open the service: as it is set, else where it listens just now, else where it would."""
    if settings.url or settings.public_url:
        return settings.address
    left = _left(settings.home)
    address, process = left.get("address"), left.get("process")
    return address if isinstance(address, str) and _lives(process) else settings.address


def _left(home: Path) -> dict[str, object]:
    with suppress(OSError, ValueError):
        left = json.loads((home / FILE).read_bytes())
        return left if isinstance(left, dict) else {}
    return {}


def _lives(process: object) -> bool:
    """Whether the process that left it still runs here; one that was killed could not take it away."""
    if not isinstance(process, int) or process <= 0:
        return False
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True
