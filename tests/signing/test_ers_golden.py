"""Profile 1 in bytes: what was once written comes out the same, and says by DER alone what the profile says."""

import subprocess

import pytest

from signing.ers import digest_of, fold_record, parse_record
from tests.signing.golden_records import CHECKPOINT, FILES, FOLDER, kept, records

BUILT = records(kept)
MEMBERS = {"log": [CHECKPOINT], "one": FILES[0], "four": FILES[3], "bundle": [b"an entry bundle"]}


def test_the_folder_has_them_all():
    assert {path.stem for path in FOLDER.glob("*.ers")} == set(BUILT)


@pytest.mark.parametrize("name", BUILT)
def test_same_bytes(name):
    assert BUILT[name] == (FOLDER / f"{name}.ers").read_bytes()


@pytest.mark.parametrize("name", BUILT)
def test_they_hold(name):
    members = [digest_of(data) for data in MEMBERS[name.split("-")[0]]]
    steps = fold_record(parse_record((FOLDER / f"{name}.ers").read_bytes()), members)
    assert len(steps) == 1 + ("renewed" in name) + 2 * name.startswith("four-files-sha")


def test_the_profile_as_another_program_reads_it():
    answer = subprocess.run(
        ["openssl", "asn1parse", "-inform", "DER", "-in", str(FOLDER / "four-files-sha512.ers")],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    lines = [line.split("d=", 1)[1] for line in answer]
    # Version; two algorithms without parameters; three time-stamps of algorithm [0], tree [2], token, and nothing else.
    assert [line.split(":")[-1] for line in lines[:7] if "prim" in line] == ["01", "sha256", "sha512"]
    parts = [line.split(": ", 1)[1].rstrip() for line in lines if line.startswith("4 ")]
    assert parts == ["cont [ 0 ]", "cont [ 2 ]", "SEQUENCE"] * 3
