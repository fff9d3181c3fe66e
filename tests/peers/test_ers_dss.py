"""EU DSS reads the evidence records that we write: initial, renewed, and under a new hash."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from signing.authority import LocalAuthority
from signing.keys import Algorithm
from signing.renewal import History, hashtree_renewal, timestamp_renewal
from tests.peers.dss import judge, needs_dss
from tests.signing.evidence import deposits, stamped, token

pytestmark = [pytest.mark.peers, needs_dss, pytest.mark.xdist_group("dss")]

NOW = datetime.now(UTC)
OLD = LocalAuthority.create(NOW - timedelta(days=900), os.urandom)
NEW = LocalAuthority.create(NOW - timedelta(days=400), os.urandom, Algorithm.P384)
ANCHORS = (OLD.ca_certificate, NEW.ca_certificate)
DEPOSITS = deposits(3, files=3)
INITIAL = stamped(DEPOSITS, NOW - timedelta(days=800), OLD)


def _renewed() -> list[History]:
    tree = timestamp_renewal([b"another stamp's token", INITIAL[0].newest_token], "sha256")
    answer = token(NEW, tree, NOW - timedelta(days=300))
    return [history.renew_timestamp(tree, 1, answer) for history in INITIAL]


def _rehashed(algorithm: str) -> list[History]:
    renewed = _renewed()
    digests = [deposit.digests(algorithm) for deposit in DEPOSITS]
    nodes = [each.renewed_node(algorithm, own) for each, own in zip(renewed, digests, strict=True)]
    tree = hashtree_renewal(nodes, [], algorithm)
    answer = token(NEW, tree, NOW - timedelta(days=10))
    return [each.renew_hashtree(tree, place, digests[place], answer) for place, each in enumerate(renewed)]


def _files(folder: Path, contents: tuple[bytes, ...]) -> list[Path]:
    paths = [folder / f"file-{number}" for number in range(len(contents))]
    for path, data in zip(paths, contents, strict=True):
        path.write_bytes(data)
    return paths


@pytest.mark.parametrize(
    ("history", "place", "timestamps"),
    [
        (INITIAL[1], 1, 1),
        (_renewed()[0], 0, 2),
        (_rehashed("sha512")[2], 2, 3),
        (_rehashed("sha3_512")[1], 1, 3),
    ],
    ids=["initial", "renewed", "rehashed with SHA-512", "rehashed with SHA3-512"],
)
def test_passed_with_the_authorities_alone(history: History, place: int, timestamps: int, tmp_path: Path):
    files = _files(tmp_path, DEPOSITS[place].files)
    record = tmp_path / "evidencerecord.ers"
    record.write_bytes(history.to_bytes())
    opinion = judge(tmp_path, record, ANCHORS, files)
    assert opinion.of("record") == [["evidencerecord.ers", "PASSED", "-"]]
    assert sorted(opinion.of("file")) == [[path.name, "found", "intact"] for path in files]
    assert (
        opinion.of("timestamp") == [["EVIDENCE_RECORD_TIMESTAMP", "PASSED", "intact", "found"]] * timestamps
    )


def test_the_judge_refuses_as_well(tmp_path: Path):
    record = tmp_path / "evidencerecord.ers"
    record.write_bytes(INITIAL[0].to_bytes())
    files = _files(tmp_path, (b"altered", b"files"))
    altered = judge(tmp_path, record, ANCHORS, files)
    assert altered.of("record")[0][1] != "PASSED"
    assert [line for line in altered.of("file") if line[1:] == ["found", "intact"]] == []
    own = _files(tmp_path, DEPOSITS[0].files)
    assert judge(tmp_path, record, ANCHORS[1:], own).of("record")[0][1] == "INDETERMINATE"
