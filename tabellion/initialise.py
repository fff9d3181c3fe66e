"""Makes an archive: identity in the vault, keys, catalogue, first account, and the first entries of the log."""

import hashlib
import os
import re
from dataclasses import dataclass

from sqlalchemy import Connection, delete, exists, select

from api.accounts import create_account
from api.passwords import generate_password
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Catalogue, upgrade
from archive.catalogue.schema import (
    account_facts,
    accounts,
    api_tokens,
    archive_state,
    batches,
    deposits,
    log_entries,
    log_outbox,
    sessions,
)
from archive.identity import KEY, Identity
from archive.log import record
from archive.lost_identity import identity_of
from archive.stamp_files import LOCK_FOR
from archive.vault import KeyRing, Objects
from tabellion.base.clock import Clock
from tabellion.base.errors import BadRequest, Conflict
from tabellion.base.ids import Ids
from tabellion.keychest import make_keys
from tabellion.settings import Settings
from tabellion.wiring import open_vault, search_engine

_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.:/_-]{0,200}")


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` made; the password is shown once and kept nowhere."""

    archive: str
    origin: str
    account: str
    password: str | None


def initialise(settings: Settings, clock: Clock, account: str, password: str | None) -> Made:
    """Make the archive that the settings describe; raises Conflict where there is one already."""
    settings.check()
    vault = open_vault(settings, clock, make=True)
    if vault is None or identity_of(vault) is not None:
        raise Conflict(
            f"there is an archive at {settings.vault_url or settings.home} already",
            advice="Use it, or point TABELLION_HOME (TABELLION_VAULT_URL) to another place.",
        )
    if settings.origin is not None and not _ORIGIN.fullmatch(settings.origin):
        raise BadRequest("an origin is a host name and a path without spaces and plus signs")
    if any(vault.list("")):
        raise Conflict(
            "there are objects in the vault, but no archive.json: this was an archive, or is somebody else's",
            advice="Bring archive.json back from a copy of the vault, or point TABELLION_HOME to another folder.",
        )
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    ids, now = Ids(clock), clock.now()
    archive_id = ids.new()
    identity = Identity(
        archive_id, settings.origin or f"localhost/{archive_id}", settings.vault_encryption, now
    )
    chest = make_keys(settings, now)
    keyring = KeyRing(vault, chest.wrapper, os.urandom, clock) if identity.encrypted else None
    catalogue = Catalogue(settings.catalogue_address, settings.database_connections)
    try:
        upgrade(catalogue)
        search_engine(settings).prepare()
        archive = Archive(
            identity.archive, identity.origin, catalogue, Objects(vault, keyring, os.urandom), clock, ids
        )
        with catalogue.write() as connection:
            _forget_attempt(connection)
            made = _first_entries(
                archive,
                connection,
                identity,
                chest_digests(*chest.public_keys),
            )
            create_account(
                archive,
                connection,
                account,
                chosen := password or generate_password(os.urandom),
                roles=frozenset({"administrator"}),
                scopes=frozenset(),
                actor=SYSTEM_ACTOR,
                reason="init",
            )
        # Last: until archive.json is there, nothing takes the folder for an archive, and `init` can run again.
        archive.objects.put_raw(KEY, made, now + LOCK_FOR)
        return Made(identity.archive, identity.origin, account, None if password else chosen)
    finally:
        catalogue.close()


def chest_digests(*public_keys: bytes) -> list[str]:
    """SHA-256 of each public key, hexadecimal."""
    return [hashlib.sha256(key).hexdigest() for key in public_keys]


def _forget_attempt(connection: Connection) -> None:
    """Take away what an interrupted `init` left in the catalogue; raises Conflict where an archive was at work in it.

    Without archive.json nothing could be received and no keeper could run, so that its log was never begun.
    """
    for table in (log_entries, deposits, batches):
        if connection.execute(select(exists().select_from(table))).scalar():
            raise Conflict(
                "the database holds an archive already, but the vault has no archive.json",
                advice="Check TABELLION_DATABASE_URL and TABELLION_VAULT_URL: they must belong together.",
            )
    for table in (log_outbox, api_tokens, sessions, account_facts, accounts, archive_state):
        connection.execute(delete(table))


def _first_entries(archive: Archive, connection: Connection, identity: Identity, keys: list[str]) -> bytes:
    body = identity.to_bytes()
    subjects = [("config", hashlib.sha256(body).hexdigest()), *(("key", digest) for digest in keys)]
    connection.execute(
        archive_state.insert(),
        [{"name": "archive", "value": archive.id}, {"name": "origin", "value": archive.origin}],
    )
    for kind, subject in subjects:
        record(
            connection,
            type=kind,
            object_type="archive",
            object_id=archive.id,
            subject=subject,
            actor=SYSTEM_ACTOR,
            time=identity.created_at,
            reason="init",
        )
    return body
