"""Over files, Redis and RabbitMQ alike: nudges arrive once and at once, few wait, and a broken broker hurts nobody."""

import json
import socket
import time
from pathlib import Path
from threading import Thread

import pytest
from kombu.exceptions import OperationalError

from ingest import queue
from ingest.queue import DRAIN, Nudge, build_app, try_nudge
from ingest.transports import MOST_WAITING
from tabellion.base.errors import SettingsError
from tests.ingest.transports.conftest import Broker


def test_a_nudge_arrives_without_content(broker: Broker) -> None:
    app = broker.app()
    Nudge(app)()
    broker.settle(app)
    with broker.app().connection() as connection:
        message = connection.channel().basic_get(broker.queue, no_ack=True)
        assert message.headers["task"] == DRAIN
        assert json.loads(message.body)[:2] == [[], {}]


def test_waiting_nudges_do_not_pile_up(broker: Broker) -> None:
    app = broker.app()
    nudge = Nudge(app)
    for _ in range(3 * MOST_WAITING):
        nudge()
    broker.settle(app)
    assert len(broker.take_all()) == MOST_WAITING


def test_consumers_never_take_the_same_message(broker: Broker) -> None:
    app = broker.app()
    nudge, taken, sent = Nudge(app), list[str](), 0
    for _ in range(10):
        for _ in range(5):
            nudge()
            sent += 1
        broker.settle(app)
        consumers = [Thread(target=lambda: taken.extend(broker.take_all())) for _ in range(2)]
        for consumer in consumers:
            consumer.start()
        for consumer in consumers:
            consumer.join()
    assert len(taken) == len(set(taken)) == sent


def test_a_broken_broker_does_not_fail_the_caller(broker: Broker) -> None:
    now, app = [100.0], broker.app()
    nudge = Nudge(app, monotonic=lambda: now[0])
    nudge()
    broker.settle(app)
    assert len(broker.take_all()) == 1
    broker.cut()
    started = time.monotonic()
    for _ in range(2):
        nudge()
        now[0] += queue.PAUSE_SECONDS + 1
    nudge()
    assert time.monotonic() - started < 5
    broker.mend()
    nudge()
    assert broker.take_all() == [], "it is left alone for a while"
    now[0] += queue.PAUSE_SECONDS + 1
    nudge()
    broker.settle(app)
    assert len(broker.take_all()) == 1


def test_it_shows_whether_a_broker_takes_nudges(broker: Broker) -> None:
    app = broker.app()
    try_nudge(app)
    broker.settle(app)
    assert len(broker.take_all()) == 1
    broker.cut()
    with pytest.raises((OSError, OperationalError)):
        try_nudge(app)
    broker.mend()
    try_nudge(app)


@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_is_silent_holds_up_nobody_for_long(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        nudge = Nudge(build_app(f"{scheme}://:x@127.0.0.1:{silent.getsockname()[1]}", tmp_path))
        started = time.monotonic()
        for _ in range(100):
            nudge()
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("url", ["sqs://key@", "redis", "/var/lib/broker", "http://broker.example"])
def test_other_brokers_are_refused_and_their_passwords_not_shown(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TABELLION_BROKER_URL") as refused:
        build_app(url, tmp_path)
    assert url not in refused.value.message
