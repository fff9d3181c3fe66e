"""The folder of trust: what `tabellion keys export --public` writes, and what a verifier reads (docs/evidence.md).

Pure: a folder is its files' names and bytes; `read_folder` is the one function that touches a disk.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from signing import canonical
from signing import fields as check
from signing.algorithm_policy import parse_policy as parse_algorithms
from signing.algorithm_policy import tighten
from signing.algorithms import BUILT_IN
from signing.cosignature import WitnessKey
from signing.errors import TrustInvalid
from signing.keys import PublicKey, parse_public_keys, public_keys
from signing.note import NoteKey
from signing.quorum import Group, Named, QuorumPolicy
from signing.timestamp import TimestampTrust
from signing.verdict import EMBEDDED, Policy, TrustInput
from signing.verifier.policy import parse_policy, policy_bytes
from signing.verifier.trust import Trust, fingerprint
from tabellion.base.errors import EvidenceError

_LARGEST = 1 << 20
_MOST = 1000
_ALL = "all-witnesses"


def read_folder(folder: Path) -> dict[str, bytes]:
    """The files below a folder of trust by their relative names; raises `TrustInvalid`."""
    try:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        if not folder.is_dir() or len(paths) > _MOST or any(path.stat().st_size > _LARGEST for path in paths):
            raise TrustInvalid(f"{folder} is no folder of trust: it is missing, or far too large")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise TrustInvalid(f"the folder of trust cannot be read: {error.strerror}") from error


def trust_of(files: Mapping[str, bytes], source: str, policy: Policy | None = None) -> Trust:
    """The trust in the files of a folder, all optional; `source` says where it came from. Raises `TrustInvalid`.

    `policy` overrides that of the folder; without either, it is `embedded`.
    """
    try:
        return _trust_of(files, source, policy)
    except TrustInvalid:
        raise
    except (EvidenceError, ValueError) as error:
        raise TrustInvalid(f"the folder of trust cannot be read: {error}") from error


def trust_files(
    *,
    keys: Sequence[PublicKey],
    log_keys: Sequence[NoteKey],
    seals: Sequence[x509.Certificate] = (),
    authorities: Mapping[str, TimestampTrust] = {},
    witnesses: Mapping[str, WitnessKey] = {},
    policy: Policy = EMBEDDED,
) -> dict[str, bytes]:
    """The files of a folder that `trust_of` reads; authorities and witnesses by the names of their files."""
    files = {
        "keys.json": public_keys(keys),
        "log.vkey": "".join(f"{key.vkey()}\n" for key in log_keys).encode(),
        "policy.json": policy_bytes(policy),
    }
    if seals:
        files["seal.pem"] = b"".join(each.public_bytes(Encoding.PEM) for each in seals)
    for name, authority in authorities.items():
        files[f"tsa/{name}.pem"] = b"".join(each.public_bytes(Encoding.PEM) for each in authority.anchors)
        files[f"tsa/{name}.json"] = canonical.dumps(
            {
                "authority": authority.authority,
                "time_class": authority.time_class,
                "policies": sorted(authority.policies),
                "max_accuracy_ms": int(authority.max_accuracy / timedelta(milliseconds=1)),
            }
        )
    return files | {f"witness/{name}.vkey": f"{key.vkey()}\n".encode() for name, key in witnesses.items()}


def _trust_of(files: Mapping[str, bytes], source: str, policy: Policy | None) -> Trust:
    inputs: list[TrustInput] = []

    def note(use: str, print_: str, name: str) -> None:
        inputs.append(TrustInput(use, print_, f"{source}/{name}"))

    keys: tuple[PublicKey, ...] = ()
    if "keys.json" in files:
        keys = parse_public_keys(files["keys.json"])
        for key in keys:
            note(key.use, key.fingerprint, "keys.json")
    log_keys = tuple(NoteKey.parse(line) for line in _lines(files.get("log.vkey", b"")))
    for each in log_keys:
        note("log", hashlib.sha256(each.public_der).hexdigest(), "log.vkey")
    seals = tuple(x509.load_pem_x509_certificates(files["seal.pem"])) if "seal.pem" in files else ()
    for seal in seals:
        note("seal", fingerprint(seal), "seal.pem")
    algorithms = BUILT_IN
    if "algorithms.json" in files:
        algorithms = tighten(BUILT_IN, parse_algorithms(files["algorithms.json"]))
        note("algorithms", hashlib.sha256(files["algorithms.json"]).hexdigest(), "algorithms.json")
    authorities: list[TimestampTrust] = []
    for name in sorted(files):
        if name.startswith("tsa/") and name.endswith(".pem"):
            anchors = tuple(x509.load_pem_x509_certificates(files[name]))
            said = files.get(f"{name.removesuffix('.pem')}.json")
            if said is None:
                raise TrustInvalid(f"{name} has no file beside it that says which policies are pinned")
            authorities.append(_authority(said, anchors))
            for anchor in anchors:
                note("time", fingerprint(anchor), name)
    quorum = _quorum(files, log_keys)
    if quorum is not None:
        for witness in quorum.witness_keys:
            note("witness", hashlib.sha256(witness.public_der).hexdigest(), witness.name)
    if policy is None:
        policy = parse_policy(files["policy.json"]) if "policy.json" in files else EMBEDDED
    return Trust(keys, log_keys, seals, tuple(authorities), quorum, algorithms, policy, tuple(inputs))


def _authority(data: bytes, anchors: tuple[x509.Certificate, ...]) -> TimestampTrust:
    value: Any = json.loads(data)
    required = frozenset({"authority", "time_class", "policies"})
    members = check.members("an authority", value, required, frozenset({"max_accuracy_ms"}))
    policies, time_class = members["policies"], members["time_class"]
    if not isinstance(policies, list) or not policies or not all(isinstance(each, str) for each in policies):
        raise ValueError("an authority has no policies")
    if time_class not in ("test", "ordinary", "qualified", "unknown"):
        raise ValueError("the class of time of an authority is not one of ours")
    accuracy = check.integer("max_accuracy_ms", members.get("max_accuracy_ms", 1000), 1)
    return TimestampTrust(
        authority=check.text("authority", members["authority"], "label"),
        time_class=time_class,
        anchors=anchors,
        policies=frozenset(policies),
        max_accuracy=timedelta(milliseconds=accuracy),
    )


def _quorum(files: Mapping[str, bytes], log_keys: Sequence[NoteKey]) -> QuorumPolicy | None:
    """The C2SP policy `log.policy`; without it, every witness of the folder `witness` must have cosigned."""
    if "log.policy" in files:
        return QuorumPolicy.parse(files["log.policy"])
    witnesses = {
        name: Named(WitnessKey.parse(files[name].decode().strip("\n")))
        for name in sorted(files)
        if name.startswith("witness/") and name.endswith(".vkey")
    }
    if not witnesses:
        return None
    groups = {_ALL: Group(len(witnesses), tuple(witnesses))}
    return QuorumPolicy(tuple(Named(key) for key in log_keys), witnesses, groups, _ALL)


def _lines(data: bytes) -> list[str]:
    return [line for line in data.decode().split("\n") if line]
