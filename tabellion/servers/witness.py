"""A witness over HTTP (C2SP tlog-witness): keeps what it saw in one SQLite file, durably, before it answers."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from archive.vault import durable
from archive.vault.passphrase import make_passphrase_file, read_passphrase_file
from signing.errors import WitnessRefused
from signing.keys import Algorithm, KeySigner
from signing.note import NoteKey
from signing.witness import LARGEST, Seen, Witness
from tabellion.base.clock import Clock, rfc3339
from tabellion.base.errors import Conflict
from tabellion.base.ids import Randomness
from tabellion.servers.http import Reply, Route, SmallServer

_WAIT_SECONDS = 10.0
_SCHEMA = "CREATE TABLE IF NOT EXISTS seen (origin TEXT PRIMARY KEY, size INTEGER, root BLOB, at TEXT) STRICT"


@dataclass(frozen=True, slots=True)
class SeenStore:
    """What was cosigned last, per origin; several processes may share the file."""

    path: Path

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A transaction that nobody else is beside; what it wrote is on the disk when the block ends."""
        connection = sqlite3.connect(self.path, timeout=_WAIT_SECONDS, isolation_level=None)
        try:
            # FULL alone may bring a removed journal back after a loss of power, and with it the state before.
            connection.execute("PRAGMA synchronous=EXTRA")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(_SCHEMA)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()

    @staticmethod
    def seen(connection: sqlite3.Connection, origin: str) -> Seen | None:
        """The newest checkpoint of that origin."""
        row = connection.execute("SELECT size, root FROM seen WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else Seen(*row)

    @staticmethod
    def keep(connection: sqlite3.Connection, origin: str, seen: Seen, at: str) -> None:
        """Remember a checkpoint in the place of the one before."""
        connection.execute(
            "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
            "SET size = excluded.size, root = excluded.root, at = excluded.at",
            (origin, seen.size, seen.root, at),
        )


@dataclass(frozen=True, slots=True)
class WitnessServer:
    """A witness with the folder that holds its key, its name and what it saw."""

    witness: Witness
    store: SeenStore
    clock: Clock

    @classmethod
    def open(
        cls, folder: Path, clock: Clock, randomness: Randomness, name: str, logs: Sequence[NoteKey]
    ) -> Self:
        """The witness of a folder, which is made where it is new. Raises Conflict where it has another name.

        The name is part of its key: a key must not cosign under two.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        secret, key, named = folder / "passphrase", folder / "witness.pem", folder / "name"
        passphrase = (
            read_passphrase_file(secret) if secret.exists() else make_passphrase_file(secret, randomness)
        )
        if not named.exists():
            durable.replace_file(named, f"{name}\n".encode(), 0o600)
        known = named.read_text("utf-8").strip()
        if known != name:
            raise Conflict(
                f"the witness in {folder} is called {known}",
                advice="Use that --name, or another --directory for another witness.",
            )
        if not key.exists():
            KeySigner.generate(Algorithm.ED25519).write(key, passphrase)
        signer = KeySigner.read(key, passphrase)
        return cls(Witness(name, signer, tuple(logs)), SeenStore(folder / "witness.db"), clock)

    def app(self) -> SmallServer:
        """The application: POST /add-checkpoint, GET /witness.vkey."""
        vkey = Reply(200, "text/plain; charset=utf-8", f"{self.witness.key.vkey()}\n".encode())
        return SmallServer(
            {
                ("POST", "/add-checkpoint"): Route(self._add, largest=LARGEST),
                ("GET", "/witness.vkey"): Route(lambda _: vkey),
            }
        )

    def _add(self, body: bytes) -> Reply:
        try:
            submission = self.witness.open(body)
            origin, now = submission.checkpoint.origin, self.clock.now()
            with self.store.transaction() as connection:
                cosigned = self.witness.cosign(submission, self.store.seen(connection, origin), now)
                self.store.keep(connection, origin, cosigned.seen, rfc3339(now))
        except WitnessRefused as refused:
            return Reply(refused.http_status, refused.content_type, refused.body)
        return Reply(200, "text/plain; charset=utf-8", cosigned.body)
