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
    digest = hashlib.sha256(key.encode()).hexdigest()
    asked = hashlib.sha256(request.encode()).hexdigest()
    known = connection.execute(
        select(idempotency.c.request, idempotency.c.made).where(
            idempotency.c.account_id == actor.account_id, idempotency.c.key == digest
        )
    ).one_or_none()
    if known is not None:
        if known.request != asked:
            raise KeyReused("this key was used for another request")
        earlier: str = known.made
        return earlier
    made = make()
    try:
        connection.execute(
            insert(idempotency).values(
                account_id=actor.account_id, key=digest, request=asked, made=made, at=archive.clock.now()
            )
        )
    except IntegrityError as error:
        # Two at once: the other one is done, and with this error nothing of ours is.
        raise Conflict(
            "the same request was under way", advice="Send it again: it is answered with what was made."
        ) from error
    return made
