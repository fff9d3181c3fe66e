"""`tabellion keys`."""

import hashlib
import os
from datetime import datetime
from pathlib import Path

import click

from archive.archive import SYSTEM_ACTOR
from archive.catalogue import SchemaOutdated
from archive.catalogue import check as require_schema
from archive.catalogue.schema import archive_state
from archive.catalogue.upsert import upsert
from archive.erase import erased_owners
from archive.log import record
from archive.vault.archive_key import SAFE_DELAY
from archive.vault.backup import (
    Backup,
    SigningFiles,
    check_backup,
    restore_archive_key,
    restore_keys,
    write_backup,
)
from signing.keys import Algorithm
from tabellion.base.clock import rfc3339
from tabellion.base.errors import BadRequest, Conflict
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, print_table, say
from tabellion.commands.passphrases import passphrase_option, read_passphrase
from tabellion.homes import note_archive_key
from tabellion.key_ends import held_keys
from tabellion.key_rotation import rotate_key
from tabellion.keychest import passphrase_of, restore_signing_files, signing_files
from tabellion.public_trust import public_files
from tabellion.sealing import with_seal
from tabellion.settings import load_settings
from tabellion.wiring import Parts

BACKUP_NOTED = "keys_backed_up_at"


@click.group("keys")
def command() -> None:
    """Keys: what verifiers must trust, and what must never be lost."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """The keys that sign, the generations of the archive key, the authorities that are believed: since and until when.

    Without an end, a key is used until another follows it (`keys rotate`).
    """
    with local_archive() as parts:
        rows = [
            (key.use, key.name, key.algorithm, str(key.since), _text(key.until)) for key in held_keys(parts)
        ]
    if as_json:
        names = ("use", "key", "algorithm", "since", "until")
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    else:
        print_table(("USE", "KEY", "ALGORITHM", "SINCE", "UNTIL"), rows)


@command.command("export")
@click.option(
    "--public",
    "folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder for them; made where it is absent.",
)
def export(folder: Path) -> None:
    """Write what a verifier must trust into a folder: keys.json, log.vkey, seal.pem, tsa/*, policy.json."""
    with local_archive() as parts:
        files = public_files(with_seal(parts))
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    say(f"Give {folder} to whoever verifies, by a way that the administrator does not control.")


@command.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@passphrase_option
def backup(file: Path, passphrase_file: Path | None) -> None:
    """Write all keys to FILE, sealed with a passphrase. Without it, nothing can be read after the keys are lost.

    An archive that is not encrypted has no keys of objects; those that sign are in FILE all the same. Keep FILE and the
    passphrase apart from each other and from this machine.
    """
    passphrase = read_passphrase(passphrase_file, confirm=True)
    with local_archive() as parts:
        archive = parts.archive
        signing = signing_files(parts.settings)
        report = write_backup(
            file,
            passphrase,
            archive.id,
            parts.chest.wrapper,
            parts.keyring,
            os.urandom,
            archive.clock.now(),
            signing=SigningFiles(passphrase_of(parts.settings), signing),
        )
        with archive.catalogue.write() as connection:
            state = {"name": BACKUP_NOTED, "value": rfc3339(archive.clock.now())}
            upsert(connection, archive_state, state, key=("name",))
    click.echo(f"{report.owners} keys in {file}, and {len(signing)} files of the keys that sign")


@command.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Rehearse only: open every key, compare, change nothing.")
@passphrase_option
def restore(file: Path, check: bool, passphrase_file: Path | None) -> None:
    """Bring keys back from a backup; what was erased stays erased.

    Where home and database are both lost, this comes first, and `tabellion restore` with the catalogue's backup next.
    """
    passphrase = read_passphrase(passphrase_file, confirm=False)
    settings = load_settings()
    key_file = settings.home / "keys" / "archive.key"
    backup_file = Backup(file, passphrase)
    if not check:
        if not key_file.exists():
            restore_archive_key(backup_file, key_file, passphrase_of(settings), os.urandom)
            say("The archive key is back.")
        signing = backup_file.signing
        if signing is not None and restore_signing_files(settings, signing.files, signing.passphrase):
            say("Keys that sign are back.")
    with local_archive(ready=check) as parts:
        if check:
            report = check_backup(file, passphrase, parts.keyring)
            click.echo(f"{report.owners} keys, made {rfc3339(report.made_at)}, of archive {report.archive}")
            for title, owners in (
                ("only in the backup (a restore brings them back)", report.missing_in_vault),
                ("not in the backup (made later)", report.missing_in_backup),
                ("CANNOT BE OPENED", report.unopened),
            ):
                if owners:
                    click.echo(f"{len(owners)} {title}")
            if report.unopened or report.archive != parts.archive.id:
                raise Conflict("this backup would not bring the archive back")
            return
        try:
            require_schema(parts.archive.catalogue)
        except SchemaOutdated as outdated:
            # What was erased must stay erased, and only the catalogue knows what that is.
            say(f"Keys of objects were not looked at: {outdated.message}.")
            say(
                "Bring the catalogue back: `tabellion restore FILE`. "
                "Should `verify --all` then miss keys, run this again."
            )
            return
        count = 0
        if parts.keyring is not None:
            erased = frozenset(erased_owners(parts.archive))
            count = restore_keys(backup_file, parts.keyring, erased.__contains__)
    click.echo(f"{count} keys brought back")


@command.command("rotate")
@click.option(
    "--use",
    type=click.Choice(["objects", "log", "receipt", "seal", "authority"]),
    default="objects",
    show_default=True,
    help="Which key: the archive key that wraps the keys of objects, one that signs, or the local test authority's.",
)
@click.option(
    "--algorithm",
    type=click.Choice([each.value for each in Algorithm]),
    help="Algorithm of the new key that signs; without it, that of the key before.",
)
def rotate(use: str, algorithm: str | None) -> None:
    """Follow a key by a new one, and tell so in the log.

    The archive key: every key of an object is wrapped with the new one, and no object is touched. Keys that were
    retired more than an hour ago are forgotten; the one just retired goes with a later rotation.

    A key that signs: what was signed stays believed, because its public key stays in keys.json with its time; the
    private key is gone. No service may run meanwhile. Give verifiers the new `keys export --public` afterwards.
    """
    with local_archive() as parts:
        if use == "objects":
            if algorithm is not None:
                raise BadRequest("the archive key is always of AES-256")
            said = _rotate_archive_key(parts)
        else:
            chosen = None if algorithm is None else Algorithm(algorithm)
            said = f"the key {rotate_key(parts, use, chosen)} signs from now on"  # type: ignore[arg-type]  # by Choice
    click.echo(f"{said}; make a new backup now")


def _rotate_archive_key(parts: Parts) -> str:
    archive = parts.archive
    if parts.keyring is None:
        raise Conflict("this archive is not encrypted: there is no archive key")
    new = parts.chest.wrapper.rotate(archive.clock.now())
    count = parts.keyring.rewrap()
    # Those that were retired by earlier rotations; a running process may still write with the one just retired.
    parts.chest.wrapper.drop_retired(archive.clock.now() - SAFE_DELAY)
    with archive.catalogue.write() as connection:
        record(
            connection,
            type="key",
            object_type="archive",
            object_id=archive.id,
            subject=hashlib.sha256(new.id.encode()).hexdigest(),
            actor=SYSTEM_ACTOR,
            time=archive.clock.now(),
            reason="rotated",
        )
        note_archive_key(connection, new.id)
    return f"{count} keys wrapped with {new.id}"


def _text(instant: datetime | None) -> str | None:
    return None if instant is None else str(instant)
