"""Uploads: whole or not at all, the same answer to the same act, one piece in memory at a time, by body or by form."""

import base64
import hashlib
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import anyio
import psutil
import pytest
from sqlalchemy import select

from api.forms import LONGEST_FIELDS
from api.limits import Limiter
from archive.catalogue import schema as t
from tests.api.support import UNKNOWN, Client, House, good, papers, problem

DATA = papers(["Faktura VAT nr 12"])
BOUNDARY = "----b0undary"
FORM_TYPE = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


@pytest.fixture
def operator(house: House) -> Client:
    return house.client("operator")


def repr_digest(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def form(data: bytes = DATA, *, name: str = "scan.pdf", end: str = "--\r\n", **fields: str) -> bytes:
    """A multipart form as browsers write it: fields first, the file last."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'.encode()
        for field, value in fields.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    parts.append(head.encode() + b"Content-Type: application/pdf\r\n\r\n" + data)
    return b"".join(parts) + f"\r\n--{BOUNDARY}{end}".encode()


def nothing_is_kept(house: House) -> bool:
    """Whether there is neither row nor object of any deposit."""
    left = list(house.archive.objects.vault.list("deposits/"))
    return not left and house.count(select(t.deposits)) == 0 == house.count(select(t.work))


class TestBody:
    def test_a_digest_that_was_announced_is_checked(self, house: House, operator: Client) -> None:
        wrong = {"Repr-Digest": repr_digest(b"something else")}
        problem(operator.post("/api/v1/deposits", content=DATA, headers=wrong), 400, "DIGEST_DIFFERS")
        assert nothing_is_kept(house)
        right = {"Repr-Digest": repr_digest(DATA)}
        assert good(operator.post("/api/v1/deposits", content=DATA, headers=right), 202)["size"] == len(DATA)

    @pytest.mark.parametrize("header", ["sha-256=abc", "sha-256=:AAAA:", "sha-256=:%%:", "nonsense"])
    def test_a_digest_that_cannot_be_read_is_never_ignored(
        self, house: House, operator: Client, header: str
    ) -> None:
        answer = operator.post("/api/v1/deposits", content=DATA, headers={"Repr-Digest": header})
        problem(answer, 400, "BAD_REQUEST")
        assert nothing_is_kept(house)

    def test_the_same_key_is_the_same_deposit(self, house: House, operator: Client) -> None:
        key = {"Idempotency-Key": "night run 7"}
        first = good(operator.post("/api/v1/deposits", content=DATA, headers=key), 202)
        again = good(operator.post("/api/v1/deposits", content=DATA, headers=key), 202)
        assert again == first | {"repeated": True}
        assert house.count(select(t.deposits)) == 1
        other = operator.post("/api/v1/deposits", content=papers(["other"]), headers=key)
        problem(other, 409, "SOURCE_REUSED")

    def test_a_key_is_its_senders_own(self, house: House, operator: Client) -> None:
        key = {"Idempotency-Key": "1"}
        first = good(operator.post("/api/v1/deposits", content=DATA, headers=key), 202)
        other = good(house.client("operator").post("/api/v1/deposits", content=DATA, headers=key), 202)
        assert (other["deposit"] != first["deposit"], other["repeated"]) == (True, False)

    def test_same_bytes_are_named_only_to_who_may_see_them(self, house: House, operator: Client) -> None:
        first = good(operator.post("/api/v1/deposits", content=DATA), 202)
        again = good(operator.post("/api/v1/deposits", content=DATA), 202)
        assert again["same_bytes_as"] == [first["document"]]
        elsewhere = house.client("operator", scopes=[f"portfolio:{house.portfolio('North')}"])
        assert good(elsewhere.post("/api/v1/deposits", content=DATA), 202)["same_bytes_as"] == []

    def test_what_says_that_it_is_too_large_is_not_read(self, house: House, operator: Client) -> None:
        headers = {"Content-Length": str(1 << 40)}
        answer = operator.post("/api/v1/deposits", content=never_read(), headers=headers)
        problem(answer, 413, "TOO_LARGE")
        assert nothing_is_kept(house)

    def test_an_upload_that_breaks_off_leaves_nothing(self, house: House, operator: Client) -> None:
        answers = house.portal.call(broken_off, house, operator, [DATA[:100], DATA[100:200]])
        assert [message["status"] for message in answers if "status" in message] == [400]
        assert b"UPLOAD_INTERRUPTED" in b"".join(message.get("body", b"") for message in answers)
        assert nothing_is_kept(house)

    def test_a_sender_who_falls_silent_is_not_waited_for(
        self, house: House, operator: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        limiter: Limiter = house.app.state.limiter
        monkeypatch.setattr(limiter, "limits", replace(limiter.limits, silent_seconds=0.05))
        answer = operator.post("/api/v1/deposits", content=silent())
        problem(answer, 408, "TOO_SLOW")
        assert nothing_is_kept(house)

    def test_the_standing_name_of_a_batch(self, house: House, operator: Client) -> None:
        first = good(operator.post("/api/v1/deposits?batch_name=box+7", content=DATA), 202)
        again = good(operator.post("/api/v1/deposits?batch_name=box+7", content=papers(["two"])), 202)
        assert (again["batch"], again["sequence"]) == (first["batch"], 2)

    def test_no_batch_is_opened_for_a_portfolio_that_is_not_ones_own(self, house: House) -> None:
        north, south = house.portfolio("North"), house.portfolio("South")
        client = house.client("operator", scopes=[f"portfolio:{north}"])
        for place in ({"portfolio": south}, {}):
            params = {"batch_name": "box 9", **place}
            problem(client.post("/api/v1/deposits", params=params, content=DATA), 404, "NOT_FOUND")
        assert house.count(select(t.batches)) == 0
        params = {"batch_name": "box 9", "portfolio": north}
        good(client.post("/api/v1/deposits", params=params, content=DATA), 202)


class TestForm:
    def test_fields_and_a_file(self, house: House, operator: Client) -> None:
        body = form(batch_name="box 7", sequence="12", sha256=hashlib.sha256(DATA).hexdigest())
        received = good(operator.post("/api/v1/deposits", content=body, headers=FORM_TYPE), 202)
        assert (received["sequence"], received["sha256"]) == (12, hashlib.sha256(DATA).hexdigest())
        row = house.row(select(t.deposits))
        assert (row.name, row.batch_id) == ("scan.pdf", received["batch"])

    def test_a_digest_for_the_body_is_never_ignored(self, house: House, operator: Client) -> None:
        headers = {**FORM_TYPE, "Repr-Digest": repr_digest(DATA)}
        problem(operator.post("/api/v1/deposits", content=form(), headers=headers), 400, "BAD_REQUEST")
        assert nothing_is_kept(house)

    def test_goes_on_to_a_page_inside(self, operator: Client) -> None:
        for to, there in (("/batches/7?seen=1", "/batches/7?seen=1"), ("https://elsewhere.test/", "/")):
            answer = operator.post("/api/v1/deposits", content=form(to=to), headers=FORM_TYPE)
            assert (answer.status_code, answer.headers["location"]) == (303, there)

    def test_is_refused_in_words_to_a_browser(self, operator: Client) -> None:
        headers = {**FORM_TYPE, "Accept": "text/html,*/*;q=0.8"}
        refused = operator.post("/api/v1/deposits", content=form(batch=UNKNOWN), headers=headers)
        assert (refused.status_code, refused.headers["content-type"]) == (404, "text/html; charset=utf-8")

    @pytest.mark.parametrize("size", [1, 7, 4096])
    def test_however_it_is_cut_on_the_way(self, operator: Client, size: int) -> None:
        tricky = b"\r\n--" + BOUNDARY.encode()[:-1] + b"\r\n-\r\r\n" * 50
        body = form(tricky, batch_name="box")
        pieces = (body[start : start + size] for start in range(0, len(body), size))
        received = good(operator.post("/api/v1/deposits", content=in_pieces(pieces), headers=FORM_TYPE), 202)
        assert received["sha256"] == hashlib.sha256(tricky).hexdigest()

    @pytest.mark.parametrize(
        "body",
        [
            form(end=""),
            form()[:-1000],
            form(name=""),
            form(sha256="zz"),
            form(sha256=hashlib.sha256(b"other").hexdigest()),
            form(sequence="0"),
            form(note="x" * (LONGEST_FIELDS + 1)),
            f"--{BOUNDARY}--\r\n".encode(),
            b"no form at all",
            b"",
        ],
        ids=["open end", "cut", "no name", "no hex", "digest", "zero", "long", "no file", "no form", "empty"],
    )
    def test_a_form_that_is_not_whole_leaves_nothing(
        self, house: House, operator: Client, body: bytes
    ) -> None:
        answer = operator.post("/api/v1/deposits", content=body, headers=FORM_TYPE)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert nothing_is_kept(house)

    def test_a_form_breaks_off_in_the_middle_of_its_file(self, house: House, operator: Client) -> None:
        whole = form(papers(["x" * 60] * 40))
        answers = house.portal.call(broken_off, house, operator, [whole[:200], whole[200:900]], FORM_TYPE)
        assert [message["status"] for message in answers if "status" in message] == [400]
        assert nothing_is_kept(house)


class TestMemory:
    SIZE, PIECE, MORE = 300 << 20, 1 << 20, 48 << 20

    @pytest.mark.parametrize("by_form", [False, True])
    def test_is_independent_of_the_size(self, house: House, operator: Client, by_form: bool) -> None:
        good(operator.post("/api/v1/deposits", content=DATA), 202)  # everything that is loaded once is loaded
        process, ended, most = psutil.Process(), threading.Event(), [0]

        def watch() -> None:
            while not ended.wait(0.005):
                most[0] = max(most[0], process.memory_info().rss)

        watcher = threading.Thread(target=watch)
        before = process.memory_info().rss
        watcher.start()
        try:
            received = good(
                operator.post(
                    "/api/v1/deposits",
                    content=in_pieces(self.pieces(by_form)),
                    headers=FORM_TYPE if by_form else {},
                ),
                202,
            )
        finally:
            ended.set()
            watcher.join()
        assert received["size"] == self.SIZE
        assert most[0] - before < self.MORE

    def pieces(self, by_form: bool) -> Iterator[bytes]:
        head, _, tail = form(b"HERE").partition(b"HERE")
        piece = bytes(range(256)) * (self.PIECE // 256)
        if by_form:
            yield head
        for _ in range(self.SIZE // self.PIECE):
            yield piece
        if by_form:
            yield tail


async def in_pieces(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def silent() -> AsyncIterator[bytes]:
    yield DATA[:100]
    await anyio.sleep(30)


async def never_read() -> AsyncIterator[bytes]:
    raise AssertionError("the body was read")
    yield b""


async def broken_off(
    house: House, client: Client, pieces: list[bytes], headers: dict[str, str] | None = None
) -> list[dict[str, object]]:
    """What the application answers to a sender who goes away after these pieces."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.disconnect"})
    answers: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    async def send(message: dict[str, object]) -> None:
        answers.append(message)

    named = {"authorization": client.authorization, **(headers or {})}
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/deposits",
        "raw_path": b"/api/v1/deposits",
        "query_string": b"",
        "root_path": "",
        "headers": [(name.lower().encode(), value.encode()) for name, value in named.items()],
        "client": ("192.0.2.7", 40_000),
        "server": ("archive.test", 80),
        "state": {},
    }
    await house.app(scope, receive, send)  # type: ignore[arg-type]
    return answers
