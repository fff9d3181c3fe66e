"""Packages of a real archive in a temporary folder, for tests."""

import os
from datetime import timedelta
from functools import cache

from archive.archive import Archive
from archive.packages import Choice, Issuer, Order
from signing.keys import Algorithm, KeySigner, PublicKey
from signing.note import NoteKey
from signing.package.seal import SealKey
from signing.verifier import Trust, trust_files, trust_of
from tabellion.base.clock import ManualClock
from tests.archive.building import ACTOR, ORIGIN
from tests.archive.keeping import TestKeeper, authority, local_authority, log_signer, receipt_signer


@cache
def seal() -> SealKey:
    """The seal of all tests: it began before every clock of theirs."""
    signer = KeySigner.generate(Algorithm.P256)
    return SealKey.create(
        "Seal of archive (test)", signer, ManualClock().now() - timedelta(days=1), os.urandom
    )


@cache
def public_files(origin: str = ORIGIN) -> dict[str, bytes]:
    """What an archive of the tests publishes, whose log has that origin."""
    since = ManualClock().now() - timedelta(days=1)
    signers = (("log", log_signer()), ("receipt", receipt_signer()), ("seal", seal().signer))
    return trust_files(
        keys=[PublicKey.of(use, signer, since) for use, signer in signers],  # type: ignore[arg-type]
        log_keys=[NoteKey(origin, log_signer().public_der)],
        seals=[seal().certificate],
        authorities={"local": local_authority().trust},
    )


def trust(origin: str = ORIGIN) -> Trust:
    """What a stranger trusts who got that folder."""
    return trust_of(public_files(origin), "the archive's folder")


def issuer(archive: Archive) -> Issuer:
    """Who makes packages of the archive."""
    return Issuer(
        seal=seal(),
        trust=trust(archive.origin),
        keys=public_files(archive.origin)["keys.json"],
        authorities=[authority(archive)],
        retention=timedelta(days=365),
        name="Example archive",
    )


def order(*documents: str, **more: object) -> Order:
    """An order of whole documents."""
    return Order(tuple(Choice(document) for document in documents), **more)  # type: ignore[arg-type]


def waiting_for(keeper: TestKeeper):  # type: ignore[no-untyped-def]
    """A way of waiting in which the keeper runs meanwhile."""

    def wait(_seconds: float) -> None:
        keeper.run()

    return wait


__all__ = ["ACTOR", "issuer", "order", "public_files", "seal", "trust", "waiting_for"]
