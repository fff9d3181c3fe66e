"""Shows one checkpoint to one witness (C2SP tlog-witness, add-checkpoint)."""

from dataclasses import dataclass

from archive.log_files import LogFiles
from archive.outside import Answer, BadAnswer, NoAnswer, Outside, ok
from signing.checkpoint import Checkpoint, note_text
from signing.cosignature import WitnessKey
from signing.witness import LARGEST, AddCheckpoint
from tabellion.base.errors import EvidenceError

_CONFLICT = 409
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class WitnessAt:
    """A witness: its key, and the address below which `add-checkpoint` is."""

    key: WitnessKey
    url: str


@dataclass(frozen=True, slots=True)
class Told:
    """How a witness answered: the size that it has now (None: not said), and the lines it cosigned or why not."""

    size: int | None
    lines: bytes | None = None
    failure: str | None = None
    answered: bool = True


def show(
    files: LogFiles, outside: Outside, witness: WitnessAt, signed: bytes, known: int, newest: int
) -> Told:
    """One request from the size that the witness is known to have, and a second from the one that it names instead.

    `newest` is how many entries the log has: a witness that has seen more tells that some are missing here.
    """
    size = size_of(signed)
    old = min(known, size)
    answer = _add(files, outside, witness, signed, old)
    has = _size_in(answer)
    if has is not None and has != old and has <= size:
        old, answer = has, _add(files, outside, witness, signed, has)
        has = _size_in(answer)
    if isinstance(answer, Told):
        return answer
    if ok(answer):
        return Told(size, lines=answer.body)
    if has is None:
        words = answer.body.decode("utf-8", "replace").strip()[:160]
        return Told(None, failure=f"it answered {answer.status}: {words}")
    if has > newest:
        return Told(has, failure=f"it has seen {has} entries of this log, which has {newest} here")
    if has > size:
        return Told(has)  # it has seen a later checkpoint of ours already
    return Told(has, failure=f"it has seen another log of {has} entries")


def size_of(signed: bytes) -> int:
    """The number of entries under a signed checkpoint."""
    return Checkpoint.parse_text(note_text(signed).decode()).size


def _add(files: LogFiles, outside: Outside, witness: WitnessAt, signed: bytes, old: int) -> Answer | Told:
    try:
        proof = files.tree(size_of(signed)).consistency_proof(old) if old else []
        body = AddCheckpoint(old, tuple(proof), signed).to_bytes()
        return outside.post(f"{witness.url.rstrip('/')}/add-checkpoint", body, _TEXT, LARGEST)
    except (NoAnswer, BadAnswer) as error:
        return Told(None, failure=str(error), answered=False)
    except EvidenceError as error:
        return Told(None, failure=f"our own log cannot be read: {error}", answered=False)


def _size_in(answer: Answer | Told) -> int | None:
    """The size in the body of a conflict: a decimal number and a newline; None for every other answer."""
    if isinstance(answer, Told) or answer.status != _CONFLICT:
        return None
    text = answer.body.removesuffix(b"\n")
    return int(text) if text.isdigit() and len(text) <= 18 else None
