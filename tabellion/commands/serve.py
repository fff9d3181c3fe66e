"""`tabellion serve`."""

import errno
import gc
import logging
import os
import signal
import socket
import sys
import time
import warnings
from contextlib import ExitStack
from threading import Event, Thread

import click

from tabellion import __version__
from tabellion.base.collecting import loaded_for_good
from tabellion.base.errors import Unavailable
from tabellion.base.logs import configure_logs
from tabellion.processes import Child, Supervisor, become, cores, holder
from tabellion.running_address import left_address
from tabellion.settings import Settings, load_settings
from tabellion.wiring import Parts, celery_app, opened

KINDS = ("api", "worker", "keeper")
BACKLOG = 512
BIND_SECONDS = 5.0
# An upload that is on its way is cut after so long; it was not acknowledged and can be sent again.
GRACE_SECONDS = 3
# Reading takes all the processors it can get: it gives way to those who wait for an answer (nice(2)).
WORKERS_GIVE_WAY = 5
log = logging.getLogger(__name__)


@click.command("serve")
@click.option("--only", type=click.Choice(KINDS), help="Run one process of this kind instead of all of them.")
@click.option("--host", help="Address to listen on; default: TABELLION_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: TABELLION_PORT.")
@click.option("--times", type=click.IntRange(1), default=1, hidden=True, help="Be so many workers.")
@click.option("--listener", type=click.IntRange(3), hidden=True, help="Descriptor of a socket that listens.")
def command(only: str | None, host: str | None, port: int | None, listener: int | None, times: int) -> None:
    """Run the service. Ctrl-C or SIGTERM ends it cleanly: what is being read is given back, nothing is lost.

    Without --only, one parent runs an api process, a keeper, and a worker for each core (TABELLION_WORKERS), and starts
    again whatever dies.
    """
    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = load_settings(**chosen)
    configure_logs(settings.log_level)
    if only is None:
        _run_all(settings)
        return
    if only == "worker" and times > 1:
        # Loading all this takes longer than reading a page: they load it once, and share it in memory.
        with loaded_for_good():
            import celery.worker.worker  # noqa: F401, PLC0415

            import ingest.process  # noqa: F401, PLC0415
            import tabellion.running.working  # noqa: F401, PLC0415

        if not become(times):
            return
    with opened(settings) as parts:
        if only == "api":
            with ExitStack() as held:
                if listener is not None:
                    listening = held.enter_context(socket.socket(fileno=listener))
                else:
                    listening = held.enter_context(_listen(settings))
                    held.enter_context(left_address(settings.home, *listening.getsockname()[:2]))
                _run_api(parts, listening)
        else:
            {"worker": _run_worker, "keeper": _run_keeper}[only](parts)


def _run_all(settings: Settings) -> None:
    with opened(settings):
        pass  # says at once what is wrong with archive or settings
    base = [sys.executable, "-m", "tabellion", "serve", "--only"]
    workers = settings.workers or cores()
    # The parent listens: a port that is taken is said at once, and who asks while the api starts again only waits.
    with _listen(settings) as listening:
        descriptor = listening.fileno()
        children = [
            Child("api", [*base, "api", "--listener", str(descriptor)], descriptors=(descriptor,)),
            Child("keeper", [*base, "keeper"]),
            *(Child(f"worker-{number}", [*base, "worker"]) for number in range(1, workers + 1)),
        ]
        with left_address(settings.home, *listening.getsockname()[:2]) as address:
            click.echo(f"Tabellion at {address}/   (Ctrl-C stops it)")
            sys.stdout.flush()
            Supervisor(children).run()


def _run_api(parts: Parts, listening: socket.socket) -> None:
    with loaded_for_good():
        import uvicorn  # noqa: PLC0415

        from api.app import build_app  # noqa: PLC0415
        from api.limits import Limiter  # noqa: PLC0415
        from api.limits.kept import write_down  # noqa: PLC0415
        from archive.catalogue.patience import bound_statements  # noqa: PLC0415
        from ingest.process import Heart  # noqa: PLC0415
        from tabellion.running.serving import make_service  # noqa: PLC0415
        from tabellion.servers.patient import (  # noqa: PLC0415
            KEEP_ALIVE_SECONDS,
            LARGEST_HEAD,
            PatientProtocol,
            raise_file_limit,
        )

    raise_file_limit()
    bound_statements(parts.archive.catalogue.engine, parts.settings.statement_seconds)
    app = build_app(make_service(parts), __version__)
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        proxy_headers=True,
        forwarded_allow_ips=parts.settings.proxy_list,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=parts.settings.connections,
        h11_max_incomplete_event_size=LARGEST_HEAD,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        # uvicorn stops at them, and sends them to us again afterwards: then only what is left here must end.
        signal.signal(number, lambda *_: None)
    limiter: Limiter = app.state.limiter
    # What was loaded by now stays: it need not be walked again each time garbage is looked for, while answers wait.
    gc.collect()
    gc.freeze()
    with Heart(parts.archive, holder(), "api", lambda: write_down(parts.archive, limiter.refusals)):
        uvicorn.Server(config).run(sockets=[listening])


def _run_worker(parts: Parts) -> None:
    with loaded_for_good():
        from tabellion.running.working import make_worker  # noqa: PLC0415

    os.nice(WORKERS_GIVE_WAY)
    name = holder()
    worker = make_worker(parts, name)
    # Its reader starts while the rest is still being imported.
    worker.warm()

    with loaded_for_good():
        from celery.exceptions import CPendingDeprecationWarning, SecurityWarning  # noqa: PLC0415

        from ingest.process import run_worker  # noqa: PLC0415

    # Celery warns of running as root in the middle of the log; docs/operations.md says it once.
    warnings.simplefilter("ignore", SecurityWarning)
    # And, each time the broker was away, of a default that concerns messages which carry work.
    warnings.simplefilter("ignore", CPendingDeprecationWarning)
    run_worker(parts.archive, celery_app(parts.settings), worker, name)


def _run_keeper(parts: Parts) -> None:
    with loaded_for_good():
        from ingest.process import Heart  # noqa: PLC0415
        from tabellion.running.keeping import make_keeper  # noqa: PLC0415

    name, end = holder(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not set by the handler itself: this thread may be holding the lock of the event as it waits for it.
        signal.signal(number, lambda *_: Thread(target=end.set, daemon=True).start())
    with Heart(parts.archive, name, "keeper"):
        make_keeper(parts, name).run(end)


def _listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say; raises Unavailable where that cannot be."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    deadline = time.monotonic() + BIND_SECONDS
    while True:
        try:
            return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
        except OSError as error:
            # The api of a service that was killed may still be ending.
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                reason = str(error.strerror or error).partition(" (while")[0]
                raise Unavailable(
                    f"{settings.host}:{settings.port} cannot be used: {reason}",
                    advice="Stop what listens there, or choose another TABELLION_PORT.",
                ) from error
        time.sleep(0.2)
