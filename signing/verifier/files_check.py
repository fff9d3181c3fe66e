"""Step 3: manifests are strict, and list exactly the files that are there, with their sizes and both hashes."""

import hashlib

from signing.errors import ManifestInvalid
from signing.manifest import EvidenceManifest
from signing.package import layout
from signing.package.index import DepositItem
from signing.verdict import Aspect
from signing.verifier.opened import LARGEST_JSON, Opened


def check_files(package: Opened) -> None:
    """Every deposit of the index."""
    package.findings.looked(Aspect.INTEGRITY)
    for item in package.index.deposits:
        _check_deposit(package, item)
    package.findings.checked["documents"] += len(package.index.documents)


def _check_deposit(package: Opened, item: DepositItem) -> None:
    container, add, document = package.container, package.findings.add, package.document_of(item)
    package.findings.checked["deposits"] += 1
    name = f"{item.folder}/{layout.MANIFEST_NAME}"
    if name not in container:
        add("FILE_MISSING", f"{name} is not there", document)
        return
    data = container.read(name, LARGEST_JSON)
    try:
        manifest = EvidenceManifest.parse(data)
    except ManifestInvalid as error:
        add("MANIFEST_INVALID", f"{name}: {error}", document)
        return
    if hashlib.sha256(data).hexdigest() != item.manifest:
        add("MANIFEST_DIFFERS", f"{name} is another manifest than the index names", document)
        return
    if (manifest.archive, manifest.deposit) != (package.index.archive, item.deposit):
        add("MANIFEST_DIFFERS", f"{name} is of another archive or deposit than the index says", document)
        return
    package.manifests[item.number] = manifest
    for entry in manifest.files:
        path = f"{item.folder}/{entry.path}"
        if path not in container:
            add("FILE_MISSING", f"{path} is not there, and its manifest lists it", document)
            continue
        digests = container.digests(path)
        package.findings.checked["files"] += 1
        package.findings.checked["bytes"] += digests.size
        if digests != entry.digests:
            add("FILE_ALTERED", f"{path} has other bytes than its manifest says", document)
    listed = {f"{item.folder}/{entry.path}" for entry in manifest.files}
    for extra in sorted(_below(package, item) - listed):
        add("FILE_NOT_COVERED", f"{extra} is not in the manifest of its folder", document)
    if manifest.derived_from:
        what = "an extract of a deposit that is not in the package: the archive alone attests where it comes from"
        add("DESCENT_ATTESTED", f"{item.folder} is {what}", document)


def _below(package: Opened, item: DepositItem) -> set[str]:
    own = {f"{item.folder}/{layout.MANIFEST_NAME}", f"{item.folder}/{layout.NOTE_NAME}"}
    return {name for name in package.container.entries if name.startswith(f"{item.folder}/")} - own
