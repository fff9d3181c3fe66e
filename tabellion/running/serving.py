"""The service behind the routes."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from shutil import disk_usage
from zoneinfo import ZoneInfo

from celery import Celery
from sqlalchemy import exists, func, select

from api.service import Options, Service
from archive.catalogue import alive
from archive.catalogue.schema import documents, log_outbox
from archive.log_memory import read_only_reason
from archive.stamp_closing import demand
from archive.verify import verify
from ingest.queue import Nudge, try_nudge
from search import Analyser, CatalogueResultLists, Engine, Finder, FolderResultLists
from signing.verdict import Report
from tabellion.authorities import make_authorities
from tabellion.base.errors import TabellionError
from tabellion.key_ends import held_keys
from tabellion.provider import make_provider
from tabellion.public_trust import public_files
from tabellion.running.health import Findings, Health, Standstill
from tabellion.running.limits import limits_of
from tabellion.running.trust import verify_trust
from tabellion.sealing import with_seal
from tabellion.wiring import Parts, celery_app, drawing, search_engine

LIVES_WITHIN = timedelta(seconds=15)

COUNTING_THREADS = 8
"""Answers whose documents are counted at the same time; each is found and marked in a thread of its request."""


def make_finder(parts: Parts, engine: Engine) -> Finder:
    """Answers searches; whose words and registry it may use is set for each request."""
    catalogue, clock = parts.archive.catalogue, parts.archive.clock
    # Where machines share a database, whichever answers the first page of a search, another may be asked for the next.
    shared = catalogue.dialect == "postgresql"
    return Finder(
        index=engine.reader(),
        analyser=Analyser(),
        words_of=lambda document, page: None,
        lists=CatalogueResultLists(catalogue, clock)
        if shared
        else FolderResultLists(parts.settings.home / "results", clock),
        beside=ThreadPoolExecutor(COUNTING_THREADS, thread_name_prefix="counting"),
    )


def make_service(parts: Parts) -> Service:
    """The parts behind the routes."""
    settings, archive = parts.settings, parts.archive
    trust, engine = verify_trust(parts), search_engine(settings)
    app = celery_app(settings)
    health = _health(parts, engine, app)

    def verify_documents(document_ids: Sequence[str] | None) -> Report:
        return verify(archive, trust, document_ids)

    return Service(
        archive=archive,
        finder=make_finder(parts, engine),
        options=Options(
            zone=ZoneInfo(settings.zone),
            session_length=timedelta(hours=settings.session_hours),
            max_upload_bytes=settings.max_upload_bytes,
            secure_cookies=settings.secure_cookies,
            test_authority=any(each.trust.time_class == "test" for each in make_authorities(parts)),
            languages=settings.language_list,
            retention=parts.retention,
            algorithms=parts.algorithms,
            second_factor_roles=settings.must_show_second,
            public_url=settings.public_url,
            private_networks=settings.own_networks,
            hosts=settings.host_names,
            limits=limits_of(settings),
        ),
        nudge=Nudge(app),
        verify=verify_documents,
        close_stamp=lambda: demand(archive),
        public_files=lambda: public_files(with_seal(parts)),
        health=health,
        took=lambda: health.took,
        free_bytes=lambda: disk_usage(settings.home).free,
        provider=make_provider(settings, archive.clock),
        drawing=partial(drawing, settings),
        keys=lambda: held_keys(parts),
    )


def _health(parts: Parts, engine: Engine, app: Celery) -> Health:
    """The parts behind the service, and how each is asked; those in `SPARED` it does not need."""
    sealing = Standstill()

    def catalogue() -> Findings:
        found: dict[str, str | None] = {"catalogue": None}
        with parts.archive.catalogue.read() as connection:
            now = parts.archive.clock.now()
            for kind in ("keeper", "worker"):
                found[kind] = None if alive(connection, kind, now, LIVES_WITHIN) else f"no {kind} is alive"
            still = sealing.seconds(connection.scalar(select(func.min(log_outbox.c.id))))
            # An object store may answer questions and keep nothing; the keeper is the first to meet that.
            stands = None if still is None else f"nothing was written to the log for {still:.0f} s"
            found["log"] = read_only_reason(connection) or stands
        return found

    def vault() -> Findings:
        parts.vault.versions("archive.json")
        return {"vault": None}

    def index() -> Findings:
        try:
            missing = engine.generation() is None and _has_searchable(parts)
        except TabellionError as error:
            return {"index": f"{error.code}: {error.message}"}
        return {"index": "there is no index: run `tabellion rebuild --index`" if missing else None}

    def broker() -> Findings:
        try:
            try_nudge(app)
        except Exception as error:  # Each transport raises its own, wrapped by kombu or not.
            # Without its words, which may tell an address with a password.
            return {"broker": f"takes no nudges: {type(error.__cause__ or error).__name__}"}
        return {"broker": None}

    return Health({"catalogue": catalogue, "vault": vault, "index": index, "broker": broker})


def _has_searchable(parts: Parts) -> bool:
    with parts.archive.catalogue.read() as connection:
        return bool(connection.scalar(select(exists().where(documents.c.state == "searchable"))))
