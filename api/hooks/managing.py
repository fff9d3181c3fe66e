"""Who administers webhooks does it here: make, list, end, ask for a test, send dead messages again."""

import hashlib
import json
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from sqlalchemy import Connection, delete, func, insert, select, update

from api.access import Actor
from api.hooks.signature import SECRET_BYTES, shown_secret
from api.hooks.telling import EVENTS, TEST, add_message
from archive.archive import Archive
from archive.catalogue.schema import webhook_outbox, webhooks
from archive.log import record
from archive.outside import Network
from archive.secrets import seal_secret
from tabellion.base.clock import rfc3339
from tabellion.base.errors import BadRequest, Conflict, NotFound

MOST: Final = 50
LONGEST_URL: Final = 500


class BadHook(BadRequest):
    """An address that no message is sent to, an event that there is not, or no scope."""

    code = "BAD_WEBHOOK"
    advice = "Give an address of https without a name and password in it, events that are listed, and scopes."


def make_hook(
    archive: Archive,
    connection: Connection,
    actor: Actor,
    *,
    name: str,
    url: str,
    events: Sequence[str],
    scopes: Sequence[str],
    networks: Sequence[Network] = (),
) -> tuple[str, str]:
    """Make a webhook; its id, and the secret that is shown only now. Raises `BadHook`, Conflict."""
    _require_address(url, networks)
    if not name.strip() or not events or not set(events) <= EVENTS.keys() or not scopes:
        raise BadHook("a webhook has a name, events and scopes")
    if (connection.scalar(select(func.count()).select_from(webhooks)) or 0) >= MOST:
        raise Conflict(f"there are {MOST} webhooks already", advice="End one that is not needed.")
    hook, secret, now = archive.ids.new(), archive.ids.randomness(SECRET_BYTES), archive.clock.now()
    connection.execute(
        insert(webhooks).values(
            id=hook,
            name=" ".join(name.split()),
            url=url,
            secret=seal_secret(archive, f"webhooks/{hook}", "secret", secret),
            events=sorted(set(events)),
            scopes=sorted(set(scopes)),
            created_by=actor.pseudonym,
            created_at=now,
        )
    )
    _log(
        archive,
        connection,
        actor,
        {"made": hook, "url": url, "events": sorted(events), "scopes": sorted(scopes)},
    )
    return hook, shown_secret(secret)


def list_hooks(connection: Connection) -> Sequence[Any]:
    """Every webhook, with how many messages wait and are dead."""
    counts = (
        select(
            webhook_outbox.c.webhook_id,
            func.count().filter(webhook_outbox.c.state == "waiting").label("waiting"),
            func.count().filter(webhook_outbox.c.state == "dead").label("dead"),
            func.max(webhook_outbox.c.ended_at).filter(webhook_outbox.c.state == "sent").label("sent_at"),
        )
        .group_by(webhook_outbox.c.webhook_id)
        .subquery()
    )
    return connection.execute(
        select(
            webhooks,
            func.coalesce(counts.c.waiting, 0).label("waiting"),
            func.coalesce(counts.c.dead, 0).label("dead"),
            counts.c.sent_at,
        )
        .outerjoin(counts, counts.c.webhook_id == webhooks.c.id)
        .order_by(webhooks.c.id)
    ).all()


def end_hook(archive: Archive, connection: Connection, actor: Actor, hook: str) -> None:
    """Tell it nothing more, and forget it with its messages. Raises NotFound."""
    _require(connection, hook)
    connection.execute(delete(webhook_outbox).where(webhook_outbox.c.webhook_id == hook))
    connection.execute(delete(webhooks).where(webhooks.c.id == hook))
    _log(archive, connection, actor, {"ended": hook})


def ask_for_test(archive: Archive, connection: Connection, hook: str) -> str:
    """Have a message of no meaning sent to it, also where it was disabled: it is enabled by that. Its id."""
    _require(connection, hook)
    connection.execute(update(webhooks).where(webhooks.c.id == hook).values(disabled_at=None))
    return add_message(archive, connection, hook, TEST, {"webhook": hook}, rfc3339(archive.clock.now()))


def undelivered(connection: Connection, *, limit: int = 100) -> Sequence[Any]:
    """Dead messages and those that failed at least once, the newest first; never their bodies."""
    return connection.execute(
        select(
            *(webhook_outbox.c[name] for name in ("id", "webhook_id", "event", "state", "attempts")),
            *(webhook_outbox.c[name] for name in ("created_at", "ready_at", "status", "failure")),
            webhooks.c.name,
        )
        .join(webhooks, webhooks.c.id == webhook_outbox.c.webhook_id)
        .where(
            (webhook_outbox.c.state == "dead")
            | ((webhook_outbox.c.state == "waiting") & (webhook_outbox.c.attempts > 0))
        )
        .order_by(webhook_outbox.c.id.desc())
        .limit(limit)
    ).all()


def send_again(
    archive: Archive, connection: Connection, *, hook: str | None = None, message: str | None = None
) -> int:
    """Have dead messages sent again from the beginning: one, those of a hook, or all; says how many."""
    chosen = webhook_outbox.c.state == "dead"
    if hook is not None:
        chosen &= webhook_outbox.c.webhook_id == hook
    if message is not None:
        chosen &= webhook_outbox.c.id == message
    now = archive.clock.now()
    changed = connection.execute(
        update(webhook_outbox)
        .where(chosen)
        .values(state="waiting", attempts=0, ready_at=now, ended_at=None, status=None, failure=None)
    )
    return changed.rowcount


def _require(connection: Connection, hook: str) -> None:
    if connection.scalar(select(webhooks.c.id).where(webhooks.c.id == hook)) is None:
        raise NotFound("there is no such webhook")


def _require_address(url: str, networks: Sequence[Network]) -> None:
    """Raise `BadHook` unless messages may be sent there; where its name leads to is looked at each time one is sent."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadHook("this is no address") from error
    if len(url) > LONGEST_URL or not url.isascii() or any(letter.isspace() for letter in url) or not host:
        raise BadHook("this is no address")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise BadHook("an address has no name, password or fragment in it")
    try:
        literal = ip_address(host)
    except ValueError:
        literal = None
    own = literal is not None and any(literal in each for each in networks)
    if literal is not None and not own and (not literal.is_global or literal.is_multicast):
        raise BadHook(
            "the address is of a private network", advice="Name it in TABELLION_PRIVATE_NETWORKS first."
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and own):
        raise BadHook("the address is not one of https")


def _log(archive: Archive, connection: Connection, actor: Actor, what: dict[str, Any]) -> None:
    """An entry: a setting was changed. Its subject is a salted digest, so that nobody can guess the address."""
    salt = archive.ids.randomness(32)
    record(
        connection,
        type="config",
        object_type="archive",
        object_id=archive.id,
        subject=hashlib.sha256(salt + json.dumps(what, sort_keys=True).encode()).hexdigest(),
        actor=actor.pseudonym,
        time=archive.clock.now(),
        reason="changed",
    )
