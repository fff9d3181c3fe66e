"""Sends what waits in the outbox: signed, one message a hook at a time, again with back-off, until it is dead.

A receiver may get a message twice, where an answer was lost or a keeper ended in between: its id tells.
"""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, select, update

from api.hooks.signature import headers_of
from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import webhook_outbox, webhooks
from archive.outside import BadAnswer, NoAnswer, Outside
from archive.secrets import open_secret
from tabellion.base.errors import TabellionError

BACK_OFF: Final = (
    *(
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
    ),
    *(timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24)),
)
"""Waits between attempts, as Standard Webhooks recommends; after the last one a message is dead."""

JITTER: Final = 0.1
LARGEST_ANSWER: Final = 64 << 10
KEPT: Final = timedelta(days=7)
"""How long messages that arrived are kept, so that somebody can see that they did."""

AT_ONCE: Final = 4
A_ROUND: Final = 20
"""Messages a hook is sent in one round at most, so that others have their turn."""

GONE: Final = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt: the status of the answer, or why there was none."""

    status: int | None
    failure: str | None

    @property
    def arrived(self) -> bool:
        """Whether the receiver took it: any status of 200 to 299. A redirect is no arrival."""
        return self.failure is None


class Sender:
    """Sends over `outside`, which refuses addresses of private networks; `spread` gives 0 to 1 for the jitter."""

    def __init__(
        self, archive: Archive, outside: Outside, spread: Callable[[], float] = random.random
    ) -> None:
        self._archive = archive
        self._outside = outside
        self._spread = spread

    def run(self, lease: int) -> int:
        """Send what is ready; says how many attempts were made. Raises `LeaseLost`."""
        ready = self._ready()
        if not ready:
            return 0
        with ThreadPoolExecutor(min(AT_ONCE, len(ready)), "webhook") as pool:
            return sum(pool.map(lambda rows: self._send_all(rows, lease), ready))

    def tidy(self, lease: int) -> None:
        """Forget messages that arrived a while ago. Raises `LeaseLost`."""
        before = self._archive.clock.now() - KEPT
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            connection.execute(
                delete(webhook_outbox).where(
                    webhook_outbox.c.state == "sent", webhook_outbox.c.ended_at < before
                )
            )

    def _ready(self) -> list[list[Row[Any]]]:
        """The messages that are due, by hook, the oldest first."""
        with self._archive.catalogue.read() as connection:
            rows = connection.execute(
                select(webhook_outbox, webhooks.c.url, webhooks.c.secret)
                .join(webhooks, webhooks.c.id == webhook_outbox.c.webhook_id)
                .where(
                    webhook_outbox.c.state == "waiting",
                    webhook_outbox.c.ready_at <= self._archive.clock.now(),
                    webhooks.c.disabled_at.is_(None),
                )
                .order_by(webhook_outbox.c.ready_at, webhook_outbox.c.entry, webhook_outbox.c.id)
                .limit(A_ROUND * 50)
            ).all()
        found: dict[str, list[Row[Any]]] = {}
        for row in rows:
            found.setdefault(row.webhook_id, []).append(row)
        return [some[:A_ROUND] for some in found.values()]

    def _send_all(self, rows: Sequence[Row[Any]], lease: int) -> int:
        for sent, row in enumerate(rows, start=1):
            outcome = self._send(row)
            self._note(row, outcome, lease)
            if not outcome.arrived:
                # Who does not answer now is left alone until the next round; each message keeps its own back-off.
                return sent
        return len(rows)

    def _send(self, row: Row[Any]) -> Outcome:
        body = row.body.encode()
        try:
            secret = open_secret(self._archive, f"webhooks/{row.webhook_id}", "secret", row.secret)
            at = int(self._archive.clock.now().timestamp())
            headers = {"Content-Type": "application/json", **headers_of(secret, row.id, at, body)}
            answer = self._outside.post(row.url, body, headers, LARGEST_ANSWER)
        except (NoAnswer, BadAnswer, TabellionError) as error:
            return Outcome(None, str(error)[:200])
        arrived = 200 <= answer.status < 300  # the range that RFC 9110 calls successful
        return Outcome(answer.status, None if arrived else f"HTTP {answer.status}")

    def _note(self, row: Row[Any], outcome: Outcome, lease: int) -> None:
        now = self._archive.clock.now()
        attempts = row.attempts + 1
        values: dict[str, Any] = {"attempts": attempts, "status": outcome.status, "failure": outcome.failure}
        if outcome.arrived:
            values |= {"state": "sent", "ended_at": now}
        elif outcome.status == GONE or attempts > len(BACK_OFF):
            values |= {"state": "dead", "ended_at": now}
        else:
            values["ready_at"] = self._again(now, attempts)
        with self._archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            waiting = (webhook_outbox.c.id == row.id) & (webhook_outbox.c.state == "waiting")
            connection.execute(update(webhook_outbox).where(waiting).values(**values))
            if outcome.status == GONE:
                # Its receiver says that it wants no more.
                connection.execute(
                    update(webhooks).where(webhooks.c.id == row.webhook_id).values(disabled_at=now)
                )

    def _again(self, now: datetime, attempts: int) -> datetime:
        wait = BACK_OFF[attempts - 1]
        return now + wait * (1 + JITTER * self._spread())
