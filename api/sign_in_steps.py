"""Sign-ins between two of their requests: who owes a second factor, or was sent to a provider. Random, short-lived."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import Connection, delete, insert, select, update

from api.sessions import digest_of
from archive.archive import Archive
from archive.catalogue.schema import sign_in_steps

LASTS = timedelta(minutes=10)

Kind = Literal["second", "provider", "passkey"]


@dataclass(frozen=True, slots=True)
class Step:
    """A sign-in that is under way: `data` is what its next request needs to know."""

    digest: str
    kind: Kind
    account_id: str | None
    data: Mapping[str, Any]


def begin_step(
    archive: Archive,
    connection: Connection,
    kind: Kind,
    account_id: str | None,
    data: Mapping[str, Any],
    value: str | None = None,
) -> str:
    """A new step; gives the value by which it is found again. What has run out is forgotten."""
    now, made = archive.clock.now(), value or secrets.token_urlsafe(32)
    connection.execute(delete(sign_in_steps).where(sign_in_steps.c.expires_at <= now))
    connection.execute(
        insert(sign_in_steps).values(
            digest=digest_of(made),
            kind=kind,
            account_id=account_id,
            data=dict(data),
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return made


def find_step(archive: Archive, connection: Connection, kind: Kind, value: str) -> Step | None:
    """The step behind a value, where it has not run out."""
    row = connection.execute(
        select(sign_in_steps).where(
            sign_in_steps.c.digest == digest_of(value),
            sign_in_steps.c.kind == kind,
            sign_in_steps.c.expires_at > archive.clock.now(),
        )
    ).one_or_none()
    return None if row is None else Step(row.digest, row.kind, row.account_id, row.data)


def take_step(archive: Archive, connection: Connection, kind: Kind, value: str) -> Step | None:
    """As `find_step`, and it is found no more: of two requests at once only one gets it."""
    step = find_step(archive, connection, kind, value)
    return step if step is not None and end_step(connection, step) else None


def keep_in_step(connection: Connection, step: Step, **data: Any) -> None:
    """Remember something more."""
    connection.execute(
        update(sign_in_steps).where(sign_in_steps.c.digest == step.digest).values(data={**step.data, **data})
    )


def end_step(connection: Connection, step: Step) -> bool:
    """It is found no more; says whether it was there still."""
    return (
        connection.execute(delete(sign_in_steps).where(sign_in_steps.c.digest == step.digest)).rowcount == 1
    )
