"""A broker of each kind with a queue of its own, which can be cut off and mended."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from celery import Celery

from ingest.queue import build_app
from tests.search.servers import Wire
from tests.services.fixtures import broker_url


@dataclass(frozen=True)
class Broker:
    """A broker as a process sees it; `url` is None for files in the folder. `put` puts bytes past our own code."""

    url: str | None
    folder: Path
    queue: str
    cut: Callable[[], None]
    mend: Callable[[], None]

    def app(self) -> Celery:
        """The application of a process."""
        return build_app(self.url, self.folder, self.queue)

    def settle(self, app: Celery) -> None:
        """Wait until the queue has what the application sent.

        RabbitMQ says nothing to a message that it gets (AMQP 0-9-1 has no answer to basic.publish), so a taker on
        another connection may come before it; a question on the sender's own channel is answered after it.
        """
        with app.producer_or_acquire() as producer:
            producer.channel.queue_declare(self.queue, passive=True)

    def take_all(self) -> list[str]:
        """Take what waits; the ids of the messages."""
        taken = []
        with self.app().connection() as connection:
            channel = connection.channel()
            while (message := channel.basic_get(self.queue, no_ack=True)) is not None:
                taken.append(message.headers["id"])
        return taken

    def waiting(self) -> int:
        """How many messages wait that nobody has taken."""
        if self.url is None:
            return len(list(self.folder.glob(f"*.{self.queue}.msg")))
        with self.app().connection() as connection:
            if self.url.startswith("redis"):
                return int(connection.channel().client.llen(self.queue))
            declared = connection.channel().queue_declare(self.queue, passive=True)
            return int(declared.message_count)

    def put(self, raw: bytes) -> None:
        """Put bytes into the queue as somebody might who is not us."""
        with self.app().connection() as connection:
            if self.url is None:
                (self.folder / f"00000000000000000000_x.{self.queue}.msg").write_bytes(raw)
            elif self.url.startswith("redis"):
                connection.channel().client.lpush(self.queue, raw)
            else:
                with connection.Producer() as producer:
                    producer.publish(
                        raw, exchange=self.queue, routing_key=self.queue, content_type="text/plain"
                    )


def move(source: Path, target: Path) -> None:
    """Rename a folder."""
    source.rename(target)


@pytest.fixture(params=["files", "redis", "rabbitmq"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Broker]:
    """Each broker in turn; a server is reached over a wire that can be cut."""
    queue = f"test-{secrets.token_hex(6)}"
    if request.param == "files":
        folder, gone = tmp_path / "broker", tmp_path / "gone"
        yield Broker(None, folder, queue, partial(move, folder, gone), partial(move, gone, folder))
        return
    server = urlsplit(broker_url(request.param))
    wire = Wire(server.hostname or "", server.port or 0)
    netloc = f"{server.username or ''}:{server.password}@127.0.0.1:{wire.port}"
    broker = Broker(server._replace(netloc=netloc).geturl(), tmp_path / "broker", queue, wire.cut, wire.mend)
    yield broker
    wire.cut()
    wire.mend()
    with broker.app().connection() as connection:
        connection.channel().queue_delete(queue)
    wire.cut()
