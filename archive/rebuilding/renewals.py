"""Renewals out of the vault: what each covered rests on its token again."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import insert, update

from archive import renewal_files, stamp_files
from archive.catalogue.schema import renewals
from archive.rebuilding.log_read import LogFacts
from archive.rebuilding.vault_read import VaultObjects
from archive.renewal_files import Renewal
from archive.renewals import settle
from archive.vault import VaultMissing
from signing.timestamp import TimestampTrust
from signing.token_trust import verify_with_any
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import EvidenceError


def write_renewals(vault: VaultObjects, facts: LogFacts, trusts: Sequence[TimestampTrust]) -> int:
    """Write every renewal that was prepared; gives how many. What was only begun is begun anew by the keeper."""
    found: list[Renewal] = []
    for renewal, keys in vault.groups("stamps/"):
        if f"{stamp_files.prefix(renewal)}renewal.json" not in keys:
            continue
        try:
            found.append(renewal_files.read_renewal(vault.archive.objects, renewal))
        except EvidenceError as error:
            vault.problems.append(f"renewal {renewal}: {error}")
    for each in sorted(found, key=lambda renewal: renewal.number):
        _write(vault, facts, each, trusts)
    return len(found)


def _write(vault: VaultObjects, facts: LogFacts, renewal: Renewal, trusts: Sequence[TimestampTrust]) -> None:
    plan = {
        "covers": list(renewal.covers),
        "sources": [source for source, _, _ in renewal.sources],
        "checkpoint": [renewal.signed.decode()],
    }
    vault.connection.execute(
        insert(renewals).values(
            id=renewal.renewal,
            number=renewal.number,
            kind=renewal.kind,
            algorithm=renewal.algorithm,
            state="prepared",
            reason=renewal.reason,
            begun_at=parse_rfc3339(renewal.begun_at),
            plan=plan,
            done=len(renewal.leaves),
            total=len(renewal.leaves),
            root=renewal.tree.root.hex(),
            attempts=0,
        )
    )
    here = update(renewals).where(renewals.c.id == renewal.renewal)
    try:
        der = stamp_files.read_token(vault.archive.objects, renewal.renewal)
        now = vault.archive.clock.now()
        token = verify_with_any(der, renewal.tree.root, trusts, now, renewal.algorithm)
    except VaultMissing:
        return  # No authority had answered yet: the keeper asks again.
    except EvidenceError as error:
        vault.problems.append(f"the token of renewal {renewal.number}: {error}")
        return
    logged = facts.named("stamp", renewal.renewal, "renew").get(hashlib.sha256(der).hexdigest())
    if logged is None:
        vault.connection.execute(here.values(state="stamped"))
        return
    settle(vault.connection, renewal, token, logged.time)
    vault.connection.execute(here.values(state="published"))
