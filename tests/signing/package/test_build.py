"""The package: its layout, its bytes as a function of its parts, and what is refused."""

import io
import zipfile
from dataclasses import replace

import pytest

from signing.errors import PackageInvalid
from signing.package import layout
from signing.package.asic_manifest import AsicManifest
from signing.package.index import PackageIndex
from tests.signing.package.sample import EXPORTED, SEAL, opener, package_of, sample

TWO = sample(2)
SEALED = {layout.SEAL}


def _contents(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_layout():
    with zipfile.ZipFile(io.BytesIO(package_of(TWO.parts))) as archive:
        infos = archive.infolist()
    names = [info.filename for info in infos]
    assert names[0] == "mimetype"
    assert names[1:] == sorted(names[1:])
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
    assert {info.extra for info in infos} == {b""}
    assert set(names) == {
        "META-INF/ASiCEvidenceRecordManifest-1.xml",
        "META-INF/ASiCEvidenceRecordManifest-2.xml",
        "META-INF/ASiCEvidenceRecordManifest-3.xml",
        "META-INF/ASiCManifest.xml",
        "META-INF/evidencerecord-1.ers",
        "META-INF/evidencerecord-2.ers",
        "META-INF/evidencerecord-3.ers",
        "META-INF/signature.p7s",
        "VERIFY.md",
        "documents/1/evidence-manifest.json",
        "documents/1/original.tif",
        "documents/1/transfer-note.json",
        "documents/2/evidence-manifest.json",
        "documents/2/original.tif",
        "documents/2/transfer-note.json",
        "exhibits/1.pdf",
        "exhibits/2.pdf",
        "log/checkpoint",
        "log/keys.json",
        "log/stamp-1.checkpoint",
        "log/stamp-1.consistency",
        "mimetype",
        "package.json",
        "report.pdf",
        "time/stamp-1/chain-1.pem",
        "time/stamp-1/revocation-1.crl",
        "time/stamp-1/token-1.der",
        *(f"log/entries/{seq}.tlog-proof" for seq in range(6)),
    }


def test_exact_bytes_inside():
    contents = _contents(package_of(TWO.parts))
    assert contents["mimetype"] == b"application/vnd.etsi.asic-e+zip"
    assert contents["documents/2/original.tif"] == TWO.originals[1]
    assert contents["documents/1/evidence-manifest.json"] == TWO.parts.deposits[0].manifest
    assert "żółć" in contents["documents/1/transfer-note.json"].decode()


def test_all_but_the_seal_is_a_function_of_the_parts():
    first, second = (_contents(package_of(TWO.parts)) for _ in range(2))
    assert {name for name in first if first[name] != second[name]} == SEALED
    assert list(first) == list(second)


def test_the_seal_lists_every_file():
    contents = _contents(package_of(TWO.parts))
    manifest = AsicManifest.parse(contents[layout.SEAL_MANIFEST])
    assert {each.uri for each in manifest.references} == set(contents) - layout.UNSEALED
    assert manifest.to_bytes() == contents[layout.SEAL_MANIFEST]


def test_guide_names_the_tokens():
    text = _contents(package_of(TWO.parts))["VERIFY.md"].decode()
    assert TWO.tree.root.hex() in text
    assert "time/stamp-1/token-1.der" in text


@pytest.mark.parametrize("language", ["pl", "it"])
def test_the_guide_stands_in_the_language_of_the_package_as_well(language: str):
    english = _contents(package_of(TWO.parts))["VERIFY.md"].decode()
    contents = _contents(package_of(TWO.but(language=language)))
    assert contents["VERIFY.md"].decode() == english
    text = contents[f"VERIFY.{language}.md"].decode()
    commands = [line for line in text.splitlines() if line.startswith("    ")]
    assert commands == [line for line in english.splitlines() if line.startswith("    ")]
    assert text.count("\n## ") == english.count("\n## ")
    assert not set(text.splitlines()) & {line for line in english.splitlines() if line[:1].isalpha()}


def test_pending_deposits_have_no_record():
    parts = sample(1, pending=True).parts
    contents = _contents(package_of(parts))
    assert not [name for name in contents if "evidencerecord" in name or name.startswith("time/")]
    index = PackageIndex.parse(contents["package.json"])
    assert [each.stamp for each in index.deposits] == [None]


def _refused(parts: object) -> str:
    with pytest.raises(PackageInvalid) as caught:
        package_of(parts)  # type: ignore[arg-type]
    return caught.value.message


def test_other_bytes_than_the_manifest_says():
    deposit = TWO.parts.deposits[0]
    altered = replace(deposit, files={"original.tif": opener(b"x" * len(TWO.originals[0]))})
    assert "other bytes" in _refused(TWO.but(deposits=(altered, TWO.parts.deposits[1])))
    for data in (b"", TWO.originals[0] + b"x"):
        longer = replace(deposit, files={"original.tif": opener(data)})
        assert "does not have the" in _refused(TWO.but(deposits=(longer, TWO.parts.deposits[1])))


def test_other_files_than_the_manifest_lists():
    deposit = TWO.parts.deposits[0]
    more = replace(deposit, files={**deposit.files, "extra.tif": opener(b"")})
    assert "files that its manifest lists" in _refused(TWO.but(deposits=(more, TWO.parts.deposits[1])))


def test_a_stamp_and_its_record_go_together():
    alone = replace(TWO.parts.deposits[0], record=None)
    assert "without a record" in _refused(TWO.but(deposits=(alone, TWO.parts.deposits[1])))


def test_proofs_carry_their_entries():
    proofs = TWO.parts.log.proofs
    bare = replace(TWO.parts.log, proofs=(replace(proofs[0], extra=None), *proofs[1:]))
    assert "does not carry" in _refused(TWO.but(log=bare))
    moved = replace(TWO.parts.log, proofs=(replace(proofs[0], index=5), *proofs[1:]))
    assert "does not carry" in _refused(TWO.but(log=moved))


def test_a_package_has_documents():
    assert "at least one document" in _refused(TWO.but(documents=()))


def test_seal_without_time_stamp_is_smaller():
    with_stamp = package_of(TWO.parts, SEAL, EXPORTED)
    assert len(package_of(TWO.parts, SEAL, EXPORTED, stamped=False)) < len(with_stamp)
