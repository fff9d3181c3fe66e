"""A locked original under attack: through our own service, and by a client of the store with the service's own keys.

One archive in a bucket; whatever was tried, its original comes back byte for byte and its evidence verifies. What
single versions do under the same attacks, in both modes, tests/archive/vault/test_s3_locks.py says.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from fastapi import FastAPI
from minio import Minio
from minio.commonconfig import COMPLIANCE, GOVERNANCE
from minio.deleteobjects import DeleteObject
from minio.error import S3Error
from minio.retention import Retention
from minio.versioningconfig import SUSPENDED, VersioningConfig
from sqlalchemy import select

from api.access import ALL, ROLES
from api.accounts import create_account
from api.app import build_app
from api.sessions import create_token
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import deposits, documents, objects
from archive.vault import Ref
from archive.vault.s3 import Address, Store
from tabellion.base.clock import SystemClock
from tabellion.running.serving import make_service
from tests.api.support import Client
from tests.api.test_gate import ask, routes_of
from tests.services.fixtures import new_buckets
from tests.tabellion.house import House, lived_in
from tests.tabellion.terminal import Ran

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("locks")]

BYPASS = {"x-amz-bypass-governance-retention": "true"}


@dataclass(frozen=True)
class Kept:
    """An archive in a bucket with one paper, whose original is locked, and the store with the archive's own keys."""

    house: House
    store: Store
    ref: Ref
    until: datetime
    ids: dict[str, str]
    content: bytes
    portal: BlockingPortal
    app: FastAPI
    stamp: Callable[[], object]

    @property
    def client(self) -> Minio:
        return self.store.client

    def everybody(self) -> Client:
        """Somebody with every role and every scope."""
        archive = self.house.parts.archive
        roles = frozenset(ROLES) - {"station"}
        with archive.catalogue.write() as connection:
            account = create_account(
                archive,
                connection,
                f"everybody-{archive.ids.new()[-8:]}",
                None,
                roles=roles,
                scopes=frozenset({ALL}),
                actor=SYSTEM_ACTOR,
            )
            _, token = create_token(archive, connection, account.id, "test", ())
        return Client(self.app, self.portal, token)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, portal: BlockingPortal) -> Iterator[Kept]:
    (bucket,) = new_buckets(1)
    name = f"{bucket.bucket}-made"
    folder = tmp_path_factory.mktemp("locks")
    passphrase = folder / "passphrase"
    passphrase.touch(mode=0o600)
    passphrase.write_text("nobody guesses this")
    environment = {
        "TABELLION_VAULT_URL": f"s3://{name}?endpoint=http://{bucket.host}",
        "TABELLION_VAULT_ACCESS_KEY": bucket.access_key,
        "TABELLION_VAULT_SECRET_KEY": bucket.secret_key,
        "TABELLION_KEY_PASSPHRASE_FILE": str(passphrase),
    }
    with pytest.MonkeyPatch.context() as settings:
        for variable, value in environment.items():
            settings.setenv(variable, value)
        (folder / "house").mkdir()
        with lived_in(folder / "house") as house:
            run = partial(house.terminal.run, environment=environment)
            yield kept_in(house, run, replace(bucket, bucket=name), portal)


def kept_in(house: House, run: Callable[..., Ran], bucket: Address, portal: BlockingPortal) -> Kept:
    paper: Path = house.paper("letter.pdf", ["Final demand about the quillwort"])
    (line,) = run("ingest", paper, "--wait", "--json").lines
    run("stamp")
    with house.parts.archive.catalogue.read() as connection:
        row = connection.execute(
            select(objects).where(objects.c.key == f"deposits/{line['deposit']}/original")
        ).one()
        batch = connection.scalar(select(deposits.c.batch_id).where(deposits.c.id == line["deposit"]))
    ref = Ref(row.key, row.version, row.digest, row.size)
    until = house.parts.vault.stat(ref).retain_until
    assert until is not None, "locked before the receipt"
    ids = {"document_id": line["document"], "deposit_id": line["deposit"], "batch_id": str(batch)}
    store = Store(bucket, SystemClock())
    app = build_app(make_service(house.parts), "0.0")
    return Kept(house, store, ref, until, ids, paper.read_bytes(), portal, app, partial(run, "stamp"))


def through_our_api(kept: Kept) -> None:
    """Every route there is that changes something, by somebody who may do everything."""
    client = kept.everybody()
    for route in routes_of(kept.app):
        if route.method != "GET" and any(f"{{{name}}}" in route.path for name in kept.ids):
            ask(client, route, kept.ids)
    # What was decided meanwhile is in the log, and waits for a stamp.
    kept.stamp()


def by_deleting_the_version(kept: Kept) -> None:
    with pytest.raises(S3Error, match="AccessDenied"):
        kept.client.remove_object(kept.store.bucket, kept.ref.key, version_id=kept.ref.version)


def with_the_bypass_header(kept: Kept) -> None:
    with pytest.raises(S3Error, match="AccessDenied"):
        kept.store.send("DELETE", kept.ref.key, query={"versionId": kept.ref.version}, headers=BYPASS)


def by_shortening(kept: Kept) -> None:
    for instant in (kept.until - timedelta(hours=1), datetime.now(UTC) + timedelta(seconds=5)):
        with pytest.raises(S3Error, match="AccessDenied"):
            kept.client.set_object_retention(
                kept.store.bucket,
                kept.ref.key,
                Retention(COMPLIANCE, instant),
                version_id=kept.ref.version,
            )


def by_mode_change(kept: Kept) -> None:
    with pytest.raises(S3Error, match="AccessDenied"):
        kept.client.set_object_retention(
            kept.store.bucket,
            kept.ref.key,
            Retention(GOVERNANCE, kept.until + timedelta(hours=1)),
            version_id=kept.ref.version,
        )


def by_overwrite(kept: Kept) -> None:
    kept.client.put_object(kept.store.bucket, kept.ref.key, io.BytesIO(b"a forgery"), 9)


def by_delete_marker(kept: Kept) -> None:
    kept.client.remove_object(kept.store.bucket, kept.ref.key)


def by_bulk_delete(kept: Kept) -> None:
    """Of that version among others, and of its name alone; with the bypass as well."""
    versions = kept.client.list_objects(kept.store.bucket, kept.ref.key, recursive=True, include_version=True)
    every = [each.version_id for each in versions]
    assert kept.ref.version in every
    for some in (every, [kept.ref.version], [None]):
        for bypass in (False, True):
            bulk = kept.client.remove_objects(
                kept.store.bucket,
                [DeleteObject(kept.ref.key, version) for version in some],
                bypass_governance_mode=bypass,
            )
            refused = {error.version_id for error in bulk if error.code == "AccessDenied"}
            assert refused == {kept.ref.version} & set(some)


def by_suspending_versions(kept: Kept) -> None:
    with pytest.raises(S3Error):
        kept.client.set_bucket_versioning(kept.store.bucket, VersioningConfig(SUSPENDED))


def by_removing_the_bucket(kept: Kept) -> None:
    with pytest.raises(S3Error):
        kept.client.remove_bucket(kept.store.bucket)


@pytest.mark.parametrize(
    "attack",
    [
        through_our_api,
        by_deleting_the_version,
        with_the_bypass_header,
        by_shortening,
        by_mode_change,
        by_overwrite,
        by_delete_marker,
        by_bulk_delete,
        by_suspending_versions,
        by_removing_the_bucket,
    ],
    ids=lambda attack: attack.__name__,
)
def test_a_locked_original_stays_readable_and_verifies(kept: Kept, attack: Callable[[Kept], None]) -> None:
    attack(kept)
    archive = kept.house.parts.archive
    assert archive.objects.read_bytes(kept.ref, f"deposits/{kept.ids['deposit_id']}", 1 << 24) == kept.content
    stat = kept.house.parts.vault.stat(kept.ref)
    assert stat.retain_until is not None and stat.retain_until >= kept.until
    # By the service as well, where its paper was not made void meanwhile.
    answer = kept.everybody().get(f"/api/v1/deposits/{kept.ids['deposit_id']}/original")
    assert (answer.status_code, answer.content) == (200, kept.content)
    report = make_service(kept.house.parts).verify(None)
    assert (report.overall.value, list(map(str, report.findings))) == ("PASSED", [])
    with archive.catalogue.read() as connection:
        assert connection.scalar(select(documents.c.id).where(documents.c.id == kept.ids["document_id"]))
