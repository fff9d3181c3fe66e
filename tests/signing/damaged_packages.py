"""Packages to damage: the container as a whole, and single files in it that the holder of the seal's key damaged."""

import io
from collections.abc import Callable, Iterator
from functools import partial

from signing.package import layout
from signing.verdict import Verdict
from signing.verifier import verify_package
from tests.signing.package.sample import package_of, sample
from tests.signing.verifier.forging import AT, altered, resealed, same_contents, trust, unpack

INSIDE = {
    "package-index": (layout.INDEX, False),
    "package-records": ("META-INF/ASiCEvidenceRecordManifest-1.xml", False),
    "package-record": ("META-INF/evidencerecord-1.ers", True),
    "package-proof": (layout.proof(0), False),
    "package-revocation": ("time/stamp-1/revocation-1.crl", True),
}
"""What a forger who can seal may put in: parser, file, whether it is DER."""

OUTSIDE = {
    "package-seal": (layout.SEAL, True),
    "package-sealed": (layout.SEAL_MANIFEST, False),
}
"""What is not under the seal itself."""


def package_targets() -> Iterator[tuple[str, Callable[[bytes], object], bytes, bool]]:
    """Name, parser, a good input, and whether that is DER. The verifier reports on all of it and raises on none."""
    good = package_of(sample(1).parts)
    contents = unpack(good)
    yield "package", partial(_whole, good), good, False
    for name, (path, der) in OUTSIDE.items():
        yield name, partial(_one, good, path, contents[path]), contents[path], der
    for name, (path, der) in INSIDE.items():
        yield name, partial(_inside, good, path), contents[path], der


def _whole(good: bytes, data: bytes) -> None:
    report = verify_package(io.BytesIO(data), trust(), AT)
    assert report.overall is not Verdict.PASSED or same_contents(data, good)


def _one(good: bytes, path: str, kept: bytes, data: bytes) -> None:
    report = verify_package(io.BytesIO(altered(good, {path: data})), trust(), AT)
    assert data == kept or path == layout.SEAL or report.overall is not Verdict.PASSED


def _inside(good: bytes, path: str, data: bytes) -> None:
    verify_package(io.BytesIO(resealed(good, {path: data})), trust(), AT)
