"""Incidents at the door: what a station claims and what the archive computed do not agree (EVIDENCE section 1)."""

import base64
import hashlib

from sqlalchemy import Connection

from archive import log
from archive.archive import Archive
from ingest.arrivals import Arrival
from signing import canonical
from signing.digests import Digests

SCHEMA = "urn:tabellion:incident-record:v1"


def compare_claim(
    archive: Archive, connection: Connection, arrival: Arrival, deposit: str, digests: Digests
) -> None:
    """Log an incident where the claimed digest is another than the computed one; the deposit is kept all the same."""
    claimed = None if arrival.claimed is None else arrival.claimed.sha256
    if claimed is None or claimed == digests.sha256:
        return
    body = canonical.dumps(
        {
            "$schema": SCHEMA,
            "archive": archive.id,
            "deposit": deposit,
            "code": "claim-differs",
            "claimed": claimed,
            "computed": digests.sha256,
            "salt": base64.b64encode(archive.ids.randomness(32)).decode(),
        }
    )
    key = f"deposits/{deposit}/incident-1.json"
    log.record(
        connection,
        type="incident",
        object_type="deposit",
        object_id=deposit,
        subject=hashlib.sha256(body).hexdigest(),
        actor=arrival.actor,
        time=archive.clock.now(),
        reason="claim-differs",
        put=log.RecordPut(key, f"deposits/{deposit}", body),
    )
