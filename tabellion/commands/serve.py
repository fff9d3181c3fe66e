"""`tabellion serve`."""

import logging
import signal
import socket
import sys
import warnings
from threading import Event

import click
import uvicorn

from tabellion import __version__
from tabellion.base.errors import Unavailable
from tabellion.base.logs import configure_logs
from tabellion.processes import Child, Supervisor, cores
from tabellion.settings import Settings, load_settings
from tabellion.wiring import Parts, celery_app, opened

KINDS = ("api", "worker", "keeper")
log = logging.getLogger(__name__)


@click.command("serve")
@click.option("--only", type=click.Choice(KINDS), help="Run one process of this kind instead of all of them.")
@click.option("--host", help="Address to listen on; default: TABELLION_HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; default: TABELLION_PORT.")
def command(only: str | None, host: str | None, port: int | None) -> None:
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
    with opened(settings) as parts:
        {"api": _run_api, "worker": _run_worker, "keeper": _run_keeper}[only](parts)


def _run_all(settings: Settings) -> None:
    with opened(settings):
        pass  # says at once what is wrong with archive or settings
    _require_free(settings)
    base = [sys.executable, "-m", "tabellion", "serve", "--only"]
    address = ["--host", settings.host, "--port", str(settings.port)]
    workers = settings.workers or cores()
    children = [Child("api", [*base, "api", *address]), Child("keeper", [*base, "keeper"])]
    children += [Child(f"worker-{number}", [*base, "worker"]) for number in range(1, workers + 1)]
    click.echo(f"Tabellion at http://{settings.host}:{settings.port}/   (Ctrl-C stops it)")
    Supervisor(children).run()


def _run_api(parts: Parts) -> None:
    from api.app import build_app  # noqa: PLC0415
    from ingest.process import Heart  # noqa: PLC0415
    from tabellion.running import holder, make_service  # noqa: PLC0415

    settings = parts.settings
    app = build_app(make_service(parts), __version__)
    with Heart(parts.archive, holder(), "api"):
        uvicorn.run(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )


def _run_worker(parts: Parts) -> None:
    from celery.exceptions import SecurityWarning  # noqa: PLC0415

    from ingest.process import run_worker  # noqa: PLC0415
    from tabellion.running import holder, make_worker  # noqa: PLC0415

    # Celery warns of running as root in the middle of the log; docs/operations.md says it once.
    warnings.simplefilter("ignore", SecurityWarning)
    name = holder()
    run_worker(parts.archive, celery_app(parts.settings), make_worker(parts, name), name)


def _run_keeper(parts: Parts) -> None:
    from ingest.process import Heart  # noqa: PLC0415
    from tabellion.running import holder, make_keeper  # noqa: PLC0415

    name, end = holder(), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end.set())
    with Heart(parts.archive, name, "keeper"):
        make_keeper(parts, name).run(end)


def _require_free(settings: Settings) -> None:
    """Say that the port is taken before any process starts, instead of letting one die of it again and again."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise Unavailable(
                f"{settings.host}:{settings.port} cannot be used: {error.strerror}",
                advice="Stop what listens there, or choose another TABELLION_PORT.",
            ) from error
