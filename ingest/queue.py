"""The broker that makes work prompt: Celery carries nudges without content, the catalogue holds the work.

A nudge that is lost, doubled or late costs a second at most, because workers also look by themselves; so no broker can
lose, double or mis-order work. Embedded, the messages are files in a folder; else Redis or RabbitMQ has them.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from ssl import CERT_REQUIRED
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from celery import Celery
from kombu.entity import Exchange, Queue

from ingest.transports import MOST_WAITING, files
from tabellion.base.errors import SettingsError

_log = logging.getLogger(__name__)

QUEUE = "nudges"
DRAIN = "tabellion.drain"
EXPIRES_SECONDS = 60.0
PAUSE_SECONDS = 5.0
CONNECT_SECONDS = 2.0
"""A broker that does not answer holds up whoever nudges for so long, once in `PAUSE_SECONDS`."""

KINDS = {"redis": "redis", "rediss": "redis", "amqp": "amqp", "amqps": "amqp"}


def build_app(broker_url: str | None, folder: Path, queue: str = QUEUE) -> Celery:
    """The Celery application of the nudges: on the broker of that URL, or on files in the folder.

    Raises SettingsError for a URL of another kind of broker.
    """
    app = Celery("tabellion", set_as_current=False)
    app.conf.update(
        task_queues=[
            # RabbitMQ holds to both; the other transports see to it themselves.
            Queue(  # type: ignore[no-untyped-call]
                queue,
                Exchange(queue, delivery_mode="transient"),  # type: ignore[no-untyped-call]
                queue,
                max_length=MOST_WAITING,
                message_ttl=EXPIRES_SECONDS,
            )
        ],
        task_default_queue=queue,
        task_default_exchange=queue,
        task_default_routing_key=queue,
        task_default_delivery_mode="transient",
        task_ignore_result=True,
        task_acks_late=False,  # a nudge that was begun has done what it can
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # the worker goes on without a broker, however long that is away
        broker_connection_timeout=CONNECT_SECONDS,
        broker_heartbeat=0,  # a reading may take longer than heartbeats allow; TCP notices what is gone
        accept_content=["json"],
        task_serializer="json",
    )
    app.conf.update(_files(folder) if broker_url is None else _server(broker_url))
    return app


def _files(folder: Path) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {
        "broker_url": "filesystem://",
        "broker_transport": f"{files.Transport.__module__}:{files.Transport.__qualname__}",
        "broker_transport_options": files.options(folder),
    }


def _server(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    kind = KINDS.get(parts.scheme)
    if kind is None or not parts.hostname:
        raise SettingsError(
            "TABELLION_BROKER_URL is not the address of a broker",
            advice=f"Begin it with one of {', '.join(f'{each}://' for each in KINDS)}.",
        )
    ca = dict(parse_qsl(parts.query)).get("ca")
    secure = None
    if kind == "redis":
        # Loaded only where it is used: it brings the client of Redis.
        from ingest.transports import redis  # noqa: PLC0415

        transport, options = (
            f"{redis.Transport.__module__}:{redis.Transport.__qualname__}",
            redis.options(CONNECT_SECONDS),
        )
        if parts.scheme == "rediss":
            secure = {"ssl_cert_reqs": CERT_REQUIRED, "ssl_check_hostname": True, "ssl_ca_certs": ca}
    else:
        transport, options = None, {"read_timeout": CONNECT_SECONDS, "write_timeout": CONNECT_SECONDS}
        if parts.scheme == "amqps":
            secure = {"cert_reqs": CERT_REQUIRED, "server_hostname": parts.hostname, "ca_certs": ca}
    return {
        "broker_url": parts._replace(query="").geturl(),
        "broker_transport": transport,
        # Whoever nudges does not wait for a broker that is away; workers try again without end all the same.
        "broker_transport_options": {"max_retries": 0, **options},
        "broker_use_ssl": secure,
    }


def try_nudge(app: Celery) -> None:
    """Send a nudge over a connection of its own; raises what stands in the way.

    Only so it shows whether the broker takes them: one that refuses still answers questions (a Redis without room).
    """
    with app.connection_for_write() as connection:
        app.send_task(DRAIN, connection=connection, retry=False, expires=EXPIRES_SECONDS, ignore_result=True)


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
