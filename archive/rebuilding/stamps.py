"""Stamps out of the vault, and which manifest stands where in them."""

import hashlib
from collections.abc import Sequence
from itertools import count

from sqlalchemy import insert, select, update

from archive import stamp_files
from archive.catalogue.schema import manifests, stamp_tokens, stamps
from archive.rebuilding.log_read import LogFacts
from archive.rebuilding.vault_read import VaultObjects
from archive.stamp_files import Frozen
from archive.vault import VaultMissing
from signing.checkpoint import Checkpoint
from signing.renewal_due import RestsOn
from signing.timestamp import TimestampTrust
from signing.token_trust import verify_with_any
from tabellion.base.clock import parse_rfc3339
from tabellion.base.errors import EvidenceError


def write_stamps(vault: VaultObjects, facts: LogFacts, trusts: Sequence[TimestampTrust]) -> int:
    """Write every stamp of the vault; gives how many. One whose token does not verify comes back as closed."""
    found: list[Frozen] = []
    for stamp, keys in vault.groups("stamps/"):
        if f"{stamp_files.prefix(stamp)}stamp.json" not in keys:
            continue  # a renewal
        try:
            found.append(stamp_files.read_frozen(vault.archive.objects, stamp))
        except EvidenceError as error:
            vault.problems.append(f"stamp {stamp}: {error}")
    found.sort(key=lambda frozen: frozen.number)
    for frozen in found:
        _write(vault, facts, frozen, trusts)
    _place_members(vault, found)
    return len(found)


def _write(vault: VaultObjects, facts: LogFacts, frozen: Frozen, trusts: Sequence[TimestampTrust]) -> None:
    values = {
        "id": frozen.stamp,
        "number": frozen.number,
        "state": "closed",
        "opened_at": parse_rfc3339(frozen.opened_at),
        "closed_at": parse_rfc3339(frozen.closed_at),
        "reason": frozen.reason,
        "root": frozen.root.hex(),
        "checkpoint": frozen.checkpoint.decode(),
        "note": frozen.signed.decode(),
        "checkpoint_size": Checkpoint.parse_text(frozen.checkpoint.decode()).size,
        "format": frozen.format,
        "attempts": 0,
    }
    try:
        der = stamp_files.read_token(vault.archive.objects, frozen.stamp)
        token = verify_with_any(der, frozen.root, trusts, vault.archive.clock.now())
        logged = facts.named("stamp", frozen.stamp, "stamp").get(hashlib.sha256(der).hexdigest())
        values |= {
            "state": "stamped" if logged is None else "published",
            "token": der,
            "authority": token.authority,
            "time_class": token.time_class,
            "gen_time": token.gen_time,
            "expires": token.expires,
            "rests_on": RestsOn.to_text(token),
            "verified_at": None if logged is None else logged.time,
        }
    except VaultMissing:
        pass  # It was closed, and no authority had answered yet: the keeper asks again.
    except EvidenceError as error:
        vault.problems.append(f"the token of stamp {frozen.number}: {error}")
    vault.connection.execute(insert(stamps).values(**values))
    _write_further(vault, facts, frozen, trusts)


def _write_further(
    vault: VaultObjects, facts: LogFacts, frozen: Frozen, trusts: Sequence[TimestampTrust]
) -> None:
    """Write the further tokens that the log names; one that it does not have yet the keeper finds and logs."""
    logged = facts.named("stamp", frozen.stamp, "stamp")
    for place in count(2):
        try:
            der = stamp_files.read_further(vault.archive.objects, frozen.stamp, place)
            token = verify_with_any(der, frozen.root, trusts, vault.archive.clock.now())
        except VaultMissing:
            return
        except EvidenceError as error:
            vault.problems.append(f"token {place} of stamp {frozen.number}: {error}")
            return
        told = logged.get(hashlib.sha256(der).hexdigest())
        if told is None:
            return
        vault.connection.execute(
            insert(stamp_tokens).values(
                stamp_id=frozen.stamp,
                place=place,
                token=der,
                authority=token.authority,
                time_class=token.time_class,
                gen_time=token.gen_time,
                verified_at=told.time,
                expires=token.expires,
                rests_on=RestsOn.to_text(token),
            )
        )


def _place_members(vault: VaultObjects, found: Sequence[Frozen]) -> None:
    """Find each manifest's node; nodes that none accounts for are those of erased deposits, in the log's order."""
    connection = vault.connection
    nodes = {node: (frozen.stamp, position) for frozen in found for position, node in enumerate(frozen.nodes)}
    rows = connection.execute(
        select(manifests).where(manifests.c.seq.is_not(None)).order_by(manifests.c.seq)
    ).all()
    erased = []
    for row in rows:
        if row.group_node == "":
            erased.append(row)
            continue
        place = nodes.pop(bytes.fromhex(row.group_node), None)
        if place is not None:
            _place(vault, row.deposit_id, row.version, *place)
    for row, (node, place) in zip(erased, nodes.items(), strict=False):
        _place(vault, row.deposit_id, row.version, *place)
        here = (manifests.c.deposit_id == row.deposit_id) & (manifests.c.version == row.version)
        connection.execute(update(manifests).where(here).values(group_node=node.hex()))


def _place(vault: VaultObjects, deposit: str, version: int, stamp: str, position: int) -> None:
    vault.connection.execute(
        update(manifests)
        .where(manifests.c.deposit_id == deposit, manifests.c.version == version)
        .values(stamp_id=stamp, stamp_position=position)
    )
