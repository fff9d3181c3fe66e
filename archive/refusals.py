"""The incident of a token that was refused, or could not be used: of stamps and of renewals alike."""

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from archive.archive import SYSTEM_ACTOR
from archive.log import record
from archive.stamp_requests import Refused


def record_refusal(connection: Connection, stamp: str, refused: Refused, attempt: int, now: datetime) -> None:
    """Tell the log of it. The subject is the digest of the answer, or of what was tried where there is none."""
    about = refused.answer or f"{stamp} {refused.code} {attempt}".encode()
    record(
        connection,
        type="incident",
        object_type="stamp",
        object_id=stamp,
        subject=hashlib.sha256(about).hexdigest(),
        actor=SYSTEM_ACTOR,
        time=now,
        reason="token-refused",
    )
