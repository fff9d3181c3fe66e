"""Fifty stations hand papers over and a hundred people search, for minutes: no error, no growth, nothing lost.

A refusal with 429 that says when to come again is no error; everything else but a good answer is. Printed are the
times of searches and acknowledgements, what the event loop of the service was held up for, and the memory of each part
at each minute. Afterwards every acknowledged paper must be in the catalogue with its digest, and some of them are read
back from the vault.
"""

import argparse
import asyncio
import hashlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api.access import ALL
from api.accounts import create_account
from api.enrolment import enrol_station
from api.sessions import create_token
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import deposits, documents
from archive.originals import open_original
from bench._loading import Heard, Load, Pace
from bench._remains import looked_into
from bench._servers import SERVERS, Servers
from bench._service import PARTS, Service, ServiceFailed, wait_until
from bench._tables import publish, say, table
from bench._tiny import Tiny, tiny_papers
from bench._weighing import Scale, is_flat, slope
from bench.faults import remove
from ingest.stations import Device
from tabellion.wiring import Parts
from tests.services.process import free_port

SETTLED_SECONDS = 120.0
"""From so many seconds on, memory must be flat; a shorter run does not tell."""

READ_BACK = 200
SEARCHABLE_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Plan:
    """How much load for how long; pauses are the mean seconds between two requests of one client."""

    minutes: float = 5.0
    stations: int = 50
    users: int = 100
    upload_every: float = 4.0
    search_every: float = 5.0
    papers: int = 200
    seed: int = 1


def run(plan: Plan, service: Service, settings: Mapping[str, str]) -> dict[str, Any]:
    """One run against a service that is made, started, and stopped here; the JSON document."""
    service.command("init")
    with looked_into(service.home, settings) as parts:
        stations, users = _people(parts, plan)
    made = _endless(random.Random(plan.seed))
    with tempfile.TemporaryDirectory(prefix="load-papers-") as folder:
        for _ in range(plan.papers):
            paper = next(made)
            (Path(folder) / paper.name).write_bytes(paper.content)
        service.start()
        service.wait_ready()
        service.command("ingest", folder)
    say(f"{plan.papers} papers are handed in; waiting until they are found")
    _await_searchable(service, settings, plan.papers)
    seconds = 60 * plan.minutes
    load = Load(
        service.address, Pace(time.monotonic() + seconds, plan.upload_every, plan.search_every), plan.seed
    )
    with Scale(service.processes, PARTS) as scale:
        asyncio.run(load.run(stations, users, lambda: next(made)))
    said = service.said()
    service.stop()
    with looked_into(service.home, settings) as parts:
        lost = _lost(parts, load.acknowledged, random.Random(plan.seed))
    return {
        "minutes": plan.minutes,
        "stations": plan.stations,
        "users": plan.users,
        "search": _figures(load.searches, seconds),
        "upload": _figures(load.uploads, seconds),
        "probe": _figures(load.probes, seconds),
        "memory": {
            part: {
                "at_minutes": scale.at_minutes()[part],
                "a_minute": slope(weighed, SETTLED_SECONDS),
                "cpu_seconds": round(scale.worked[part], 1),
                "flat": is_flat(weighed, SETTLED_SECONDS),
            }
            for part, weighed in scale.weights.items()
        },
        "acknowledged": len(load.acknowledged),
        "lost": lost,
        "passed": not any(heard.wrong for heard in (load.searches, load.uploads, load.probes))
        and bool(load.searches.times and load.uploads.times)
        and not lost
        and all(is_flat(weighed, SETTLED_SECONDS) for weighed in scale.weights.values()),
        **({"log": said} if '"ERROR"' in said else {}),
    }


def _people(parts: Parts, plan: Plan) -> tuple[list[str], list[str]]:
    """Tokens of new stations and of collectors who may see everything."""
    archive = parts.archive
    stations = [
        enrol_station(archive, f"station {number}", None, Device(), SYSTEM_ACTOR).token
        for number in range(plan.stations)
    ]
    users = []
    with archive.catalogue.write() as connection:
        for number in range(plan.users):
            account = create_account(
                archive,
                connection,
                f"user {number}",
                None,
                roles=frozenset({"collector"}),
                scopes=frozenset({ALL}),
                actor=SYSTEM_ACTOR,
            )
            users.append(create_token(archive, connection, account.id, "load")[1])
    return stations, users


def _endless(dice: random.Random) -> Iterator[Tiny]:
    """Papers without end, no two alike."""
    while True:
        yield from tiny_papers(dice, 10_000)


def _await_searchable(service: Service, settings: Mapping[str, str], papers: int) -> None:
    searchable = select(func.count()).select_from(documents).where(documents.c.state == "searchable")
    with looked_into(service.home, settings) as parts:

        def found() -> bool:
            with parts.archive.catalogue.read() as connection:
                return (connection.scalar(searchable) or 0) >= papers

        wait_until(found, SEARCHABLE_SECONDS, f"{papers} papers are not searchable")


def _lost(parts: Parts, acknowledged: Mapping[str, str], dice: random.Random) -> list[str]:
    """What is wrong with deposits that were acknowledged, in words."""
    with parts.archive.catalogue.read() as connection:
        kept = {row.id: row.sha256 for row in connection.execute(select(deposits.c.id, deposits.c.sha256))}
    wrong = [f"{deposit} is not there" for deposit in acknowledged if deposit not in kept]
    wrong += [
        f"{deposit} has another digest"
        for deposit, sha256 in acknowledged.items()
        if kept.get(deposit, sha256) != sha256
    ]
    for deposit in dice.sample(sorted(acknowledged), min(READ_BACK, len(acknowledged))):
        with open_original(parts.archive, deposit) as stream:
            if hashlib.sha256(stream.read()).hexdigest() != acknowledged[deposit]:
                wrong.append(f"{deposit} has other bytes")
    return wrong


def _figures(heard: Heard, seconds: float) -> dict[str, Any]:
    return {
        "answers": len(heard.times),
        "a_second": round(len(heard.times) / seconds, 2),
        "ms_median": _rounded(heard.percentile(0.5)),
        "ms_p95": _rounded(heard.percentile(0.95)),
        "ms_max": _rounded(max(heard.times, default=None)),
        "limited": heard.limited,
        "wrong": dict(heard.wrong),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


def for_people(result: Mapping[str, Any]) -> str:
    """The result as tables."""
    asked = [
        (
            name,
            told["answers"],
            told["a_second"],
            told["ms_median"],
            told["ms_p95"],
            told["ms_max"],
            told["limited"],
            sum(told["wrong"].values()),
        )
        for name, told in (
            ("search", result["search"]),
            ("acknowledgement of an upload", result["upload"]),
            ("/healthz", result["probe"]),
        )
    ]
    weighed = [
        (
            part,
            " ".join(f"{weight >> 20}" for weight in told["at_minutes"]),
            None if told["a_minute"] is None else told["a_minute"] / 2**20,
            told["cpu_seconds"],
            "" if told["a_minute"] is None else "flat" if told["flat"] else "GROWS",
        )
        for part, told in result["memory"].items()
    ]
    wrong = [
        f"{name}: {count} x {what}"
        for name in ("search", "upload", "probe")
        for what, count in result[name]["wrong"].items()
    ]
    return "\n\n".join(
        [
            table(("", "answers", "a second", "ms median", "p95", "max", "429", "wrong"), asked),
            table(("memory", "MiB at each minute", "MiB a minute", "CPU s", ""), weighed),
            *(["\n".join([*wrong, *result["lost"][:20]])] if wrong or result["lost"] else []),
            f"{result['acknowledged']} acknowledged, {len(result['lost'])} lost: "
            + ("passed" if result["passed"] else "FAILED"),
        ]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """One run; exit code 1 where anything was wrong."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="script/bench load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=usual.minutes, metavar="N")
    parser.add_argument("--stations", type=int, default=usual.stations, metavar="N")
    parser.add_argument("--users", type=int, default=usual.users, metavar="N")
    parser.add_argument(
        "--upload-every", type=float, default=usual.upload_every, metavar="SECONDS", help="of each station"
    )
    parser.add_argument(
        "--search-every", type=float, default=usual.search_every, metavar="SECONDS", help="of each user"
    )
    parser.add_argument("--papers", type=int, default=usual.papers, metavar="N", help="that are there before")
    parser.add_argument("--seed", type=int, default=usual.seed, metavar="S")
    parser.add_argument(
        "--services", action="store_true", help="on PostgreSQL, Redis, SeaweedFS and OpenSearch, started here"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    options = vars(parser.parse_args(arguments))
    as_json, on_services = options.pop("json"), options.pop("services")
    plan = Plan(**options)
    scratch = Path(tempfile.mkdtemp(prefix="load-"))
    scratch.chmod(0o711)  # servers run as users of their own, below it
    servers = Servers(scratch / "servers", SERVERS) if on_services else None
    settings: dict[str, str] = {}
    try:
        if servers is not None:
            (scratch / "servers").mkdir()
            servers.start()
            (scratch / "passphrase").write_text(random.SystemRandom().randbytes(16).hex())
            (scratch / "passphrase").chmod(0o600)
            settings = {**servers.settings, "TABELLION_KEY_PASSPHRASE_FILE": str(scratch / "passphrase")}
        service = Service(scratch / "home", free_port(), scratch / "serve.log", settings)
        try:
            result = run(plan, service, settings)
        except ServiceFailed as error:
            say(f"{error}\n{service.said()}")
            return 1
        finally:
            service.kill_all()
    finally:
        if servers is not None:
            servers.stop()
    publish(result, for_people(result), as_json=as_json)
    if result["passed"]:
        remove(scratch)
    else:
        say(f"left for inspection: {scratch}")
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main())
