"""`tabellion witness`: the answers that C2SP tlog-witness demands, under concurrency and after kill -9."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from signing import tlog
from signing.checkpoint import Checkpoint
from signing.cosignature import WitnessKey
from signing.keys import Algorithm, KeySigner
from signing.note import NoteKey
from signing.witness import LARGEST, AddCheckpoint, accept_cosignatures
from tabellion.base.clock import ManualClock
from tabellion.base.errors import Conflict
from tabellion.servers.witness import WitnessServer
from tests.tabellion.servers.running import Running, running
from tests.tabellion.terminal import Terminal

LOG = KeySigner.generate(Algorithm.ED25519)
ORIGIN = "log.example/archive"
KEY = NoteKey(ORIGIN, LOG.public_der)
LEAVES = [tlog.leaf_hash(bytes([number])) for number in range(64)]
READ = tlog.node_reader(LEAVES)
NAME = "witness.example/w1"


def checkpoint(size: int, root: bytes | None = None, origin: str = ORIGIN, signer: KeySigner = LOG) -> bytes:
    return Checkpoint(origin, size, root or tlog.root_at(size, READ)).sign(signer)


def request(old: int, new: int, signed: bytes | None = None) -> bytes:
    proof = tuple(tlog.consistency_proof(old, new, READ)) if 0 < old <= new else ()
    return AddCheckpoint(old, proof, signed or checkpoint(new)).to_bytes()


@contextmanager
def witness(folder: Path) -> Iterator[Running]:
    arguments = ("witness", "--directory", folder, "--name", NAME, "--log", KEY.vkey())
    with running(*arguments, lines=3) as made:
        yield made


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with witness(tmp_path_factory.mktemp("witness")) as made:
        yield made


@pytest.fixture
def server(tmp_path: Path) -> WitnessServer:
    return WitnessServer.open(tmp_path / "witness", ManualClock(), os.urandom, NAME, [KEY])


def post(at: Running, body: bytes) -> httpx.Response:
    return httpx.post(f"{at.address}add-checkpoint", content=body)


def test_a_log_is_followed_over_http(served: Running) -> None:
    key = WitnessKey.parse(served.said[1])
    assert httpx.get(f"{served.address}witness.vkey").text == f"{key.vkey()}\n"
    assert (key.name, served.said[2]) == (NAME, f"watches {ORIGIN}")
    for old, new in ((0, 5), (5, 5), (5, 40)):
        answer = post(served, request(old, new))
        assert answer.status_code == 200
        assert accept_cosignatures(answer.content, checkpoint(new), [key], datetime.now(UTC))
    assert post(served, b"malformed").status_code == 400
    assert post(served, request(40, 50)[:-10] + b"0" * LARGEST).status_code == 413


def answer(server: WitnessServer, body: bytes) -> tuple[int, str, bytes]:
    reply = server._add(body)
    return reply.status, reply.kind, reply.body


def test_refusals(server: WitnessServer) -> None:
    assert answer(server, request(0, 10))[0] == 200
    stranger = KeySigner.generate(Algorithm.ED25519)
    assert answer(server, request(0, 20)) == (409, "text/x.tlog.size", b"10\n")
    assert answer(server, request(5, 20)) == (409, "text/x.tlog.size", b"10\n")
    assert answer(server, request(10, 10, checkpoint(10, bytes(32)))) == (409, "text/x.tlog.size", b"10\n")
    assert answer(server, request(12, 11))[0] == 400
    assert answer(server, request(10, 20, checkpoint(20, signer=stranger)))[0] == 403
    assert answer(server, request(10, 20, checkpoint(20, origin="log.example/other")))[0] == 404
    assert answer(server, request(10, 20, checkpoint(20, bytes(32))))[0] == 422
    assert answer(server, AddCheckpoint(10, (), checkpoint(20)).to_bytes())[0] == 422
    assert answer(server, request(10, 20))[0] == 200


def test_of_two_forks_at_once_only_one_is_cosigned(server: WitnessServer) -> None:
    other = [*LEAVES[:20], *(tlog.leaf_hash(b"other %d" % number) for number in range(44))]
    forked = tlog.node_reader(other)
    assert answer(server, request(0, 10))[0] == 200
    fork = AddCheckpoint(
        10, tuple(tlog.consistency_proof(10, 40, forked)), checkpoint(40, tlog.root_at(40, forked))
    ).to_bytes()
    with ThreadPoolExecutor(8) as pool:
        bodies = [request(10, 40), fork] * 8
        statuses = [status for status, _, _ in pool.map(lambda body: answer(server, body), bodies)]
    assert sorted(set(statuses)) == [200, 409]
    assert statuses.count(200) == 1


def test_what_was_stored_before_a_kill_is_known_after_it(tmp_path: Path) -> None:
    """Killed after the transaction and before the answer: the log asks again, and is told the size."""
    folder = tmp_path / "witness"
    with witness(folder) as first:
        assert post(first, request(0, 10)).status_code == 200
        first.process.send_signal(signal.SIGKILL)
        first.process.wait(60)
    with witness(folder) as second:
        assert second.said[1] == first.said[1]
        lost = post(second, request(0, 10))
        assert (lost.status_code, lost.content) == (409, b"10\n")
        assert post(second, request(10, 10)).status_code == 200
    with sqlite3.connect(folder / "witness.db") as connection:
        assert connection.execute("SELECT origin, size FROM seen").fetchall() == [(ORIGIN, 10)]
    connection.close()


def test_nothing_is_answered_that_was_not_stored(server: WitnessServer, tmp_path: Path) -> None:
    assert answer(server, request(0, 10))[0] == 200
    (tmp_path / "witness" / "witness.db").unlink()
    (tmp_path / "witness" / "witness.db").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        server._add(request(10, 20))


def test_a_key_cosigns_under_one_name(tmp_path: Path, server: WitnessServer) -> None:
    with pytest.raises(Conflict):
        WitnessServer.open(tmp_path / "witness", ManualClock(), os.urandom, "another", [KEY])


def test_what_is_no_log(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    (tmp_path / "empty").write_text("\n")
    for value in ("nonsense", "a+b+c", str(tmp_path / "empty")):
        refused = terminal.run("witness", "--name", NAME, "--log", value, "--port", "0", code=2)
        assert "BAD_REQUEST" in refused.err
