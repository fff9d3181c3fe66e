"""The seal of packages: made on first use where an archive has none, told in the log, handed on with what it needs."""

import hashlib
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import log_entries, log_outbox
from archive.log import record
from archive.packages import Issuer
from signing.package.seal import SealKey
from tabellion.authorities import make_authorities
from tabellion.keychest import make_seal
from tabellion.public_trust import own_trust, public_files
from tabellion.wiring import Parts


def with_seal(parts: Parts) -> Parts:
    """The parts with the archive's seal; it is made, and its key told in the log, where that has not happened yet."""
    seal = parts.chest.seal or make_seal(parts.settings, parts.archive.clock.now())
    if not _told(parts, seal):
        _tell(parts, seal)
    return replace(parts, chest=replace(parts.chest, seal=seal))


def issuer_of(parts: Parts) -> Issuer:
    """Who makes packages of this archive: its seal, what it trusts and publishes, its authorities."""
    sealed = with_seal(parts)
    seal = sealed.chest.seal
    assert seal is not None  # noqa: S101  # for the type checker: `with_seal` has just seen to it
    published = public_files(sealed)
    return Issuer(
        seal=seal,
        trust=own_trust(sealed),
        keys=published["keys.json"],
        quorum=published.get("log.policy"),
        authorities=make_authorities(sealed),
        retention=sealed.retention,
        name=sealed.archive.origin,
        zone=ZoneInfo(sealed.settings.zone),
    )


def _told(parts: Parts, seal: SealKey) -> bool:
    with parts.archive.catalogue.read() as connection:
        return bool(connection.scalar(_entry(_digest(seal))))


def _tell(parts: Parts, seal: SealKey) -> None:
    """The entry of the key; once, also where two processes found no seal at the same moment."""
    with parts.archive.catalogue.write() as connection:
        if not connection.scalar(_entry(_digest(seal))):
            record(
                connection,
                type="key",
                object_type="archive",
                object_id=parts.archive.id,
                subject=_digest(seal),
                actor=SYSTEM_ACTOR,
                time=parts.archive.clock.now(),
            )


def _entry(digest: str) -> Select[tuple[bool]]:
    logged, waiting = (
        exists().where(table.c.type == "key", table.c.subject == digest)
        for table in (log_entries, log_outbox)
    )
    return select(logged | waiting)


def _digest(seal: SealKey) -> str:
    return hashlib.sha256(seal.signer.public_der).hexdigest()
