"""Steps 4 to 8: what each evidence record is for, that it covers exactly that, and what its tokens prove."""

from collections.abc import Mapping, Sequence

from signing.errors import RecordRefused, TokenRefused
from signing.ers import Digest, Proof, parse_record
from signing.other_tokens import TokenChecks
from signing.package import layout
from signing.package.asic_manifest import AsicManifest
from signing.package.index import DepositItem
from signing.timestamp import Token
from signing.tst_info import Imprint
from signing.verdict import Aspect, TimeClass, Verdict, strongest, weakest
from signing.verifier.container import Container
from signing.verifier.findings import Findings
from signing.verifier.opened import LARGEST_DER, LARGEST_XML, Opened
from signing.verifier.other_tokens import read_others
from signing.verifier.streamed import streamed_digest
from tabellion.base.clock import rfc3339


def read_record_manifests(container: Container, findings: Findings) -> Mapping[str, AsicManifest]:
    """Manifests by the record that they are for; digests in them are compared with the files."""
    found: dict[str, AsicManifest] = {}
    for name in container.entries:
        if not layout.RECORD_MANIFEST_FILE.fullmatch(name):
            continue
        try:
            manifest = AsicManifest.parse(container.read(name, LARGEST_XML))
        except ValueError as error:
            findings.add("RECORD_MANIFEST", f"{name}: {error}")
            continue
        if manifest.target in found:
            findings.add("RECORD_MANIFEST", f"{name} and another are both for {manifest.target}")
        uris = [each.uri for each in manifest.references]
        if len(set(uris)) != len(uris):
            findings.add("RECORD_MANIFEST", f"{name} names a file twice")
        if manifest.target not in container:
            findings.add("FILE_MISSING", f"{manifest.target} is not there, and {name} is for it")
            continue
        found[manifest.target] = manifest
        for each in manifest.references:
            if each.uri not in container:
                findings.add("FILE_MISSING", f"{each.uri} is not there, and {name} lists it")
            elif streamed_digest(container, each.uri)(each.algorithm) != each.digest:
                findings.add("FILE_ALTERED", f"{each.uri} has another digest than {name} says")
    return found


def check_records(package: Opened) -> None:
    """The record of every deposit, and of every stamp's note."""
    findings = package.findings
    findings.looked(Aspect.TIME)
    package.records = read_record_manifests(package.container, findings)
    package.others = read_others(package.container)
    expected: set[str] = set()
    for item in package.index.deposits:
        document = package.document_of(item)
        if item.stamp is None:
            findings.times.append("pending")
            findings.add("TIME_PENDING", f"the time proof of {item.folder} is pending", document)
            continue
        record = layout.record(item.number)
        expected.add(record)
        manifest = package.manifests.get(item.number)
        if manifest is not None:
            paths = [layout.MANIFEST_NAME, *(entry.path for entry in manifest.files)]
            _check_one(package, record, [f"{item.folder}/{path}" for path in paths], item, document)
    stamps = sorted({item.stamp for item in package.index.deposits if item.stamp is not None})
    for number, stamp in enumerate(stamps, len(package.index.deposits) + 1):
        expected.add(layout.record(number))
        _check_one(package, layout.record(number), [layout.stamp_checkpoint(stamp)], None, None)
    for extra in sorted(package.records.keys() - expected):
        findings.add("RECORD_MANIFEST", f"{extra} belongs to nothing that the index names")


def _check_one(
    package: Opened, record: str, names: Sequence[str], item: DepositItem | None, document: str | None
) -> None:
    findings, container = package.findings, package.container
    manifest = package.records.get(record)
    if manifest is None or {each.uri for each in manifest.references} != set(names):
        findings.add("RECORD_MANIFEST", f"{record} is not said to be for {', '.join(names)[:200]}", document)
    if missing := [name for name in (record, *names) if name not in container]:
        findings.add("FILE_MISSING", f"{missing[0]} is not there", document)
        return
    proof = prove(package, record, names, document)
    if proof is not None:
        package.first_tokens[record] = proof.steps[0].token
    if item is not None:
        findings.times.append(_unproven(findings) if proof is None else _time_class(package, proof))


def _unproven(findings: Findings) -> TimeClass:
    """Of a record that does not hold: where something is false, no time is proven, whoever the authority may be."""
    return "none" if findings.verdicts.get(Aspect.TIME) is Verdict.FAILED else "unknown"


def _time_class(package: Opened, proof: Proof) -> TimeClass:
    """Of the tokens over the first root the best, because each proves alone; of renewals the weakest."""
    first = (proof.tokens[0], *_others(package, proof))
    return weakest([strongest(each.time_class for each in first), *(t.time_class for t in proof.tokens[1:])])


def _others(package: Opened, proof: Proof) -> list[Token]:
    """Tokens of other operators over the first root that stand as well."""
    step = proof.steps[0]
    found = _checks(package).all_standing(package.others, Imprint(step.algorithm, step.imprint))
    return [each for each in found if each.der != proof.tokens[0].der]


def _checks(package: Opened) -> TokenChecks:
    return TokenChecks(package.check_token, package.at, package.trust.algorithms)


def prove(package: Opened, record: str, names: Sequence[str], document: str | None = None) -> Proof | None:
    """What a record proves of these files, noted as a finding; None where it was refused."""
    members: list[Digest] = [streamed_digest(package.container, name) for name in names]
    findings = package.findings
    try:
        parsed = parse_record(package.container.read(record, LARGEST_DER))
        proof = _checks(package).verify(parsed, members, package.others)
    except (RecordRefused, TokenRefused) as error:
        findings.refused(Aspect.TIME, error, record, document)
        return None
    findings.checked["records"] += 1
    findings.checked["tokens"] += len(proof.tokens)
    for token in proof.tokens:
        findings.authorities.add(token.authority)
    orders = {step.order for step in proof.steps if step.order is not None}
    renewed = f", renewed {len(proof.steps) - 1} times" if len(proof.steps) > 1 else ""
    joined = f" (hash-tree renewals joined {' and '.join(sorted(orders))})" if orders else ""
    thing = names[0].removesuffix(f"/{layout.MANIFEST_NAME}")
    what = f"{thing} existed not later than {rfc3339(proof.existed)}"
    findings.add("EXISTED", f"{what}, says {proof.tokens[0].authority}{renewed}{joined}", document)
    for other in _others(package, proof):
        findings.authorities.add(other.authority)
        what = f"{thing} existed not later than {rfc3339(other.gen_time)}, says {other.authority} as well"
        findings.add("EXISTED", what, document)
    return proof
