"""The values of receiving: what a door hands over, and what it is told in return."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from archive.catalogue import BULK
from signing.manifest import Claimed

DEFAULT_LIMIT = 2 << 30
LONGEST_SOURCE = 4096


@dataclass(frozen=True, slots=True)
class Arrival:
    """One file on its way in.

    `name` is the sender's name of the file, any text; it is kept in encrypted records and never used as a path.
    `source` names the act of handing over, unique within the batch (an idempotency key, a claim of a folder), so that
    a repeat is recognised. `sequence` is the number in the batch, from 1; none: the next free one. `replaces` is the
    item of the batch that this is a better scan of. `sha256` and `sha512` (hex) are what the sender announced for this
    transfer: other bytes are refused. `claimed` is what the station says and is kept beside what is computed. `door`
    is the reason code of the log entry: upload, command-line, folder, station. `retention` is the term that goes with
    `retention_class`; none: no lock is set.
    """

    batch: str
    name: str
    actor: str
    door: str
    sequence: int | None = None
    replaces: str | None = None
    source: str | None = None
    claimed: Claimed | None = None
    sha256: str | None = None
    sha512: str | None = None
    priority: int = BULK
    protection_class: str = "normal"
    retention_class: str = "standard"
    retention: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What is durable now. `repeated`: it was here already, and is counted once.

    `same_bytes_as` are documents whose original has the same bytes; who may not see them must not be told.
    """

    deposit: str
    document: str
    batch: str
    sequence: int
    size: int
    sha256: str
    sha512: str
    media_type: str
    received_at: datetime
    repeated: bool = False
    same_bytes_as: tuple[str, ...] = ()
