"""Ways to forge a package: other contents in a zip that is as well-formed as ours."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from signing.keys import PublicKey
from signing.note import NoteKey
from signing.package import layout
from signing.package.asic_manifest import AsicManifest, references
from signing.package.seal import SealKey
from signing.package.zip_writer import writing
from signing.verdict import Report
from signing.verifier import Trust, trust_files, trust_of, verify_package
from signing.verifier.container import Container
from tests.signing.package.sample import AUTHORITY, EXPORTED, LOG_KEY, SEAL, START, token
from tests.signing.values import ORIGIN

AT = EXPORTED + timedelta(days=30)
TELLING = {"EXISTED", "SEALED", "WITNESS_NONE", "COMPLETENESS_UNCHECKED"}


def unpack(package: bytes) -> dict[str, bytes]:
    """Names and contents, in their order."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def same_contents(one: bytes, other: bytes) -> bool:
    """Whether names and contents are the same: dates, versions and attributes of a zip are nobody's evidence."""
    found, known = Container(io.BytesIO(one)), Container(io.BytesIO(other))
    return {n: found.read(n, 1 << 20) for n in found.entries} == {
        n: known.read(n, 1 << 20) for n in known.entries
    }


def pack(contents: Mapping[str, bytes]) -> bytes:
    """A container of these contents, in their order."""
    out = io.BytesIO()
    with writing(out) as archive:
        for name, data in contents.items():
            archive.add(name, len(data), io.BytesIO(data))
    return out.getvalue()


def altered(package: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """The package with some contents replaced, added or (None) left out; sorted as ours are."""
    contents = unpack(package) | changes
    ordered = sorted(name for name in contents if name != "mimetype")
    first = [] if contents.get("mimetype") is None else ["mimetype"]
    return pack({name: data for name in [*first, *ordered] if (data := contents[name]) is not None})


def resealed(package: bytes, changes: Mapping[str, bytes | None], seal: SealKey = SEAL) -> bytes:
    """As `altered`, sealed anew by who has the seal's key: what else stops a forgery from inside."""
    contents = unpack(altered(package, changes))
    listed = references(
        (name, "application/octet-stream", hashlib.sha256(data).digest())
        for name, data in contents.items()
        if name not in layout.UNSEALED
    )
    manifest = AsicManifest(layout.SEAL, listed).to_bytes()
    signature = seal.sign(manifest, EXPORTED, lambda imprint: token(AUTHORITY, imprint, EXPORTED))
    return altered(package, {**changes, layout.SEAL_MANIFEST: manifest, layout.SEAL: signature})


def trust(**changes: Any) -> Trust:
    """What a verifier trusts of the sample archive."""
    since = START - timedelta(days=1)
    files = trust_files(
        keys=[PublicKey.of("log", LOG_KEY, since)],
        log_keys=[NoteKey(ORIGIN, LOG_KEY.public_der)],
        seals=[SEAL.certificate],
        authorities={"local": AUTHORITY.trust},
    )
    return replace(trust_of(files, "trust"), **changes)


def verify(package: bytes, trusted: Trust | None = None, at: datetime = AT, **more: Any) -> Report:
    """The report on a package."""
    return verify_package(io.BytesIO(package), trusted or trust(), at, **more)


def codes(report: Report) -> set[str]:
    """The codes of all findings but those that only tell."""
    return {each.code for each in report.findings} - TELLING
