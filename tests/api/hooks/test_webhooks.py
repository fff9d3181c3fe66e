"""Webhooks: signed as Standard Webhooks has it, in scope, with identifiers only, to nobody's private network."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import httpcore
import pytest
from sqlalchemy import func, select

from api.hooks.sending import BACK_OFF, Sender
from api.hooks.signature import headers_of
from api.hooks.telling import EVENTS, tell
from archive import outside_http
from archive.catalogue import LeaseLost
from archive.catalogue.schema import log_outbox, webhook_outbox, webhooks
from archive.outside import Outside
from tests.api.pages.reading import do, markup, see
from tests.api.support import UNKNOWN, Client, House, good, problem
from tests.http_server import QuietHandler, serving

LOOPBACK = ip_network("127.0.0.0/8")
ALL_EVENTS = sorted(EVENTS)


@dataclass
class Receiver:
    """Somebody's server: it answers as told, and remembers what came."""

    url: str = ""
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(QuietHandler):
        def do_POST(self) -> None:
            body = self.body()
            made.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(made.status)
            for name, value in made.headers.items():
                self.send_header(name, value)
            self.end_headers()

    with serving(Handler) as url:
        made.url = url.rstrip("/") + "/hook"
        yield made


@pytest.fixture
def house(house: House, service: Any) -> House:
    """The house, whose administrator may name receivers on the loopback."""
    from dataclasses import replace

    from api.app import build_app

    options = replace(service.options, private_networks=(LOOPBACK,))
    house.app = build_app(replace(service, options=options), "0.0")
    tell(house.archive, house.keeper.token())  # from here on
    return house


@pytest.fixture
def administrator(house: House) -> Client:
    return house.client("administrator", scopes=[])


def made(client: Client, url: str, **wanted: Any) -> dict[str, str]:
    body = {"name": "CRM", "url": url, "events": ALL_EVENTS, "scopes": ["all"], **wanted}
    answer: dict[str, str] = good(client.post("/api/v1/webhooks", json=body), 201)
    return answer


def sender(house: House) -> Sender:
    return Sender(house.archive, Outside(5, public=True, networks=(LOOPBACK,)), spread=lambda: 0.0)


def deliver(house: House) -> int:
    token = house.keeper.token()
    while tell(house.archive, token):
        pass
    return sender(house).run(token)


def messages(house: House) -> list[Any]:
    with house.archive.catalogue.read() as connection:
        return list(connection.execute(select(webhook_outbox).order_by(webhook_outbox.c.id)).all())


def test_the_signature_is_that_of_the_specification() -> None:
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = headers_of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_change_is_told_once_signed_and_with_identifiers_only(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    hook = made(administrator, receiver.url)
    received = house.hand_in(house.client("operator"), ["Jan Kowalski owes 2926.05"])
    house.settle()
    assert deliver(house) > 0
    assert deliver(house) == 0
    told = {body["type"]: body["data"] for body in receiver.bodies}
    assert told["deposit.received"]["deposit"] == received["deposit"]
    assert told["document.read"]["document"] == received["document"]
    assert len(receiver.bodies) == len({headers["webhook-id"] for headers, _ in receiver.got})
    secret = base64.b64decode(hook["secret"].removeprefix("whsec_"))
    for headers, body in receiver.got:
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        expected = base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()
        assert headers["webhook-signature"] == f"v1,{expected}"
        value = json.loads(body)
        assert set(value) == {"type", "timestamp", "data"}
        assert set(value["data"]) <= {"deposit", "document", "batch", "entry"}
        assert b"Kowalski" not in body


def test_what_was_before_and_what_is_out_of_scope_is_not_told(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    north, south = house.portfolio("North"), house.portfolio("South")
    operator = house.client("operator")
    house.hand_in(operator, batch_name="Before", portfolio=north)
    house.settle()
    deliver(house)
    made(administrator, receiver.url, scopes=[f"portfolio:{north}"], events=["document.read", "batch.opened"])
    mine = house.hand_in(operator, batch_name="Box N", portfolio=north)
    house.hand_in(operator, batch_name="Box S", portfolio=south)
    house.settle()
    deliver(house)
    assert [body["type"] for body in receiver.bodies] == ["batch.opened", "document.read"]
    assert receiver.bodies[1]["data"]["document"] == mine["document"]


def test_reads_and_searches_are_nobodys_business(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    received = house.hand_in(house.client("operator"))
    house.settle()
    deliver(house)
    made(administrator, receiver.url)
    house.client("collector").get(f"/api/v1/documents/{received['document']}")
    house.client("collector").get("/api/v1/search?q=paper")
    house.settle()
    assert deliver(house) == 0


def test_it_is_tried_again_ever_later_and_then_given_up(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    hook = made(administrator, receiver.url)["webhook"]
    receiver.status = 500
    message = good(administrator.post(f"/api/v1/webhooks/{hook}/test"), 202)["message"]
    for attempt, wait in enumerate(BACK_OFF, start=1):
        assert deliver(house) == 1
        assert deliver(house) == 0
        (row,) = messages(house)
        assert (row.state, row.attempts, row.failure) == ("waiting", attempt, "HTTP 500")
        assert row.ready_at == house.clock.now() + wait
        house.clock.advance(seconds=wait.total_seconds())
    deliver(house)
    (row,) = messages(house)
    assert (row.state, row.attempts) == ("dead", len(BACK_OFF) + 1)
    assert {headers["webhook-id"] for headers, _ in receiver.got} == {message}
    assert len({body for _, body in receiver.got}) == 1
    page = see(administrator, "/operations/webhooks")
    assert "1 is given up." in page
    assert "HTTP 500" in page
    assert "1 message could not be delivered" in see(administrator, "/operations")
    receiver.status = 200
    do(administrator, "/operations/webhooks/resend", message=message)
    assert deliver(house) == 1
    assert [row.state for row in messages(house)] == ["sent"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(
    house: House, administrator: Client, receiver: Receiver, status: int
) -> None:
    hook = made(administrator, receiver.url)["webhook"]
    receiver.status, receiver.headers = status, {"Location": receiver.url}
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    deliver(house)
    assert len(receiver.got) == 1
    assert messages(house)[0].failure == f"HTTP {status}"


def test_who_is_gone_is_told_nothing_more_until_a_test_arrives(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    hook = made(administrator, receiver.url)["webhook"]
    receiver.status = 410
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    deliver(house)
    assert administrator.json("/api/v1/webhooks")[0]["disabled_at"] is not None
    house.hand_in(house.client("operator"))
    house.settle()
    assert deliver(house) == 0
    receiver.status = 200
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    deliver(house)
    assert administrator.json("/api/v1/webhooks")[0]["disabled_at"] is None


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example/hook",
        "https://user:secret@crm.example/hook",
        "https://10.0.0.8/hook",
        "https://[::1]/hook",
        "https://169.254.169.254/latest",
        "ftp://crm.example/hook",
        "https://crm.example/ hook",
        "https://crm.example/#there",
        "nonsense",
    ],
)
def test_addresses_that_are_refused(house: House, administrator: Client, url: str) -> None:
    body = {"name": "CRM", "url": url, "events": ALL_EVENTS, "scopes": ["all"]}
    problem(administrator.post("/api/v1/webhooks", json=body), 400, "BAD_WEBHOOK")
    assert house.count(select(webhooks)) == 0


def test_a_name_that_leads_into_a_private_network_is_not_asked(
    house: House, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is looked up each time, and connected to what was looked at: it cannot lead elsewhere in between."""
    hook = made(administrator, "https://rebinding.example/hook")["webhook"]
    asked: list[str] = []

    def lookup(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(2, 1, 6, "", ("10.0.0.8" if len(asked) > 1 else "192.0.2.1", port))]

    connected: list[str] = []

    def connect(_self: object, address: str, *_: Any, **__: Any) -> Any:
        connected.append(address)
        raise httpcore.ConnectError("nobody is there")

    monkeypatch.setattr(outside_http, "getaddrinfo", lookup)
    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    deliver(house)
    house.clock.advance(seconds=BACK_OFF[0].total_seconds())
    deliver(house)
    assert "10.0.0.8" not in connected
    assert "not of the internet at large" in messages(house)[0].failure


def test_the_secret_is_shown_once_and_kept_sealed(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    answer = do(
        administrator,
        "/operations/webhooks",
        name="CRM",
        url=receiver.url,
        events="batch.closed",
        scopes="all",
    )
    secret = answer.text.split("whsec_")[1].split("<")[0]
    assert secret not in markup(administrator, "/operations/webhooks")
    assert secret not in administrator.get("/api/v1/webhooks").text
    kept = house.row(select(webhooks.c.secret)).secret
    assert base64.b64decode(secret) not in kept


def test_ending_one_forgets_its_messages_and_is_an_entry(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    before = house.count(select(log_outbox).where(log_outbox.c.type == "config"))
    hook = made(administrator, receiver.url)["webhook"]
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    assert administrator.delete(f"/api/v1/webhooks/{hook}").status_code == 204
    assert messages(house) == []
    assert house.count(select(log_outbox).where(log_outbox.c.type == "config")) == before + 2
    problem(administrator.delete(f"/api/v1/webhooks/{UNKNOWN}"), 404, "NOT_FOUND")
    for role in ("operator", "collector", "legal", "auditor"):
        problem(house.client(role).get("/api/v1/webhooks"), 404, "NOT_FOUND")


def test_what_arrived_is_forgotten_after_a_week(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    hook = made(administrator, receiver.url)["webhook"]
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    deliver(house)
    sender(house).tidy(house.keeper.token())
    assert len(messages(house)) == 1
    house.clock.advance(seconds=timedelta(days=8).total_seconds())
    sender(house).tidy(house.keeper.token())
    assert messages(house) == []


def test_a_keeper_that_lost_its_lease_notes_nothing(
    house: House, administrator: Client, receiver: Receiver
) -> None:
    hook = made(administrator, receiver.url)["webhook"]
    administrator.post(f"/api/v1/webhooks/{hook}/test")
    with pytest.raises(LeaseLost):
        sender(house).run(house.keeper.token() - 1)
    assert messages(house)[0].state == "waiting"
    with house.archive.catalogue.read() as connection:
        assert connection.scalar(select(func.sum(webhook_outbox.c.attempts))) == 0
