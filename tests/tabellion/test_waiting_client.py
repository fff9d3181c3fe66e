"""Commands wait as long as a service asks them to, within reason, and send a file from its beginning again."""

from pathlib import Path

import httpx
import pytest

from tabellion.doors import RemoteDoor
from tabellion.waiting_client import LONGEST, Waiting


class Service(httpx.BaseTransport):
    """Refuses the first so many requests, asking for so many seconds, then answers; keeps what it was sent."""

    def __init__(self, refusals: int, seconds: str, status: int = 429) -> None:
        self.left, self.seconds, self.status = refusals, seconds, status
        self.bodies: list[bytes] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.SyncByteStream)
        self.bodies.append(b"".join(request.stream))
        if self.left:
            self.left -= 1
            return httpx.Response(self.status, headers={"Retry-After": self.seconds}, json={"code": "X"})
        answer = {"deposit": "d", "document": "p", "sha256": "s", "size": 1, "same_bytes_as": []}
        return httpx.Response(202, json=answer)


def never(seconds: float) -> None:
    raise AssertionError(f"it waits for {seconds} s")


@pytest.mark.parametrize("status", [429, 503])
def test_it_waits_as_long_as_it_is_asked_to(status: int) -> None:
    slept: list[float] = []
    client = httpx.Client(transport=Waiting(Service(2, "3", status), slept.append), base_url="http://a.test")
    assert client.get("/").status_code == 202
    assert slept == [3.0, 3.0]


@pytest.mark.parametrize("seconds", [str(int(LONGEST) + 1), "Wed, 21 Oct 2026 07:28:00 GMT", ""])
def test_it_does_not_wait_for_hours(seconds: str) -> None:
    client = httpx.Client(transport=Waiting(Service(1, seconds), never), base_url="http://a.test")
    assert client.get("/").status_code == 429


def test_a_file_is_sent_again_from_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("tabellion.doors.time.sleep", slept.append)
    service = Service(1, "2")
    (tmp_path / "side.pdf").write_bytes(b"%PDF and more")
    client = httpx.Client(transport=Waiting(service, never), base_url="http://a.test")
    sent = RemoteDoor(client, None, None).send(tmp_path / "side.pdf")
    assert (sent.deposit, slept) == ("d", [2.0])
    assert service.bodies == [b"%PDF and more"] * 2
