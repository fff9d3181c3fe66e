"""What commands share: opening the archive, and who acts."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, select

from api.access import ALL, ROLES, Actor
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import accounts
from tabellion.base.errors import BadRequest
from tabellion.settings import Settings, load_settings
from tabellion.wiring import Parts, opened


@contextmanager
def local_archive(*, ready: bool = True, moving_index: bool = False) -> Iterator[Parts]:
    """The archive at TABELLION_HOME."""
    with opened(load_settings(), ready=ready, moving_index=moving_index) as parts:
        yield parts


@contextmanager
def archive_at_hand(command: str) -> Iterator[Parts]:
    """The archive at TABELLION_HOME, for a command that no service answers; raises `BadRequest` where one is named."""
    if remote(load_settings()):
        raise BadRequest(
            f"`tabellion {command}` is for the machine of the archive; TABELLION_URL names a service",
            advice="From elsewhere `tabellion verify --all --trust DIR` checks all that the service holds.",
        )
    with local_archive() as parts:
        yield parts


def remote(settings: Settings) -> bool:
    """Whether commands that can go over REST do."""
    return settings.url is not None


def local_actor(connection: Connection) -> Actor:
    """Who acts on the command line: whoever can read the keys may act; entries name the first account."""
    pseudonym = connection.scalar(select(accounts.c.pseudonym).order_by(accounts.c.created_at).limit(1))
    return Actor(
        account_id="",
        name="command line",
        pseudonym=pseudonym or SYSTEM_ACTOR,
        roles=frozenset(ROLES),
        scopes=frozenset({ALL}),
    )


def acting(parts: Parts) -> str:
    """The pseudonym under which the command line acts."""
    with parts.archive.catalogue.read() as connection:
        return local_actor(connection).pseudonym
