import base64
import hashlib
import json
from dataclasses import replace

import pytest

from signing import canonical
from signing.errors import ManifestInvalid
from signing.manifest import Claimed, EvidenceManifest, FileEntry, Source, manifest_digest
from tests.signing.values import file_entry, full_manifest, manifest


@pytest.mark.parametrize("made", [manifest(), full_manifest()], ids=["least", "full"])
def test_a_manifest_comes_back_from_its_bytes(made):
    data = made.to_bytes()
    assert EvidenceManifest.parse(data) == made
    assert data.startswith(b'{"$schema":"urn:tabellion:evidence-manifest:v1",')
    assert canonical.dumps(json.loads(data)) == data


def test_digest_and_members():
    made = full_manifest()
    assert manifest_digest(made.to_bytes()) == hashlib.sha256(made.to_bytes()).digest()
    assert [member.hex() for member in made.member_digests] == [each.sha256 for each in made.files]
    assert made.files[0].digests.size == made.files[0].size


def _changed(path: str, value: object) -> bytes:
    whole = json.loads(full_manifest().to_bytes())
    *parents, last = path.split("/")
    place = whole
    for name in parents:
        place = place[int(name) if isinstance(place, list) else name]
    key = int(last) if isinstance(place, list) else last
    if value is KeyError:
        del place[key]
    else:
        place[key] = value
    return canonical.dumps(whole)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$schema", "urn:tabellion:evidence-manifest:v2"),
        ("$schema", KeyError),
        ("archive", "ARCHIVE"),
        ("archive", 7),
        ("deposit", "0192F0C1-2B3C-7D4E-8F50-617283940A2C"),
        ("version", 0),
        ("version", True),
        ("version", "1"),
        ("salt", base64.b64encode(bytes(31)).decode()),
        ("salt", base64.b64encode(bytes(32)).decode().replace("=", "")),
        ("salt", base64.b64encode(bytes(32)).decode()[:-2] + "B="),
        ("files", []),
        ("files", {}),
        ("files/0", "original.tif"),
        ("files/0/path", "../original.tif"),
        ("files/0/path", "/original.tif"),
        ("files/0/path", "a//b"),
        ("files/0/path", "umowa żółta.tif"),
        ("files/0/path", "original.tif\n"),
        ("files/0/path", "derived/text.json"),
        ("files/0/path", "a" * 300),
        ("files/0/role", "The Original"),
        ("files/0/media_type", "tiff"),
        ("files/0/size", -1),
        ("files/0/sha256", "AB" * 32),
        ("files/0/sha256", "ab" * 31),
        ("files/0/sha512", "ab" * 32),
        ("files/0/name", "Jan Kowalski.tif"),
        ("files/0/sha512", KeyError),
        ("protection_class", "Very High"),
        ("retention_class", ""),
        ("received_at", "2026-11-21T09:14:00Z"),
        ("received_at", "2026-02-30T09:14:00.000000Z"),
        ("claimed", {}),
        ("claimed/operator", "Jan Kowalski"),
        ("claimed/sequence", -1),
        ("claimed/device", "żółty"),
        ("claimed/batch", "a/b"),
        ("claimed/started_at", "yesterday"),
        ("claimed/sha256", "ab"),
        ("derived_from", []),
        ("derived_from/0/pages", [0]),
        ("derived_from/0/pages", []),
        ("derived_from/0/manifest", "cd"),
        ("supersedes", ""),
        ("unknown", 1),
    ],
)
def test_a_manifest_that_breaks_the_format_is_refused(path, value):
    with pytest.raises(ManifestInvalid):
        EvidenceManifest.parse(_changed(path, value))


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"$schema":1}', b'"text"'])
def test_what_is_no_manifest_at_all(data):
    with pytest.raises(ManifestInvalid):
        EvidenceManifest.parse(data)


def test_two_spellings_of_one_manifest_are_one_too_many():
    data = manifest().to_bytes()
    for other in (
        data + b"\n",
        data.replace(b'"version":1', b'"version": 1'),
        data.replace(b'"salt"', b'"\\u0073alt"'),
    ):
        assert other != data
        with pytest.raises(ManifestInvalid):
            EvidenceManifest.parse(other)


def test_a_manifest_cannot_be_made_wrong():
    with pytest.raises(ValueError, match="salt"):
        replace(manifest(), salt=b"short")
    with pytest.raises(ValueError, match="same path"):
        replace(manifest(), files=(file_entry(), file_entry()))
    with pytest.raises(ValueError, match="claimed"):
        replace(manifest(), claimed=Claimed())
    with pytest.raises(ValueError, match="manifest"):
        Source("not a digest")
    with pytest.raises(ValueError, match="size"):
        FileEntry("a", "original", "a/b", 2**53, "ab" * 32, "ab" * 64)
