"""Throws damaged input at every parser of evidence: `python -m tests.signing.fuzzing SECONDS [PARSER]...`.

Seeds are good inputs. They are damaged blindly, and, where they are DER, within their structure with lengths put right,
so that the damage gets past the first look. A parser may take it or refuse it with an error that has a code; what
breaks that is kept in `found/`, and tried in every test run.
"""

import hashlib
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from signing import canonical, cms
from signing.algorithm_policy import parse_policy, policy_bytes
from signing.algorithms import BUILT_IN
from signing.checkpoint import Checkpoint, verify_checkpoint
from signing.cosignature import WitnessKey, cosign, verify_cosignatures
from signing.entry import Entry
from signing.ers import digest_of, fold_record, parse_record, verify_record
from signing.keys import PublicKey, parse_public_keys, public_keys
from signing.manifest import EvidenceManifest
from signing.note import Note, NoteKey
from signing.quorum import QuorumPolicy
from signing.receipt import Acceptance, BatchItem, BatchReceipt, DepositReceipt, ReceiptTrust
from signing.timestamp import accept_response, verify_token
from signing.tlog import entry_bundle, parse_bundle
from signing.tlog_proof import TlogProof
from signing.token_trust import token_check
from signing.witness import AddCheckpoint, Witness, accept_cosignatures
from tabellion.base.errors import EvidenceError
from tests.signing import pki, values
from tests.signing.damaged_packages import package_targets
from tests.signing.golden_records import FILES, FOLDER

NOW = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
FOUND = Path(__file__).parent / "found"
_LARGEST = 1 << 16


@dataclass(frozen=True)
class Target:
    """A parser, what may be thrown at it to begin with, and whether that is DER."""

    call: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    der: bool = False


def _record(data: bytes) -> None:
    record = parse_record(data)
    members = [digest_of(each) for each in FILES[3]]
    fold_record(record, members, exact=False)
    verify_record(record, members, check=token_check([pki.TRUST], NOW), at=NOW)


def _note(data: bytes) -> None:
    note = Note.parse(data)
    key = WitnessKey("witness.example/w1", values.LOG_KEY.public_der)
    verify_cosignatures(note, [key], NOW)
    verify_checkpoint(data, values.ORIGIN, [NoteKey(values.ORIGIN, values.LOG_KEY.public_der)])


def _witness(data: bytes) -> None:
    witness = Witness("w", values.LOG_KEY, (NoteKey(values.ORIGIN, values.LOG_KEY.public_der),))
    witness.cosign(witness.open(data), None, NOW)


@cache
def targets() -> Mapping[str, Target]:
    """Every parser of what comes from outside, by name."""
    tokens = tuple(path.read_bytes() for path in sorted(FOLDER.glob("*.der")))
    recipe = pki.Recipe()
    signed = Checkpoint(values.ORIGIN, 0, Checkpoint.parse_text(_EMPTY).root).sign(values.LOG_KEY)
    line = cosign(Note.parse(signed).text, "witness.example/w1", values.LOG_KEY, NOW)
    noted = Note.parse(signed).with_signatures(line).to_bytes()
    key = WitnessKey("witness.example/w1", values.LOG_KEY.public_der)
    proof = TlogProof(0, (bytes(32),), signed, b"{}")
    policy = f"log {NoteKey('l', key.public_der).vkey()}\nwitness w {key.vkey()}\ngroup g any w\nquorum g\n"
    keys = public_keys([PublicKey.of("log", values.LOG_KEY, NOW)])
    entry = values.entry().to_bytes()
    manifests = (values.manifest().to_bytes(), values.full_manifest().to_bytes())
    receipts = ReceiptTrust(
        (PublicKey.of("receipt", values.RECEIPT_KEY, NOW),),
        values.ORIGIN,
        (NoteKey(values.ORIGIN, values.LOG_KEY.public_der),),
    )
    accepted = Acceptance(values.DEPOSIT, 1, "ab" * 32, "ab" * 64, "ab" * 32, values.WHEN, 0, proof.to_text())
    deposit_receipt = DepositReceipt(values.ARCHIVE, values.ORIGIN, accepted).sign(values.RECEIPT_KEY)
    items = (BatchItem(1, "received", accepted), BatchItem(2, "void"))
    batch_receipt = BatchReceipt(
        values.ARCHIVE, values.ORIGIN, values.BATCH, values.WHEN, items, gaps=(3,)
    ).sign(values.RECEIPT_KEY)
    return {
        "receipt": Target(lambda data: DepositReceipt.verify(data, receipts), (deposit_receipt,)),
        "batch-receipt": Target(lambda data: BatchReceipt.verify(data, receipts), (batch_receipt,)),
        "record": Target(
            _record, tuple(path.read_bytes() for path in sorted(FOLDER.glob("*.ers"))), der=True
        ),
        "token": Target(
            lambda data: verify_token(data, imprint=pki.IMPRINT, trust=pki.TRUST, at=pki.GEN_TIME),
            (*tokens, recipe.token(), recipe.but(crls=(pki.revocation_list(pki.ROOT),)).token()),
            der=True,
        ),
        "envelope": Target(cms.open_envelope, tokens, der=True),
        "response": Target(
            lambda data: accept_response(
                data, imprint=pki.IMPRINT, nonce=pki.NONCE, trust=pki.TRUST, now=pki.GEN_TIME
            ),
            (recipe.response(), recipe.response("rejection", "bad_alg")),
            der=True,
        ),
        "note": Target(_note, (noted, signed)),
        "tlog-proof": Target(
            lambda data: TlogProof.parse(data.decode("utf-8", "replace")), (proof.to_text().encode(),)
        ),
        "add-checkpoint": Target(_witness, (AddCheckpoint(0, (), noted).to_bytes(),)),
        "cosignatures": Target(
            lambda data: accept_cosignatures(data, signed, [key], NOW), (line.line().encode(),)
        ),
        "quorum-policy": Target(QuorumPolicy.parse, (policy.encode(),)),
        "algorithm-policy": Target(parse_policy, (policy_bytes(BUILT_IN),)),
        "canonical": Target(canonical.loads, (*manifests, policy_bytes(BUILT_IN))),
        "manifest": Target(EvidenceManifest.parse, manifests),
        "entry": Target(Entry.parse, (entry,)),
        "bundle": Target(parse_bundle, (entry_bundle([entry] * 3),)),
        "keys": Target(parse_public_keys, (keys,)),
        **{name: Target(call, (good,), der) for name, call, good, der in package_targets()},
    }


_EMPTY = f"{values.ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


def attempt(name: str, data: bytes) -> bool:
    """Whether the parser took it; whatever it raises without a code comes through."""
    try:
        targets()[name].call(data)
    except EvidenceError as error:
        assert error.code, error
        return False
    return True


def damaged(name: str, chance: random.Random) -> bytes:
    """A seed with one to four damages."""
    target = targets()[name]
    return damage(target.seeds, chance, der=target.der)


def damage(seeds: Sequence[bytes], chance: random.Random, *, der: bool) -> bytes:
    """One of the seeds with one to four damages, most of them within its structure where it is DER."""
    data = chance.choice(seeds)
    for _ in range(chance.randint(1, 4)):
        within = der and chance.random() < 0.7
        data = _damage_der(data, chance) if within else _damage(data, seeds, chance)
    return data[:_LARGEST]


_INTERESTING = (
    b"\x00",
    b"\xff",
    b"\x80",
    b"\x30\x80",
    b"\n",
    b"\n\n",
    b"9" * 30,
    b"\xe2\x80\x94 ",
    b"{}",
    b'"',
    b"\\ud800",
)


def _damage(data: bytes, seeds: Sequence[bytes], chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.choice((0, 1, 1, 2, 8, 64)))
    match chance.randrange(6):
        case 0 if start < len(data):
            return data[:start] + bytes([data[start] ^ (1 << chance.randrange(8))]) + data[start + 1 :]
        case 1:
            return data[:start] + data[end:]
        case 2:
            return data[:start] + data[start:end] * chance.choice((2, 3, 200)) + data[end:]
        case 3:
            return data[:start] + chance.choice(_INTERESTING) + data[end:]
        case 4:
            other = chance.choice(seeds)
            return data[:start] + other[chance.randint(0, len(other)) :]
        case _:
            return data[:start] + chance.randbytes(chance.randint(0, 9)) + data[end:]


def _damage_der(data: bytes, chance: random.Random) -> bytes:
    """One element is changed, dropped, doubled, emptied, nested, or exchanged; the lengths around it are put right."""
    tree = _split(data)
    if tree is None:
        return data
    path: list[int] = []
    node = tree
    while isinstance(node[1], list) and node[1] and (not path or chance.random() < 0.8):
        path.append(chance.randrange(len(node[1])))
        node = node[1][path[-1]]
    parent = tree
    for step in path[:-1]:
        parent = parent[1][step]
    if not path:
        return data
    siblings, place = parent[1], path[-1]
    tag, contents = siblings[place]
    match chance.randrange(7):
        case 0:
            del siblings[place]
        case 1:
            siblings.insert(place, siblings[place])
        case 2:
            siblings[place] = (tag, b"")
        case 3:
            siblings[place] = (chance.randrange(256) & ~0x1F | chance.randrange(31), contents)
        case 4 if isinstance(contents, bytes):
            siblings[place] = (tag, _damage(contents, [contents], chance))
        case 5:
            siblings[place] = chance.choice(siblings)
        case _:
            nested = siblings[place]
            for _ in range(chance.choice((1, 3, 60))):
                nested = (0x30, [nested])
            siblings[place] = nested
    return _join(tree)


def _split(data: bytes) -> tuple[int, object] | None:
    """The DER as nested (tag, contents); None where it is none any more."""
    try:
        [node] = _elements(data)
    except (ValueError, IndexError):
        return None
    return node


def _elements(data: bytes) -> list[tuple[int, object]]:
    found: list[tuple[int, object]] = []
    position = 0
    while position < len(data):
        tag, length, start = data[position], data[position + 1], position + 2
        if length >= 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[position + 2 : start], "big")
        contents = data[start : start + length]
        if len(contents) != length:
            raise ValueError("cut off")
        found.append((tag, _elements(contents) if tag & 0x20 else contents))
        position = start + length
    return found


def _join(node: tuple[int, object]) -> bytes:
    tag, inner = node
    contents = b"".join(map(_join, inner)) if isinstance(inner, list) else bytes(inner)  # type: ignore[call-overload]
    size = len(contents)
    if size < 0x80:
        return bytes((tag, size)) + contents
    octets = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | octets)) + size.to_bytes(octets, "big") + contents


def run(name: str, seconds: float, seed: int) -> tuple[int, int]:
    """Damage and parse until the time is up; gives how many were tried, and how many were taken."""
    chance = random.Random(seed)
    end = time.monotonic() + seconds
    tried = taken = 0
    while time.monotonic() < end:
        data = damaged(name, chance)
        begun = time.process_time()
        try:
            taken += attempt(name, data)
        except Exception:
            (FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:8]}").write_bytes(data)
            raise
        tried += 1
        assert time.process_time() - begun < 5, f"{name} takes long over {data.hex()}"
    return tried, taken


if __name__ == "__main__":
    for chosen in sys.argv[2:] or targets():
        print(chosen, *run(chosen, float(sys.argv[1]), time.time_ns()))
