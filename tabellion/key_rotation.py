"""Follows a key that signs by a new one: told in the log, what the old one signed stays believed for its time.

The new key is made first and its entry written next, so that an interrupted rotation goes on with the same key.
"""

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from sqlalchemy import exists, select

from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import log_entries, log_outbox
from archive.log import record
from signing.durable import write_secret
from signing.errors import KeyUnusable
from signing.keys import Algorithm
from tabellion.base.errors import BadRequest
from tabellion.keychest import (
    FORMER_SEALS,
    NEW_SEAL_CERTIFICATE,
    SEAL,
    SEAL_CERTIFICATE,
    TSA,
    draft_authority,
    finish_authority,
    key_store,
    seal_certificate,
)
from tabellion.keystore import replace_secret, span
from tabellion.rebuilding import require_nobody
from tabellion.wiring import Parts

Rotated = Literal["log", "receipt", "seal", "authority"]


def rotate_key(parts: Parts, use: Rotated, algorithm: Algorithm | None = None) -> str:
    """Follow the key of that use by a new one, of the same algorithm unless another is named; gives its key id.

    Raises ServiceRuns, because a running service would go on with the old key, and `KeyUnusable`.
    """
    require_nobody(parts.archive)
    if use == "authority":
        return _rotate_authority(parts, algorithm or parts.chest.authority.tsa_key.algorithm)
    store, now = key_store(parts.settings), parts.archive.clock.now()
    folder = parts.settings.home / "keys"
    certificate, fresh = folder / SEAL_CERTIFICATE, folder / NEW_SEAL_CERTIFICATE
    if use == "seal" and parts.chest.seal is None:
        raise KeyUnusable("this archive has no seal yet; its first package makes one")
    if use == "seal" and fresh.exists() and not store.exists(f"{SEAL}.new"):
        # Interrupted after its last step but one: the key is the new one, its certificate is not yet in place.
        fresh.replace(certificate)
        return store.open(SEAL).key_id
    old = store.open(use)
    if use == "log" and algorithm not in (None, Algorithm.ED25519):
        raise BadRequest("the log's notes are signed with Ed25519 (C2SP signed-note)")
    new = store.follower(use, algorithm or old.algorithm)
    _tell(parts, [new.public_der], old.public_der)
    since = span(parts.chest.retired, use, parts.identity.created_at)
    if use != "seal":
        store.follow(use, use, since, now)
        return new.key_id
    if not fresh.exists():
        write_secret(fresh, seal_certificate(new, now))
    _keep_certificate(certificate.read_bytes(), folder / FORMER_SEALS)
    store.follow(SEAL, "seal", since, now)
    fresh.replace(certificate)
    return new.key_id


def _rotate_authority(parts: Parts, algorithm: Algorithm) -> str:
    """A new CA and signer; the CA of before stays pinned."""
    settings, old = parts.settings, parts.chest.authority
    folder = settings.home / "keys"
    finish_authority(folder)
    former = (old.ca_certificate, *old.former)
    draft = draft_authority(settings, parts.archive.clock.now(), algorithm, former)
    made = _signer_of(draft)
    _tell(parts, [made], old.tsa_key.public_der)
    retired = folder / f"{TSA}.old"
    shutil.rmtree(retired, ignore_errors=True)
    (folder / TSA).rename(retired)
    finish_authority(folder)
    shutil.rmtree(retired)
    return hashlib.sha256(made).hexdigest()[:32]


def _signer_of(draft: Path) -> bytes:
    """The public key (DER) of the signer of a drafted authority."""
    certificate = x509.load_pem_x509_certificate((draft / "tsa.pem").read_bytes())
    return certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def _keep_certificate(pem: bytes, path: Path) -> None:
    kept = path.read_bytes() if path.exists() else b""
    if pem not in kept:
        replace_secret(path, kept + pem)


def _tell(parts: Parts, made: Sequence[bytes], followed: bytes) -> None:
    """Entries of the new key, and of the one that it follows; each once, also where this was interrupted."""
    subjects: list[tuple[str, str | None]] = [(hashlib.sha256(each).hexdigest(), None) for each in made]
    subjects.append((hashlib.sha256(followed).hexdigest(), "rotated"))
    with parts.archive.catalogue.write() as connection:
        for subject, reason in subjects:
            known = [
                exists().where(table.c.type == "key", table.c.subject == subject)
                for table in (log_entries, log_outbox)
            ]
            if reason is None and connection.scalar(select(known[0] | known[1])):
                return
            record(
                connection,
                type="key",
                object_type="archive",
                object_id=parts.archive.id,
                subject=subject,
                actor=SYSTEM_ACTOR,
                time=parts.archive.clock.now(),
                reason=reason,
            )
