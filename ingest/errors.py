"""What the doors, batches and compositions refuse, each with a code of its own.

Conflict
├── BatchClosed         BATCH_CLOSED        a closed batch never changes
├── NumberTaken         NUMBER_TAKEN        another paper has that number already
├── SourceReused        SOURCE_REUSED       the same act of handing over, with other bytes
├── VersionMoved        VERSION_MOVED       somebody changed it since it was looked at
├── NotRead             NOT_READ            its pages are not known yet
└── ReasonNeeded        REASON_NEEDED       closing with something missing asks for a reason
BadRequest
└── DigestDiffers       DIGEST_DIFFERS      the bytes are not those that were announced
"""

from tabellion.base.errors import BadRequest, Conflict


class BatchClosed(Conflict):
    """The batch is closed; what comes late goes into a supplement."""

    code = "BATCH_CLOSED"
    advice = "Open a supplement of the batch and send it there."


class NumberTaken(Conflict):
    """Another paper has this number in the batch."""

    code = "NUMBER_TAKEN"
    advice = (
        "If the new scan is the better one, replace the item by a re-scan; otherwise give it its own number."
    )


class SourceReused(Conflict):
    """The same act of handing over was used before, for other bytes."""

    code = "SOURCE_REUSED"
    advice = "Use a new Idempotency-Key, or a new name, for other bytes."


class VersionMoved(Conflict):
    """Somebody else changed the object since it was looked at."""

    code = "VERSION_MOVED"
    advice = "Load it again, look at what has changed, and decide again."


class NotRead(Conflict):
    """The pages of the document are not known yet, or cannot be."""

    code = "NOT_READ"
    advice = "Wait until the document has been read; one that failed can be retried."


class ReasonNeeded(Conflict):
    """The batch does not balance, and no reason was given for closing it so."""

    code = "REASON_NEEDED"
    advice = "Send what is missing, declare it void, or close with one of the published reason codes."


class DigestDiffers(BadRequest):
    """The bytes are not those whose digest was announced; nothing of them was kept."""

    code = "DIGEST_DIFFERS"
    advice = "The transfer was damaged, or the digest belongs to another file: send it again."
