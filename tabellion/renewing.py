"""What is due to be renewed, in words and as JSON; renews it now and waits: what `renew` and `show --due` do."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select

from archive.archive import Archive
from archive.catalogue.schema import renewals
from archive.renewal_planning import DueItem
from archive.renewals import demand, demanded
from tabellion.base.errors import Unavailable

PUBLISHED = "published"
LOOK_SECONDS = 0.1
KINDS = {
    "timestamp-renewal": "a new time-stamp over the old one",
    "hashtree-renewal": "a new hash over every object with its time-stamps",
}
REASONS = {
    "certificate-end": "the certificate of {authorities} ends then",
    "signature-sunset": "an algorithm that {authorities} signs with is trusted no longer then",
    "hash-sunset": "the hash {algorithm} is trusted no longer then",
}


def due_words(item: DueItem, now: datetime) -> str:
    """One line for a person: what, by when, why."""
    counted = [f"{item.stamps} stamps"] * bool(item.stamps) + [f"{item.renewals} renewals"] * bool(
        item.renewals
    )
    by = " and ".join(item.authorities) or "the authority"
    why = REASONS[item.reason].format(authorities=by, algorithm=item.algorithm)
    begins = "due since" if item.is_due(now) else "due from"
    late = "TOO LATE since" if item.ends <= now else "too late after"
    what = KINDS[item.kind]
    return f"{' and '.join(counted)} need {what}: {begins} {item.at:%Y-%m-%d}, {late} {item.ends:%Y-%m-%d}: {why}"


def due_json(item: DueItem, now: datetime) -> dict[str, Any]:
    """The same as `{kind, reason, algorithm, due, due_from, too_late_after, stamps, renewals, authorities}`."""
    return {
        "kind": item.kind,
        "reason": item.reason,
        "algorithm": item.algorithm,
        "due": item.is_due(now),
        "due_from": item.at,
        "too_late_after": item.ends,
        "stamps": item.stamps,
        "renewals": item.renewals,
        "authorities": list(item.authorities),
    }


def anything_to_do(archive: Archive, items: Sequence[DueItem]) -> bool:
    """Whether something of the list is due, or a renewal is under way."""
    now = archive.clock.now()
    unfinished = select(renewals.c.id).where(renewals.c.state != PUBLISHED).limit(1)
    with archive.catalogue.read() as connection:
        return any(item.is_due(now) for item in items) or connection.scalar(unfinished) is not None


def renew_now(archive: Archive, timeout: float, progress: Callable[[str], None]) -> Sequence[Row[Any]]:
    """Have all that is due renewed; gives the rows of the renewals that this finished, in their order.

    A keeper must be alive. Raises Unavailable where one waits for a person, or takes longer than `timeout` seconds;
    what was begun goes on with the keeper, or with the next call.
    """
    deadline = time.monotonic() + timeout
    before = _newest(archive)
    demand(archive)
    while True:
        with archive.catalogue.read() as connection:
            waits = demanded(connection) is not None
            unfinished = select(renewals).where(renewals.c.state != PUBLISHED).order_by(renewals.c.number)
            row = connection.execute(unfinished.limit(1)).one_or_none()
        if row is None and not waits:
            break
        if row is not None:
            if row.failure is not None:
                raise Unavailable(
                    f"renewal {row.number} waits: {row.failure}",
                    advice="docs/operations.md, Renewal, says what each reason means and what to do.",
                )
            progress(f"renewal {row.number}: {row.state}, {row.done} of {row.total}")
        if time.monotonic() > deadline:
            raise Unavailable("the renewal is not finished yet; it goes on whenever a keeper runs")
        time.sleep(LOOK_SECONDS)
    with archive.catalogue.read() as connection:
        done = select(renewals).where(renewals.c.number > before).order_by(renewals.c.number)
        return connection.execute(done).all()


def _newest(archive: Archive) -> int:
    """The number of the newest renewal that is finished."""
    with archive.catalogue.read() as connection:
        query = select(func.max(renewals.c.number)).where(renewals.c.state == PUBLISHED)
        return connection.scalar(query) or 0
