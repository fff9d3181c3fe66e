"""Receives one file, whatever door it came through: durable in the vault, then in the catalogue, then acknowledged.

The order (STORAGE, Order): key, original and manifest are durable first; then one transaction commits rows, log outbox
and work; then the nudge; then the acknowledgement. Killed in between, either nothing was acknowledged and the sweeper
finds objects without a row, or all of it is there and a repeat is answered with the same acknowledgement.
"""

from collections.abc import Callable

from archive.archive import Archive
from archive.vault.keys import key_of
from ingest import commit, items
from ingest.arrivals import DEFAULT_LIMIT, Acknowledgement, Arrival
from ingest.commit import Kept
from ingest.errors import NumberTaken
from ingest.intake import IntakeReader, Readable
from ocr.media import sniff
from signing.digests import digest_bytes
from signing.manifest import EvidenceManifest, FileEntry
from tabellion.base.clock import rfc3339

UNKNOWN_TYPE = "application/octet-stream"
_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/tiff": "tif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "application/xml": "xml",
    "application/pkcs7-mime": "p7m",
}


def receive(
    archive: Archive,
    stream: Readable,
    arrival: Arrival,
    *,
    nudge: Callable[[], None],
    limit: int = DEFAULT_LIMIT,
) -> Acknowledgement:
    """Take a file in, in constant memory; when this returns, it is durable and on its way to being sealed and read.

    Raises `TooLarge` beyond `limit` bytes, `DigestDiffers`, `NumberTaken`, `SourceReused`, `BatchClosed`, `NotFound`
    (no such batch or item), `BadRequest` (no such number), `DiskFull` and `Unavailable`: then nothing of it is kept or
    acknowledged.
    """
    if arrival.sequence is not None:
        items.check_number(arrival.sequence)
    reader = IntakeReader(stream, limit, sha256=arrival.sha256, sha512=arrival.sha512)
    source = None if arrival.source is None else items.source_key(arrival.source)
    with archive.catalogue.read() as connection:
        known = items.find_known(connection, arrival.batch, source, arrival.sequence)
        batch = items.batch_row(connection, arrival.batch)
    if known.by_source is not None or (known.living is not None and arrival.replaces is None):
        # A repeat or a conflict: the digest decides, and nothing is written to the vault for it.
        sha256 = reader.exhaust().sha256
        with archive.catalogue.write() as connection:
            if (earlier := commit.repeat(connection, known, sha256, arrival)) is not None:
                return earlier
        raise NumberTaken("the item changed while its bytes were on the way")
    items.require_open(batch)
    kept = _keep(archive, reader, arrival)
    acknowledgement = _commit(archive, arrival, source, kept)
    if not acknowledgement.repeated:
        nudge()
    return acknowledgement


def _keep(archive: Archive, reader: IntakeReader, arrival: Arrival) -> Kept:
    """Put original and manifest into the vault; on an error nothing stays."""
    deposit, received_at = archive.ids.new(), archive.clock.now()
    owner = f"deposits/{deposit}"
    try:
        original = archive.objects.put(f"{owner}/original", reader, owner)
        media_type = sniff(reader.head) or UNKNOWN_TYPE
        digests = reader.digests
        manifest = EvidenceManifest(
            archive=archive.id,
            deposit=deposit,
            version=1,
            salt=archive.ids.randomness(32),
            files=(
                FileEntry(
                    path=f"original.{_EXTENSIONS.get(media_type, 'bin')}",
                    role="original",
                    media_type=media_type,
                    size=digests.size,
                    sha256=digests.sha256,
                    sha512=digests.sha512,
                ),
            ),
            protection_class=arrival.protection_class,
            retention_class=arrival.retention_class,
            received_at=rfc3339(received_at),
            claimed=arrival.claimed,
        )
        data = manifest.to_bytes()
        sealed = archive.objects.put_bytes(f"{owner}/manifest-1.json", data, owner)
    except BaseException:
        discard(archive, deposit)
        raise
    return Kept(
        deposit, received_at, media_type, digests, manifest, digest_bytes(data).sha256, original, sealed
    )


def _commit(archive: Archive, arrival: Arrival, source: str | None, kept: Kept) -> Acknowledgement:
    settled = False
    try:
        with archive.catalogue.write() as connection:
            acknowledgement = commit.commit(archive, connection, arrival, source, kept)
            # From here on the outcome of the transaction may be unknown to us: the sweeper decides by its rows.
            settled = True
    except BaseException:
        if not settled:
            discard(archive, kept.deposit)
        raise
    if acknowledgement.deposit != kept.deposit:
        discard(archive, kept.deposit)
    return acknowledgement


def discard(archive: Archive, deposit: str) -> None:
    """Remove what was put for a deposit that has no row and never will; the key last, so that a rest stays readable."""
    vault = archive.objects.vault
    for ref in [*vault.list(f"deposits/{deposit}/"), *vault.versions(key_of(f"deposits/{deposit}"))]:
        vault.delete(ref)
