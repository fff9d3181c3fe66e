"""Gets a token for a stamp from whoever's turn it is, and remembers every attempt; what was refused is quarantined."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, update

from archive import stamp_files
from archive.archive import Archive
from archive.catalogue import check_lease
from archive.catalogue.schema import stamps
from archive.refusals import record_refusal
from archive.stamp_asks import NEVER, Asked, asks_of, note_ask, silent_authorities
from archive.stamp_requests import Granted, Later, Refused, Requests
from signing.timestamp import Token


@dataclass(frozen=True, slots=True)
class Asking:
    """Asks for stamps one by one. An authority that fell silent is left alone by all of them until it is due again."""

    archive: Archive
    requests: Requests

    def ask(
        self, lease: int, row: Row[Any], root: bytes, without: Container[str] = (), *, first: bool = True
    ) -> Token | None:
        """A token over the root of a stamp, of no operator in `without`; None: not now, and the stamp says why.

        One that refuses, or whose token does not verify, is quarantined with an incident, and the next is asked at
        once. `first` says that the stamp has no token yet, so that how it goes is told of the stamp itself.
        Raises `LeaseLost`.
        """
        with self.archive.catalogue.read() as connection:
            asked = asks_of(connection, row.id)
            silent = silent_authorities(connection, row.id, self.archive.clock.now())
        number = row.attempts
        while (authority := self.requests.choose(asked, without)) is not None:
            name = authority.trust.authority
            if name in silent:
                return None
            before, number = asked.get(name, NEVER), number + 1
            match self.requests.ask_one(authority, root, before.attempts):
                case Granted(token):
                    return token
                case Later(code, retry_at):
                    asked[name] = Asked(before.attempts + 1, retry_at=retry_at)
                    self._note(lease, row, name, asked[name], code, retry_at if first else None)
                    following = self.requests.choose(asked, without)
                    if following is None or following.trust.authority in asked:
                        return None
                case Refused() as refused:
                    asked[name] = replace(before, attempts=before.attempts + 1, refused=True, retry_at=None)
                    left = self.requests.choose(asked, without) is not None
                    failure = refused.code if first and not left else None
                    self._quarantine(lease, row, number, refused, failure, (name, asked[name]))
        return None

    def tell(self, lease: int, row: Row[Any], refused: Refused) -> None:
        """Have the stamp wait for a person, with an incident."""
        self._quarantine(lease, row, row.attempts + 1, refused, refused.code, None)

    def _note(
        self, lease: int, row: Row[Any], name: str, asked: Asked, code: str, stamp_retries_at: datetime | None
    ) -> None:
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            note_ask(connection, row.id, name, asked, code, self.archive.clock.now())
            if stamp_retries_at is not None:
                self._set(connection, row, failure=code, retry_at=stamp_retries_at)

    def _quarantine(
        self,
        lease: int,
        row: Row[Any],
        number: int,
        refused: Refused,
        failure: str | None,
        asked: tuple[str, Asked] | None,
    ) -> None:
        """Keep what was refused, and write an incident; with `failure` the stamp waits for a person."""
        now = self.archive.clock.now()
        if refused.answer is not None:
            stamp_files.write_refused(self.archive.objects, row.id, number, refused.answer, now)
        values = {} if failure is None else {"failure": failure, "retry_at": None}
        with self.archive.catalogue.write() as connection:
            check_lease(connection, "keeper", lease)
            if asked is not None:
                note_ask(connection, row.id, *asked, refused.code, now)
            self._set(connection, row, **values)
            record_refusal(connection, row.id, refused, number, now)

    @staticmethod
    def _set(connection: Connection, row: Row[Any], **values: Any) -> None:
        counted = {"attempts": stamps.c.attempts + 1, **values}
        connection.execute(update(stamps).where(stamps.c.id == row.id).values(**counted))
