"""Index and manifests of a package are read strictly."""

import io
import os

import pytest

from signing import canonical
from signing.errors import KeyUnusable
from signing.keys import Algorithm, KeySigner
from signing.package.asic_manifest import AsicManifest, Reference
from signing.package.index import DepositItem, DocumentItem, PackageIndex
from signing.package.seal import SealKey
from signing.package.zip_writer import writing
from tests.shared import SHARED, needs_shared
from tests.signing.package.sample import EXPORTED, SEAL, identifier
from tests.signing.values import ARCHIVE, ORIGIN

INDEX = PackageIndex(
    ARCHIVE,
    ORIGIN,
    "en",
    9,
    (DepositItem(1, identifier(1, 1), "ab" * 32, 4), DepositItem(2, identifier(1, 2), "ac" * 32)),
    (
        DocumentItem(identifier(2, 1), (1, 2), exhibit=1),
        DocumentItem(identifier(2, 2), (2,), (identifier(1, 3),)),
    ),
)
MANIFEST = AsicManifest(
    "META-INF/signature.p7s",
    (Reference("a&b.txt", "sha256", b"\x01" * 32, "text/plain"), Reference("c", "sha3_512", b"\x02" * 64)),
    "application/pkcs7-signature",
)


def test_index_round_trip():
    assert PackageIndex.parse(INDEX.to_bytes()) == INDEX


@pytest.mark.parametrize(
    "change",
    [
        {"documents": []},
        {"documents": [{"document": identifier(2, 1), "deposits": [1]}]},
        {"documents": [{"document": identifier(2, 1), "deposits": [1, 2, 3]}]},
        {"deposits": [{"number": 1, "deposit": identifier(1, 1), "manifest": "ab" * 32}] * 2},
        {"deposits": 7},
        {"checkpoint": 0},
        {"language": "../en"},
        {"origin": ""},
        {"$schema": "urn:tabellion:package:v2"},
        {"trust": {}},
    ],
)
def test_index_refused(change: dict[str, object]):
    value = canonical.load_object(INDEX.to_bytes()) | change
    with pytest.raises(ValueError):
        PackageIndex.parse(canonical.dumps(value))


def test_index_is_canonical():
    with pytest.raises(ValueError, match="canonical"):
        PackageIndex.parse(INDEX.to_bytes() + b"\n")


def test_manifest_round_trip():
    assert AsicManifest.parse(MANIFEST.to_bytes()) == MANIFEST


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<ASiCManifest", b"<!DOCTYPE a [<!ENTITY b 'c'>]><ASiCManifest"),
        (b"<ASiCManifest", b"<Other"),
        (b"UTF-8", b"UF-8"),
        (b"UTF-8", b"ISO-8859-2"),
        (b"UTF-8", b"utf-7"),
        (b"</ASiCManifest>", b""),
        (b"http://uri.etsi.org/02918/v1.2.1#", b"urn:other"),
        (b"xmlenc#sha256", b"xmldsig#sha1"),
        (b"ds:DigestValue>", b"ds:Value>"),
        (b' URI="c"', b""),
        (b"AQEB", b"\xc3\xa9AQE"),
        (b"<DataObjectReference", b'<SigReference URI="x"/><DataObjectReference'),
        (b"</ds:DigestValue>", b"</ds:DigestValue><ds:DigestValue>AA==</ds:DigestValue>"),
    ],
)
def test_manifest_refused(old: bytes, new: bytes):
    altered = MANIFEST.to_bytes().replace(old, new)
    assert altered != MANIFEST.to_bytes()
    with pytest.raises(ValueError):
        AsicManifest.parse(altered)


@needs_shared("vectors", "asice")
def test_manifests_of_others_are_read():
    path = SHARED / "vectors" / "asice" / "er-asn1-multi-files.asice"
    import zipfile

    with zipfile.ZipFile(path) as archive:
        manifest = AsicManifest.parse(archive.read("META-INF/ASiCEvidenceRecordManifest.xml"))
    assert manifest.target == "META-INF/evidencerecord.ers"
    assert [each.uri for each in manifest.references] == ["test.txt", "test2.txt"]


def test_seals_that_courts_could_not_follow():
    ed25519 = KeySigner.generate(Algorithm.ED25519)
    with pytest.raises(KeyUnusable, match="P-256"):
        SealKey(ed25519, SEAL.certificate)
    with pytest.raises(KeyUnusable, match="another key"):
        SealKey(KeySigner.generate(Algorithm.P256), SEAL.certificate)


@pytest.mark.parametrize("year", [2026, 2051])
def test_signing_time(year: int):
    seal = SealKey.create("seal", KeySigner.generate(Algorithm.P384), EXPORTED, os.urandom)
    der = seal.sign(b"content", EXPORTED.replace(year=year, day=25))
    assert (b"\x17\x0d261125" in der) == (year == 2026)
    assert (b"\x18\x0f20511125" in der) == (year == 2051)


def test_zip_does_not_overwrite():
    out = io.BytesIO()
    with writing(out) as archive, pytest.raises(ValueError):
        archive.add("a", 3, io.BytesIO(b"ab"))
