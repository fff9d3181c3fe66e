"""The broker that makes work prompt: Celery carries nudges without content, the catalogue holds the work.

A nudge that is lost, doubled or late costs a second at most, because workers also look by themselves; so no broker can
lose, double or mis-order work. Embedded, the messages are files in a folder.
"""

import json
import logging
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty
from threading import Lock
from typing import Any

from celery import Celery
from kombu.transport import filesystem

_log = logging.getLogger(__name__)

QUEUE = "nudges"
DRAIN = "tabellion.drain"
POLLING_SECONDS = 0.1
LONGEST_WAIT = 0.2
MOST_WAITING = 8
"""Messages that may wait in the folder: one that waits is as good as a new one, its taker looks after it took."""

EXPIRES_SECONDS = 60.0
PAUSE_SECONDS = 5.0
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
                return json.loads(taken.read_text())
            finally:
                taken.unlink()
        raise Empty

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        """Nothing to write down: every message goes to the queue of its routing key."""

    def get_table(self, exchange: str) -> list[Any]:
        return [filesystem.exchange_queue_t(QUEUE, "", QUEUE)]


class Transport(filesystem.Transport):
    """Kombu's filesystem transport over `Channel`.

    Celery looks whether it is to end only between waits, which take two seconds: here they are short.
    """

    Channel = Channel

    # Kombu's base class of all transports does not name its arguments, and is not typed.
    def drain_events(self, connection: Any, timeout: float | None = None) -> None:  # type: ignore[override]
        waited = min(timeout or LONGEST_WAIT, LONGEST_WAIT)
        super().drain_events(connection, waited)  # type: ignore[no-untyped-call]


def _messages(folder: Path, queue: str) -> list[Path]:
    """The whole messages of a queue, oldest first."""
    return sorted(path for path in folder.iterdir() if path.name.partition(".")[2] == f"{queue}.msg")


def build_app(broker_url: str | None, folder: Path) -> Celery:
    """The Celery application of the nudges: on the broker of that URL, or on files in the folder."""
    app = Celery("tabellion", set_as_current=False)
    app.conf.update(
        task_default_queue=QUEUE,
        task_default_exchange=QUEUE,
        task_default_routing_key=QUEUE,
        task_ignore_result=True,
        task_acks_late=False,  # a nudge that was begun has done what it can
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=2.0,
        accept_content=["json"],
        task_serializer="json",
    )
    if broker_url is not None:
        app.conf.broker_url = broker_url
        return app
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    app.conf.update(
        broker_url="filesystem://",
        broker_transport=f"{Transport.__module__}:{Transport.__qualname__}",
        broker_transport_options={
            "data_folder_in": str(folder),
            "data_folder_out": str(folder),
            "polling_interval": POLLING_SECONDS,
        },
    )
    return app


class Nudge:
    """Tells some worker to look for work. Never fails its caller: what a nudge would bring comes by itself, later.

    After a failure the broker is left alone for a few seconds, so that receiving does not wait for it every time.
    """

    def __init__(self, app: Celery, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._monotonic = monotonic
        self._not_before = 0.0
        self._lock = Lock()

    def __call__(self) -> None:
        with self._lock:
            if self._monotonic() < self._not_before:
                return
        try:
            self._app.send_task(DRAIN, retry=False, expires=EXPIRES_SECONDS, ignore_result=True)
        except Exception:
            _log.warning("the broker does not take nudges; workers look by themselves", exc_info=True)
            with self._lock:
                self._not_before = self._monotonic() + PAUSE_SECONDS


def sweep_broker(folder: Path, older_than_seconds: float) -> int:
    """Remove halves of messages that killed processes left in the broker's folder; says how many."""
    count = 0
    before = time.time() - older_than_seconds
    for path in folder.glob(".*") if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            if path.suffix in _TRANSIENT and path.stat().st_mtime < before:
                path.unlink()
                count += 1
    return count
