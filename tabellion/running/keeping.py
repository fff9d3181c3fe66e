"""The keeper with its duties."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

from api.hooks.sending import Sender
from api.hooks.telling import tell
from archive.algorithm_changes import note_policy
from archive.authorities import TimestampAuthority
from archive.authorities.tightened import Tightened
from archive.erase import reapply
from archive.errors import LogReadOnly
from archive.fixity import Pace as FixityPace
from archive.fixity import Rolling, bring_back_identity
from archive.late_lists import LateLists
from archive.locks import Locks
from archive.outside import Outside
from archive.receipts import Receipts
from archive.renewals import Renewals
from archive.second import Copies, forget_second, require_not_behind
from archive.sequencer import Sequencer
from archive.stamp_closing import Pace
from archive.stamps import Stamps
from archive.witnesses import Witnesses
from ingest.folders import Folders
from ingest.indexing import Indexer
from ingest.keeper import Duty, Keeper
from ingest.sweeping import Sweeper
from ingest.transports.files import sweep as sweep_broker
from search import Analyser
from tabellion.authorities import make_authorities
from tabellion.base.errors import Unavailable
from tabellion.wiring import Parts, nudger, search_engine, second_vault
from tabellion.witnessing import make_witnesses

_log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(seconds=20)
SWEEP_SHARE = 0.01
LOOK_FOR_ORPHANS_EVERY = timedelta(hours=6)
LOOK_AT_IDENTITY_EVERY = timedelta(minutes=10)
LOOK_AT_WITNESSES_EVERY = timedelta(seconds=1)
LOOK_AT_FOLDERS_EVERY = timedelta(seconds=1)
NOTE_POLICY_EVERY = timedelta(minutes=1)
TELL_EVERY = timedelta(seconds=1)
TIDY_EVERY = timedelta(hours=1)
WEBHOOK_SECONDS = 15.0
LOOK_FOR_LISTS_EVERY = timedelta(hours=1)


def make_keeper(parts: Parts, name: str) -> Keeper:
    """The keeper with its duties."""
    return Keeper(parts.archive, name, make_lanes(parts))


def make_lanes(parts: Parts) -> dict[str, Sequence[Duty]]:
    """What the keeper does: sealing, stamping, indexing and sweeping, each in a lane of its own."""
    archive, settings, algorithms = parts.archive, parts.settings, parts.algorithms
    pace = Pace(interval=timedelta(minutes=settings.stamp_minutes))
    witnesses = make_witnesses(parts)
    engine = search_engine(settings)
    indexer = Indexer(archive, lambda: engine.writer(Analyser()))
    return {
        "log": (
            Duty("sequence", _sequencer(parts, witnesses).run),
            Duty("lock", Locks(archive).run),
            Duty("receipts", Receipts(archive, parts.chest.receipt).run),
        ),
        "witnesses": (Duty("witnesses", witnesses.run, every=LOOK_AT_WITNESSES_EVERY),),
        "stamps": (Duty("stamps", _stamps(parts, pace).run),),
        "renewals": (
            Duty("policy", lambda token: note_policy(archive, token, algorithms), every=NOTE_POLICY_EVERY),
            Duty("renew", Renewals(archive, _authorities(parts), algorithms).run),
            Duty("lists", LateLists(archive, _authorities(parts)).run, every=LOOK_FOR_LISTS_EVERY),
        ),
        "webhooks": _webhooks(parts),
        "index": (Duty("index", indexer.run, close=indexer.close),),
        "folders": (Duty("folders", _folders(parts).run, every=LOOK_AT_FOLDERS_EVERY, everywhere=True),),
        "sweep": (
            # It walks through the whole vault.
            Duty("sweep", _sweeper(parts), every=SWEEP_EVERY, share=SWEEP_SHARE),
            Duty("orphans", Sweeper(archive).run, every=LOOK_FOR_ORPHANS_EVERY),
            Duty("erasures", lambda _token: reapply(archive), every=LOOK_FOR_ORPHANS_EVERY),
        ),
        "fixity": _fixity(parts),
        "copies": _copies(parts),
    }


def _fixity(parts: Parts) -> Sequence[Duty]:
    """Reads everything that is stored again; nothing but `archive.json` where the settings say never."""
    settings = parts.settings
    identity = Duty(
        "identity", lambda token: bring_back_identity(parts.archive, token), every=LOOK_AT_IDENTITY_EVERY
    )
    if not settings.fixity_days:
        return (identity,)
    second = second_vault(settings, parts.archive.clock)
    pace = FixityPace(settings.fixity_days, settings.fixity_rate)
    rolling = Rolling(parts.archive, pace, None if second is None else lambda: second.vault)
    return (identity, Duty("fixity", rolling.run, stop=rolling.stop))


def _copies(parts: Parts) -> Sequence[Duty]:
    """Copies everything into the second vault, where there is one."""
    archive = parts.archive
    second = second_vault(parts.settings, archive.clock)
    if second is None:
        return (Duty("copies", lambda token: forget_second(archive, token), every=TIDY_EVERY),)
    copies = Copies(archive, second)
    return (Duty("copies", copies.run, stop=copies.stop),)


def _webhooks(parts: Parts) -> Sequence[Duty]:
    """Messages to others: written from the log, sent, and forgotten a week after they arrived."""
    archive = parts.archive
    outside = Outside(WEBHOOK_SECONDS, public=True, networks=parts.settings.own_networks)
    sender = Sender(archive, outside)
    return (
        Duty("tell", lambda token: tell(archive, token), every=TELL_EVERY),
        Duty("send", sender.run, every=TELL_EVERY),
        Duty("tidy", sender.tidy, every=TIDY_EVERY),
    )


def _sequencer(parts: Parts, witnesses: Witnesses) -> Sequencer:
    """The writer of the log; checkpoints of earlier keys are its own as well."""
    archive = parts.archive
    log, former = parts.chest.log, parts.chest.log_keys(archive.origin)[1:]
    second = second_vault(parts.settings, archive.clock)

    def ask(token: int) -> None:
        witnesses.ask(token)
        if second is None:
            return
        try:
            require_not_behind(archive, second.vault)
        except LogReadOnly:
            raise
        except Unavailable as error:
            # As with a witness that is down: what it would say cannot hold up the log.
            _log.warning("the second vault could not be asked", extra={"why": error.message})

    return Sequencer(archive, log, former_keys=former, ask_outside=ask)


def _stamps(parts: Parts, pace: Pace) -> Stamps:
    """Stamps by the authorities of the settings."""
    return Stamps(parts.archive, _authorities(parts), pace=pace, operators=parts.settings.tsa_operators)


def _authorities(parts: Parts) -> tuple[TimestampAuthority, ...]:
    """Those of the settings, under the archive's algorithm policy."""
    return tuple(Tightened(each, parts.algorithms) for each in make_authorities(parts))


def _folders(parts: Parts) -> Folders:
    """The watched folders under the home."""
    settings = parts.settings
    return Folders(
        parts.archive,
        settings.home / "folders",
        nudge=nudger(settings),
        limit=settings.max_upload_bytes,
        retention=parts.retention,
    )


def _sweeper(parts: Parts) -> Callable[[int], object]:
    def sweep(_token: int) -> None:
        parts.vault.sweep_temporary(SWEEP_EVERY)
        sweep_broker(parts.settings.home / "broker", SWEEP_EVERY.total_seconds())

    return sweep
