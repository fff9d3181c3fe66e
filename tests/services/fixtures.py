"""Gives tests real servers; tests/conftest.py has the fixtures.

`script/test` starts the servers and names in TABELLION_TEST_REQUIRE those that must be there. A test that lacks
its server is skipped with the reason, or, where the server is required, fails: a gate must not pass by skipping.
"""

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import NoReturn

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from archive.vault.s3 import Address, Store, prepare
from archive.vault.s3 import parse_address as parse_bucket
from search.opensearch import Connection, connect, parse_address
from tabellion.base.clock import SystemClock

POSTGRESQL = "TABELLION_TEST_POSTGRESQL_URL"
OPENSEARCH = {"opensearch": "TABELLION_TEST_OPENSEARCH_URL", "opensearch2": "TABELLION_TEST_OPENSEARCH2_URL"}
BROKERS = {"redis": "TABELLION_TEST_REDIS_URL", "rabbitmq": "TABELLION_TEST_RABBITMQ_URL"}
S3 = "TABELLION_TEST_VAULT_URL"
S3_KEYS = ("TABELLION_TEST_VAULT_ACCESS_KEY", "TABELLION_TEST_VAULT_SECRET_KEY")
REQUIRED = "TABELLION_TEST_REQUIRE"


def absent(name: str, reason: str) -> NoReturn:
    """Skip the test, or fail it where the server `name` is required."""
    if name in os.environ.get(REQUIRED, "").split():
        pytest.fail(f"{name} is required here: {reason}")
    pytest.skip(reason)


@contextmanager
def new_database(template: str = "template1") -> Iterator[str]:
    """The URL of a new PostgreSQL database, a copy of `template`, dropped at the end."""
    server = os.environ.get(POSTGRESQL)
    if not server:
        absent("postgresql", f"{POSTGRESQL} is not set; script/test starts a PostgreSQL and sets it")
    name = f"test_{secrets.token_hex(8)}"
    engine = create_engine(make_url(server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


def new_buckets(count: int) -> list[Address]:
    """Addresses of new buckets with Object Lock, made together; they stay until the server ends, since locks do.

    The first object of a bucket takes the server a fifth of a second, so one is written and deleted.
    """
    url = os.environ.get(S3)
    if not url:
        absent("s3", f"{S3} is not set; script/test starts an S3 server and sets it")
    server = parse_bucket(url, *(os.environ[name] for name in S3_KEYS))

    def make(_: int) -> Address:
        address = replace(server, bucket=f"test-{secrets.token_hex(8)}")
        store = Store(address, SystemClock())
        prepare(store)
        version = store.put_if("warm/up", b"x", {}, None)
        store.client.remove_object(address.bucket, "warm/up", version_id=version)
        return address

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(make, range(count)))


def search_url(name: str) -> str:
    """The URL of the server `opensearch` or `opensearch2` with a prefix of its own, which `emptied` takes away."""
    server = os.environ.get(OPENSEARCH[name])
    if not server:
        absent(name, f"{OPENSEARCH[name]} is not set; script/test says why it started none")
    return f"{server}/test-{secrets.token_hex(6)}"


def broker_url(name: str) -> str:
    """The URL of the broker `redis` or `rabbitmq`; a test that shares it asks for queues of its own."""
    server = os.environ.get(BROKERS[name])
    if not server:
        absent(name, f"{BROKERS[name]} is not set; script/test starts a {name} where it is installed")
    return server


@contextmanager
def emptied(url: str) -> Iterator[Connection]:
    """A connection to the server of that URL; at the end everything under its prefix is gone."""
    address = parse_address(url)
    connection = connect(address)
    try:
        yield connection
    finally:
        names = connection.ask("GET", f"/{address.prefix}.*/_alias")
        if names:
            connection.ask("DELETE", "/" + ",".join(names), ignore_unavailable=True)
        connection.close()
