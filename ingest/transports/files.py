"""Nudges as files in a folder: the broker of the embedded mode."""

import json
import logging
import time
import uuid
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem

from ingest.transports import MOST_WAITING, is_message

_log = logging.getLogger(__name__)

POLLING_SECONDS = 0.1
LONGEST_WAIT = 0.2
_TRANSIENT = (".tmp", ".taken")


class Channel(filesystem.Channel):
    """Kombu's filesystem channel with messages that are whole or absent, each taken by one consumer.

    Kombu creates a message's file before it writes it, so that two consumers meet halves; and it moves what it takes to
    the system's temporary folder, which on another file system copies. Its control folder is not needed for one queue.
    """

    # Kombu's own base classes disagree on the name of the second argument.
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        folder = Path(self.data_folder_out)
        if len(_messages(folder, queue)) >= MOST_WAITING:
            return
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}"
        temporary = folder / f".{name}.tmp"
        try:
            temporary.write_bytes(json.dumps(payload).encode())
            temporary.replace(folder / f"{name}.{queue}.msg")
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for path in _messages(Path(self.data_folder_in), queue):
            taken = path.with_name(f".{path.name}.{uuid.uuid4()}.taken")
            try:
                path.rename(taken)
            except FileNotFoundError:
                continue  # another consumer was faster
            try:
                payload = json.loads(taken.read_bytes())
            except ValueError:
                payload = None
            finally:
                taken.unlink()
            if is_message(payload):
                return payload
            _log.warning("a message that is none was thrown away", extra={"queue": queue})
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Nothing to write down: every message goes to the queue of its routing key."""

    def get_table(self, exchange: str) -> list[Any]:
        return [filesystem.exchange_queue_t(exchange, "", exchange)]


class Transport(filesystem.Transport):
    """Kombu's filesystem transport over `Channel`.

    Celery looks whether it is to end only between waits, which take two seconds: here they are short.
    """

    Channel = Channel

    # Kombu's base class of all transports does not name its arguments, and is not typed.
    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        waited = min(timeout or LONGEST_WAIT, LONGEST_WAIT)
        super().drain_events(connection, waited)  # type: ignore[no-untyped-call]


def options(folder: Path) -> dict[str, Any]:
    """What the transport must be told of the folder."""
    return {
        "data_folder_in": str(folder),
        "data_folder_out": str(folder),
        "polling_interval": POLLING_SECONDS,
    }


def sweep(folder: Path, older_than_seconds: float) -> int:
    """Remove halves of messages that killed processes left in the folder; says how many."""
    count = 0
    before = time.time() - older_than_seconds
    for path in folder.glob(".*") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.suffix in _TRANSIENT and path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count


def _messages(folder: Path, queue: str) -> list[Path]:
    """The whole messages of a queue, oldest first."""
    return sorted(path for path in folder.iterdir() if path.name.partition(".")[2] == f"{queue}.msg")
