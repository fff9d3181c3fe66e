"""Step 9 after the end of the log's hash: entries and checkpoint existed before it, as records under another prove.

Who brings an entry and a checkpoint that existed while SHA-256 was trusted cannot have made a collision for them; so
the proofs between them keep their worth. A hash-tree renewal begins a record for each entry bundle of the log, whose
first list has the digest of every entry of the bundle, and goes on with the record of every stamp's note.
"""

from collections import defaultdict

from signing.entry import Entry
from signing.errors import RecordRefused, TokenRefused
from signing.ers import Digest, Proof, digest_of, parse_record, verify_record
from signing.note import Note
from signing.package import layout
from signing.tlog.tiles import WIDTH
from signing.verdict import Aspect
from signing.verifier.opened import LARGEST_DER, Opened
from tabellion.base.clock import rfc3339

HASH = "sha256"


def check_log_renewal(package: Opened, note: Note) -> None:
    """Every record of the log that is there must hold; all are needed once the log's hash is trusted no longer."""
    add, algorithms = package.findings.add, package.trust.algorithms
    bundles: dict[int, list[Entry]] = defaultdict(list)
    for seq, logged in package.entries.items():
        bundles[seq // WIDTH].append(logged.entry)
    proofs = [
        _prove(package, layout.bundle_record(index), [digest_of(entry.to_bytes()) for entry in entries])
        for index, entries in sorted(bundles.items())
    ]
    proofs.append(_prove(package, layout.CHECKPOINT_RECORD, [digest_of(note.text.encode())]))
    refusal = algorithms.refusal(HASH, package.at)
    if refusal is None:
        return
    if any(proof is None or algorithms.refusal(HASH, proof.existed) is not None for proof in proofs):
        add("LOG_SUNSET", f"the log's tree: {refusal}")
        return
    newest = max(proof.existed for proof in proofs if proof is not None)
    add("LOG_RENEWED", f"the checkpoint and the entries existed not later than {rfc3339(newest)}")


def _prove(package: Opened, record: str, members: list[Digest]) -> Proof | None:
    """What a record proves of members that are some of its group, for the others are not for everybody to see."""
    if record not in package.container:
        return None
    try:
        parsed = parse_record(package.container.read(record, LARGEST_DER))
        proof = verify_record(
            parsed,
            members,
            check=package.check_token,
            at=package.at,
            algorithms=package.trust.algorithms,
            exact=False,
        )
    except (RecordRefused, TokenRefused) as error:
        package.findings.refused(Aspect.LOG, error, record)
        return None
    package.findings.checked["records"] += 1
    package.findings.checked["tokens"] += len(proof.tokens)
    return proof
