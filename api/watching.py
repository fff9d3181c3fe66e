"""Figures that are watched: queues and their ages, reading, failures by code, stamps, fixity; no word of a paper."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, func, select

from api.exposition import Family
from api.limits.kept import refused_lately
from api.service import SPARED, Service
from api.totals import Totals, count_totals
from archive.catalogue.schema import (
    beats,
    checks,
    deposits,
    document_deposits,
    documents,
    index_outbox,
    log_outbox,
    readings,
    stamps,
    webhook_outbox,
    witnesses,
    work,
)
from archive.fixity import Figures
from archive.fixity import figures as fixity_figures
from archive.log_group import log_size
from archive.stamp_asks import refusals
from archive.stored import Stored, count_stored
from archive.verification.stamp_check import PROVED

LATEST = 500
"""Papers of which the way from receipt to search is measured: the newest."""

QUANTILES = (0.5, 0.95)


def figures(service: Service) -> Iterator[Family]:
    """Every family, in the order in which it is sent."""
    yield from _parts(service)
    archive = service.archive
    with archive.catalogue.read() as connection:
        stored = service.stored.get(lambda: count_stored(connection))
        now = archive.clock.now()
        totals = service.totals.get(lambda: count_totals(connection))
        yield from _of_catalogue(connection, now, stored, totals)
        yield from _fixity(service.fixity.get(lambda: fixity_figures(connection, now)), now)


def _parts(service: Service) -> Iterator[Family]:
    ready = Family(
        "tabellion_ready", "Whether a part answers: 1, else 0; without each, the service is not ready."
    )
    spared = Family(
        "tabellion_spared_ready",
        "The same of a part that is not needed: without it work is only less prompt.",
    )
    for name, problem in sorted(service.health().items()):
        (spared if name in SPARED else ready).add(problem is None, part=name)
    yield from (ready, spared)
    took = Family("tabellion_part_seconds", "How long a part took to answer.")
    for name, seconds in sorted(service.took().items()):
        took.add(seconds, part=name)
    yield took
    if service.free_bytes is not None:
        yield Family("tabellion_free_bytes", "Bytes that are free where the home lies.").add(
            service.free_bytes()
        )


def _of_catalogue(connection: Connection, now: datetime, stored: Stored, totals: Totals) -> Iterator[Family]:
    yield Family("tabellion_deposits", "Files that were received.").add(totals.deposits)
    yield from _by_state(connection, totals)
    yield from _queues(connection, now)
    yield from _reading(connection, totals)
    yield from _evidence(connection, now, stored)
    refused = Family(
        "tabellion_refused", "Requests refused within a day because they were too many, by code."
    )
    for one in refused_lately(connection, now):
        refused.add(one.count, code=one.code)
    yield _summed(refused)
    told = Family("tabellion_webhook_messages", "Messages to others by state; dead ones are given up.")
    for state, count in connection.execute(
        select(webhook_outbox.c.state, func.count()).group_by(webhook_outbox.c.state)
    ):
        told.add(count, state=state)
    yield told
    alive = Family(
        "tabellion_processes", "Processes by kind that said in the last 15 seconds that they live."
    )
    for kind, age in connection.execute(select(beats.c.kind, beats.c.at)):
        if (now - age).total_seconds() < 15:  # as the page of operations counts
            alive.add(1, kind=kind)
    yield _summed(alive)


def _count(connection: Connection, table: object, *conditions: object) -> int:
    return connection.scalar(select(func.count()).select_from(table).where(*conditions)) or 0  # type: ignore[arg-type]


def _by_state(connection: Connection, totals: Totals) -> Iterator[Family]:
    each = select(stamps.c.state, func.count()).group_by(stamps.c.state).order_by(stamps.c.state)
    for name, says, counts in (
        ("work", "Pieces of work by state.", totals.work),
        ("documents", "Papers by state.", totals.documents),
        ("stamps", "Stamps by state.", dict(connection.execute(each).all())),
    ):
        family = Family(f"tabellion_{name}", says)
        for state, count in counts.items():
            family.add(count, state=state)
        yield family
    failures = Family("tabellion_failures", "Papers that could not be read, by reason.")
    rows = connection.execute(
        select(documents.c.reason_code, func.count())
        .where(documents.c.state == "failed")
        .group_by(documents.c.reason_code)
    )
    for code, count in rows:
        failures.add(count, code=code or "INTERNAL")
    yield failures


def _queues(connection: Connection, now: datetime) -> Iterator[Family]:
    length = Family("tabellion_queue_length", "What waits, by queue; of work by its kind.")
    age = Family("tabellion_queue_age_seconds", "How long the oldest of a queue has waited.")
    waiting = [
        (row[0], row[1], row[2])
        for row in connection.execute(
            select(work.c.kind, func.count(), func.min(work.c.created_at))
            .where(work.c.state.in_(("ready", "leased")))
            .group_by(work.c.kind)
            .order_by(work.c.kind)
        )
    ]
    unsigned = (deposits.c.receipt.is_(None), deposits.c.erased_at.is_(None))
    for name, table, when, conditions in (
        ("log", log_outbox, log_outbox.c.time, ()),
        ("receipt", deposits, deposits.c.received_at, unsigned),
        ("index", index_outbox, index_outbox.c.at, ()),
    ):
        row = connection.execute(
            select(func.count(), func.min(when)).select_from(table).where(*conditions)
        ).one()
        waiting.append((name, row[0], row[1]))
    for name, count, oldest in waiting:
        length.add(count, queue=name)
        age.add((now - oldest).total_seconds() if oldest else 0.0, queue=name)
    yield length
    yield age
    yield Family("tabellion_log_outbox", "Entries that wait to be appended to the log.").add(
        _count(connection, log_outbox)
    )


def _reading(connection: Connection, totals: Totals) -> Iterator[Family]:
    done = Family("tabellion_readings_total", "Readings by outcome.", "counter")
    seconds = Family("tabellion_reading_seconds_total", "Time spent on reading, by outcome.", "counter")
    for outcome, known in totals.readings.items():
        done.add(known.count, outcome=outcome)
        seconds.add(known.seconds, outcome=outcome)
    yield done
    yield seconds
    yield from _stages(connection)


def _stages(connection: Connection) -> Iterator[Family]:
    """How long the newest papers took from receipt to search, and how long in each stage of that way."""
    newest = (
        select(documents.c.id, documents.c.received_at, documents.c.searchable_at)
        .where(documents.c.searchable_at.is_not(None))
        .order_by(documents.c.id.desc())
        .limit(LATEST)
        .subquery()
    )
    rows = connection.execute(
        select(newest, readings.c.at, readings.c.seconds)
        .join(document_deposits, document_deposits.c.document_id == newest.c.id)
        .join(readings, readings.c.deposit_id == document_deposits.c.deposit_id)
        .where(document_deposits.c.position == 1, readings.c.n == 1)
    ).all()
    way = Family(
        "tabellion_searchable_seconds", f"From receipt to search, quantiles of the newest {LATEST} papers."
    )
    stages = Family(
        "tabellion_stage_seconds", "The same of each stage: until it was read, reading, until it was found."
    )
    for quantile in QUANTILES:
        at = min(len(rows) - 1, int(len(rows) * quantile))
        if rows:
            way.add(
                sorted(_seconds(row.received_at, row.searchable_at) for row in rows)[at],
                quantile=str(quantile),
            )
            for stage, taken in (
                ("waiting", [max(0.0, _seconds(row.received_at, row.at) - row.seconds) for row in rows]),
                ("reading", [row.seconds for row in rows]),
                ("indexing", [max(0.0, _seconds(row.at, row.searchable_at)) for row in rows]),
            ):
                stages.add(sorted(taken)[at], stage=stage, quantile=str(quantile))
    yield way
    yield stages


def _seconds(begin: datetime, end: datetime) -> float:
    return (end - begin).total_seconds()


def _evidence(connection: Connection, now: datetime, stored: Stored) -> Iterator[Family]:
    yield Family("tabellion_log_entries", "Entries of the log.").add(log_size(connection))
    yield Family("tabellion_token_refusals", "Answers of authorities that nobody has looked at.").add(
        len(refusals(connection))
    )
    failing = _count(connection, witnesses, witnesses.c.failure.is_not(None))
    yield Family("tabellion_witnesses_failing", "Witnesses that do not cosign.").add(failing)
    unproved = connection.scalar(
        select(func.min(stamps.c.closed_at)).where(
            stamps.c.closed_at.is_not(None), stamps.c.state.not_in(PROVED)
        )
    )
    lag = (now - unproved).total_seconds() if unproved else 0.0
    yield Family(
        "tabellion_stamp_lag_seconds", "How long the oldest closed stamp has waited for its token."
    ).add(lag)
    proved = connection.scalar(select(func.max(stamps.c.gen_time)))
    if proved is not None:
        age = (now - proved).total_seconds()
        yield Family("tabellion_stamp_age_seconds", "Age of the newest time proof.").add(age)
    yield Family("tabellion_objects", "Objects of the vault.").add(stored.objects)
    yield Family("tabellion_objects_bytes", "Their bytes as stored.").add(stored.bytes)
    coverage = stored.listed / stored.objects if stored.objects else 1.0
    yield Family(
        "tabellion_inventory_coverage", "Share of objects that are listed in a logged inventory."
    ).add(coverage)
    checked = connection.scalar(select(func.max(checks.c.finished_at)))
    if checked is not None:
        age = (now - checked).total_seconds()
        yield Family("tabellion_verified_age_seconds", "Since everything was verified last.").add(age)


def _fixity(found: Figures | None, now: datetime) -> Iterator[Family]:
    """What was read again in each vault, and what waits to be copied; nothing before a keeper began to read."""
    if found is None:
        return
    coverage = Family("tabellion_fixity_coverage", "Share of objects that were read again within the period.")
    oldest = Family(
        "tabellion_fixity_oldest_seconds", "Since the object was read that was not read for longest."
    )
    faults = Family("tabellion_fixity_faults", "Objects that are missing or altered.")
    for name, side in (("first", found.first), ("second", found.second)):
        if side is not None:
            coverage.add(side.coverage, vault=name)
            faults.add(side.faults, vault=name)
            if side.oldest is not None:
                oldest.add((now - side.oldest).total_seconds(), vault=name)
    yield from (coverage, oldest, faults)
    if found.second is not None:
        yield Family("tabellion_copies_waiting", "Objects that have no copy in the second vault yet.").add(
            found.waiting
        )
        lag = (now - found.waiting_since).total_seconds() if found.waiting_since else 0.0
        yield Family("tabellion_copies_lag_seconds", "How long the oldest of them has waited.").add(lag)


def _summed(family: Family) -> Family:
    """The family with one sample for equal labels."""
    counts: dict[tuple[tuple[str, str], ...], float] = {}
    for labels, value in family.samples:
        key = tuple(sorted(labels.items()))
        counts[key] = counts.get(key, 0) + value
    return Family(
        family.name, family.help, family.kind, [(dict(key), value) for key, value in sorted(counts.items())]
    )
