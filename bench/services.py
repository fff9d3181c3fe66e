"""The same papers embedded and on real servers: what is known of them afterwards must be equal, and must verify.

Once everything lies in the home. Once catalogue, vault, index and nudges are on PostgreSQL, an object store, OpenSearch
and Redis (or RabbitMQ), by settings alone, and two machines work on it: two homes that share nothing but the servers,
the second set up from a backup of the first one's keys. Texts, boxes, papers, fields, links, digests and what searches
find are compared; the second home verifies everything.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx

from archive.archive import Archive
from bench._facts import Facts, archive_of, at_work, gather, register, settled, telling_words
from bench._pages import SHARED
from bench._registry import families
from bench._service import Service, ServiceFailed, wait_until
from bench._tables import publish, say, table
from tests.services.process import ServiceError, free_port
from tests.services.run import start_all, stop_all

SERVERS = ("postgresql", "s3", "opensearch")
TYPES = {".pdf", ".tif", ".tiff", ".jpg", ".jpeg", ".png"}
BATCH = "evaluation"
QUERIES = 40
SETTLE_SECONDS, LOOK_SECONDS = 120.0, 0.1
PASSPHRASE = "five plain words for benches"  # noqa: S105  # of archives that are thrown away


@dataclass(frozen=True, slots=True)
class Way:
    """What came of one way: seconds from the first file to the last one searchable, facts, answers, the verdict."""

    seconds: float
    facts: Facts
    answers: dict[str, Any]
    overall: str
    workers: list[str]


def choose(folder: Path, count: int | None) -> list[Path]:
    """The files of the folder, or so many of them, of each language as many."""
    found = sorted(path for path in folder.rglob("*") if path.suffix in TYPES)
    by_folder: dict[Path, list[Path]] = {}
    for path in found:
        by_folder.setdefault(path.parent, []).append(path)
    # One that is read badly, one that is read well, and so on: neighbours are copies of one paper.
    in_turn = sorted(
        (number * 7 % len(files), str(parent), path)
        for parent, files in by_folder.items()
        for number, path in enumerate(files)
    )
    return sorted(path for _, _, path in in_turn[:count])


def embedded(folder: Path, files: Sequence[Path], pages: Path) -> Way:
    """Everything in one home, two workers."""
    settings = {"TABELLION_WORKERS": "2"}
    service = Service(folder / "home", free_port(), folder / "log", settings)
    service.command("init")
    return _through([service], files, pages)


def on_servers(folder: Path, files: Sequence[Path], pages: Path, servers: Mapping[str, str]) -> Way:
    """Two homes on the servers, a worker in each; the second is asked."""
    first, second = (_home(folder / name, servers) for name in ("first", "second"))
    first.command("init")
    backup, secret = folder / "keys.backup", folder / "secret"
    secret.write_text(PASSPHRASE)
    secret.chmod(0o600)
    first.command("keys", "backup", str(backup), "--passphrase-file", str(secret))
    second.command("keys", "restore", str(backup), "--passphrase-file", str(secret))
    return _through([first, second], files, pages)


def _home(folder: Path, servers: Mapping[str, str]) -> Service:
    folder.mkdir()
    passphrase = folder / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    settings = {
        **servers,
        "TABELLION_WORKERS": "1",
        "TABELLION_RETENTION_DAYS": "1",
        "TABELLION_KEY_PASSPHRASE_FILE": str(passphrase),
    }
    return Service(folder / "home", free_port(), folder / "log", settings)


def _through(services: Sequence[Service], files: Sequence[Path], pages: Path) -> Way:
    """All files through the services; they run until everything was asked, and are ended whatever happens."""
    first, last = services[0], services[-1]
    with archive_of(first.home, first.settings) as archive:
        register(archive, families(pages))
    first.command("users", "add", "bench", "--role", "collector", "--scope", "all")
    token = first.command("users", "token", "bench").strip()
    try:
        for service in services:
            service.start()
            service.wait_ready()
            say(f"ready: {service.home.parent.name}")
        with archive_of(last.home, last.settings) as archive:
            began = time.monotonic()
            with _watched(archive) as workers:
                told = first.command(
                    "ingest", *map(str, files), "--batch", BATCH, "--wait", "--json", codes=(0, 1)
                )
            seconds = time.monotonic() - began
            came = {line["path"]: line for line in map(json.loads, told.splitlines())}
            lost = [path for path, line in came.items() if line["status"] != "searchable"]
            if lost or len(came) != len(files):
                raise ServiceFailed(f"{len(lost)} of {len(came)} files are not searchable: {lost[:3]}")
            say(f"read: {len(came)} files in {seconds:.0f} s")
            wait_until(lambda: settled(archive), SETTLE_SECONDS, "work still waits")
            facts = gather(archive, {path: line["deposit"] for path, line in sorted(came.items())})
            words = telling_words(archive, [came[path]["document"] for path in sorted(came)], QUERIES)
            paths = {line["deposit"]: path for path, line in came.items()}
            answers = {word: _ask(last, token, word, paths) for word in words}
        say(f"asked: {len(answers)} words")
        last.command("stamp")
        overall = last.json("verify", "--all", codes=(0, 1, 3))["overall"]
    except BaseException:
        for service in services:
            say(service.said())
        raise
    finally:
        for service in services:
            service.kill_all()
    return Way(seconds, facts, answers, overall, sorted(workers))


@contextmanager
def _watched(archive: Archive) -> Iterator[set[str]]:
    """The names of all who have work while the block lasts."""
    seen: set[str] = set()
    end = Event()

    def look() -> None:
        while not end.wait(LOOK_SECONDS):
            seen.update(at_work(archive))

    thread = Thread(target=look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        end.set()
        thread.join()


def _ask(service: Service, token: str, word: str, paths: Mapping[str, str]) -> dict[str, Any]:
    """What a search finds: how many, and on which pages of which files."""
    client = httpx.Client(base_url=service.address, headers={"Authorization": f"Bearer {token}"}, timeout=30)
    with client:
        while (found := client.get("/api/v1/search", params={"q": word, "limit": 100})).status_code == 429:
            time.sleep(float(found.headers["Retry-After"]))
        answer = found.raise_for_status().json()
        on = set()
        for hit in answer["hits"]:
            pages = (
                client.get(f"/api/v1/documents/{hit['document']}/pages").raise_for_status().json()["pages"]
            )
            places = {page["page"]: (paths[page["deposit"]], page["deposit_page"]) for page in pages}
            on |= {places[page["page"]] for page in hit["pages"]}
    return {"total": answer["total"], "on": sorted(on)}


@contextmanager
def servers(broker: str) -> Iterator[dict[str, str]]:
    """Settings of servers that run as long as the block. Raises ServiceError where one does not start."""
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as records:
        try:
            running = start_all(Path(records), [*SERVERS, broker])
            yield {name: value for each in running for name, value in each.settings.items()}
        finally:
            stop_all(Path(records))


def compare(plain: Way, served: Way) -> dict[str, Any]:
    """Every figure of both, the files in which they differ, and whether all is as it must be."""
    different = plain.facts.differences(served.facts)
    different["answers"] = sorted(
        word
        for word in plain.answers.keys() | served.answers.keys()
        if plain.answers.get(word) != served.answers.get(word)
    )
    counts = plain.facts.counts() | {"answers": len(plain.answers)}
    return {
        "files": len(plain.facts.digests),
        "seconds": {"embedded": plain.seconds, "servers": served.seconds},
        "overall": {"embedded": plain.overall, "servers": served.overall},
        "workers": {"embedded": len(plain.workers), "servers": len(served.workers)},
        "counts": counts,
        "different": different,
        "equal": not any(different.values()),
        "passed": not any(different.values()) and plain.overall == served.overall == "PASSED",
    }


def shown(result: Mapping[str, Any]) -> str:
    """The table for people."""
    rows = [[kind, count, len(result["different"][kind])] for kind, count in result["counts"].items()]
    ways = [
        [what, result[what]["embedded"], result[what]["servers"]]
        for what in ("seconds", "workers", "overall")
    ]
    names = [f"{kind}: {name}" for kind, found in result["different"].items() for name in found[:5]]
    parts = [
        table((f"{result['files']} files", "embedded", "servers"), ways),
        table(("", "compared", "different"), rows),
        *(["\n".join(names)] if names else []),
        "equal and verified" if result["passed"] else "NOT EQUAL, OR NOT VERIFIED",
    ]
    return "\n\n".join(parts)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 where both know the same and verify."""
    parser = argparse.ArgumentParser(prog="script/bench services", description=__doc__)
    parser.add_argument("--files", type=int, help="so many files instead of all")
    parser.add_argument("--folder", type=Path, default=SHARED, help="files, a folder for each language")
    parser.add_argument("--broker", choices=("redis", "rabbitmq"), default="redis")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args(arguments)
    files = choose(chosen.folder, chosen.files)
    if not files:
        parser.error(f"there are no papers in {chosen.folder}")
    with tempfile.TemporaryDirectory(prefix="tabellion-bench-") as name:
        folder = Path(name)
        for each in ("embedded", "servers"):
            (folder / each).mkdir()
        say(f"{len(files)} files, embedded")
        plain = embedded(folder / "embedded", files, chosen.folder)
        say(f"{len(files)} files, on servers")
        try:
            with servers(chosen.broker) as settings:
                served = on_servers(folder / "servers", files, chosen.folder, settings)
        except ServiceError as error:
            say(str(error))
            return 2
    result = compare(plain, served)
    publish(result, shown(result), as_json=chosen.json)
    return 0 if result["passed"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
