"""The worker with a reader of its own."""

from ingest.worker import Worker
from tabellion.running.trust import verify_trust
from tabellion.sealing import issuer_of
from tabellion.wiring import Parts, make_reader


def make_worker(parts: Parts, name: str) -> Worker:
    """A worker; `name` says in leases and beats which process it is."""
    return Worker(
        parts.archive,
        make_reader(parts.settings),
        name,
        issuer=lambda: issuer_of(parts),
        trust=lambda: verify_trust(parts),
        copies=parts.settings.pdfa == "eager",
        split_above=parts.settings.split_above,
    )
