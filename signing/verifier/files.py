"""Verifies one file, whichever it is: a package or a receipt; what the programs of the verifier share."""

from datetime import datetime
from pathlib import Path

from signing.digests import Digests, digest_stream
from signing.verdict import Policy, Report
from signing.verifier.policy import choose_policy, parse_policy
from signing.verifier.receipts import is_receipt, verify_receipt
from signing.verifier.trust import Trust
from signing.verifier.verify import verify_package
from signing.verifier.whole_log import ReadLog

_LARGEST_RECEIPT = 256 << 20
_LARGEST_FILE = 64 << 20
_ZIP = b"PK"
_HASH = 32


def verify_file(
    path: Path,
    trust: Trust,
    at: datetime,
    *,
    original: Path | None = None,
    remembered: bytes | None = None,
    log: ReadLog | None = None,
) -> Report:
    """The report on a file, as of the time `at`; `original` is the file that a receipt is about.

    Raises OSError where a file cannot be read; what is wrong with its content is in the report.
    """
    with path.open("rb") as file:
        if file.read(len(_ZIP)) != _ZIP and path.stat().st_size <= _LARGEST_RECEIPT:
            file.seek(0)
            data = file.read()
            if is_receipt(data):
                return verify_receipt(data, trust, None if original is None else _digests(original))
        return verify_package(file, trust, at, remembered=remembered, log=log)


def named_policy(named: str | None) -> Policy | None:
    """A built-in policy by its name, else one from a file; None where the folder of trust is to say.

    Raises `TrustInvalid` and OSError.
    """
    if named is None:
        return None
    path = Path(named)
    return parse_policy(read_small(path)) if path.is_file() else choose_policy(named)


def time_of(words: str) -> datetime:
    """An instant as a person writes it, with its zone (`2027-01-31T12:00:00Z`); raises ValueError."""
    at = datetime.fromisoformat(words)
    if at.tzinfo is None:
        raise ValueError("a time needs its zone: 2027-01-31T12:00:00Z")
    return at


def folder_log(folder: Path) -> ReadLog:
    """Reads the log's files below a folder, which may grow meanwhile: a wider tile begins with the narrower one.

    A log may drop a partial tile once there is a wider one (C2SP tlog-tiles, "Partial tiles").
    """

    def read(path: str) -> bytes:
        try:
            return read_small(folder / path)
        except FileNotFoundError:
            full, partial, width = path.partition(".p/")
            wider = _wider(folder / f"{full}.p", int(width)) if partial else None
            data = read_small(folder / full if wider is None else wider)
            return data if path.startswith("tile/entries/") else data[: int(width) * _HASH]

    return read


def _wider(folder: Path, width: int) -> Path | None:
    """The widest of the partial tiles in a folder, where it is wider."""
    found = [int(each.name) for each in folder.glob("*") if each.name.isdecimal()]
    return folder / str(max(found)) if found and max(found) > width else None


def read_small(path: Path) -> bytes:
    """A file of at most 64 MiB, whole; raises ValueError for a larger one, OSError."""
    if path.stat().st_size > _LARGEST_FILE:
        raise ValueError(f"{path} is too large")
    return path.read_bytes()


def _digests(path: Path) -> Digests:
    with path.open("rb") as stream:
        return digest_stream(stream)
