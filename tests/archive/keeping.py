"""A keeper for tests: takes the lease and runs the parts in their order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

from cryptography.hazmat.primitives.asymmetric import ed25519

from archive.archive import Archive
from archive.authorities import LocalTestAuthority, TimestampAuthority
from archive.catalogue import take_lease
from archive.locks import Locks
from archive.receipts import Receipts
from archive.sequencer import Sequencer
from archive.stamp_closing import demand
from archive.stamps import Stamps
from signing.authority import LocalAuthority
from signing.keys import KeySigner
from tabellion.base.clock import ManualClock
from tests.archive.building import seeded

LEASE = timedelta(minutes=5)


def log_signer() -> KeySigner:
    """The log's key, the same in every run."""
    return KeySigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(seeded(7)(32)))


def receipt_signer() -> KeySigner:
    """The receipts' key, the same in every run."""
    return KeySigner.of(ed25519.Ed25519PrivateKey.from_private_bytes(seeded(8)(32)))


@cache
def local_authority() -> LocalAuthority:
    """The local authority of all tests: it began before every clock of theirs."""
    return LocalAuthority.create(ManualClock().now(), seeded(9))


def authority(archive: Archive) -> LocalTestAuthority:
    """The local authority on the archive's clock."""
    return LocalTestAuthority(local_authority(), archive.clock, archive.ids.randomness)


@dataclass(slots=True)
class TestKeeper:
    """Sequencer, locks, receipts and stamps of one archive under one lease."""

    __test__ = False

    archive: Archive
    holder: str = "keeper"
    authorities: Sequence[TimestampAuthority] = ()
    sequencer: Sequencer = field(init=False)
    receipts: Receipts = field(init=False)
    locks: Locks = field(init=False)
    stamps: Stamps = field(init=False)

    def __post_init__(self) -> None:
        self.sequencer = Sequencer(self.archive, log_signer())
        self.receipts = Receipts(self.archive, receipt_signer())
        self.locks = Locks(self.archive)
        self.stamps = Stamps(self.archive, self.authorities or [authority(self.archive)])

    def token(self) -> int:
        """The fencing token of the lease, taken or kept."""
        with self.archive.catalogue.write() as connection:
            token = take_lease(connection, "keeper", self.holder, self.archive.clock.now(), LEASE)
        assert token is not None
        return token

    def run(self) -> int:
        """One round; gives the number of entries that were published."""
        token = self.token()
        done = self.sequencer.run(token)
        self.locks.run(token)
        self.receipts.run(token)
        return done

    def stamp(self) -> str:
        """Have everything stamped, verified and published now; gives the stamp's id."""
        self.run()
        stamp = demand(self.archive)
        for _ in range(2):
            self.stamps.run(self.token())
            self.run()
        self.stamps.run(self.token())
        return stamp
