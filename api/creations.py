"""Creations that can be sent again: the same Idempotency-Key makes one thing, and is answered with it."""

import hashlib
from collections.abc import Callable

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError

from api.access import Actor
from archive.archive import Archive
from archive.catalogue.schema import idempotency
from tabellion.base.errors import Conflict


class KeyReused(Conflict):
    """The Idempotency-Key was used before, for something else."""

    code = "IDEMPOTENCY_KEY_REUSED"
    advice = "Use a new key for a new request."


def once(
    archive: Archive,
    connection: Connection,
    actor: Actor,
    key: str | None,
    request: str,
    make: Callable[[], str],
) -> str:
    """The id of what `make` makes; of what it made before, where the actor sends the same request with the same key.

    `request` is all that was asked for, in one text. Raises `KeyReused` where it differs from the one before, Conflict
    where another transaction makes the same thing just now.
    """
    if key is None:
        return make()
    earlier = made_before(connection, actor, key, request)
    if earlier is not None:
        return earlier
    made = make()
    try:
        connection.execute(
            insert(idempotency).values(
                account_id=actor.account_id,
                key=_digest(key),
                request=_digest(request),
                made=made,
                at=archive.clock.now(),
            )
        )
    except IntegrityError as error:
        # Two at once: the other one is done, and with this error nothing of ours is.
        raise Conflict(
            "the same request was under way", advice="Send it again: it is answered with what was made."
        ) from error
    return made


def made_before(connection: Connection, actor: Actor, key: str | None, request: str) -> str | None:
    """The id of what the actor made with the same request and key; None: nothing yet. Raises `KeyReused`."""
    if key is None:
        return None
    known = connection.execute(
        select(idempotency.c.request, idempotency.c.made).where(
            idempotency.c.account_id == actor.account_id, idempotency.c.key == _digest(key)
        )
    ).one_or_none()
    if known is None:
        return None
    if known.request != _digest(request):
        raise KeyReused("this key was used for another request")
    earlier: str = known.made
    return earlier


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
