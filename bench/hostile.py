"""Hostile files through the ordinary door: none ends a worker, takes the machine, is lost, or is never done with.

Samples that broke other readers, and changes of them by a seeded mutator, are uploaded to a service of its own. At the
end every file must be read or refused with a reason, every original must come back byte for byte, and `verify --all`
pass.
"""

import argparse
import hashlib
import sqlite3
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bench._aftermath import check_evidence
from bench._looking import Look
from bench._mutations import Hostile, hostile_files, own_samples, samples_in
from bench._service import Service, ServiceFailed
from bench._tables import publish, say, table
from bench.faults import remove
from tests.services.process import free_port

SAMPLES = Path(__file__).parents[2] / "shared" / "samples" / "hostile"
MOST_MEMORY = 2 << 30
STALLED_SECONDS = 240.0
"""Without any file ending for so long, what is left hangs: twice the limit on opening and reading of one page."""

_SENDERS = 4
_AGAIN = (429, 503)


@dataclass(slots=True)
class Outcome:
    """What became of them; `wrong` says in words what must not be."""

    seed: int
    files: int
    seconds: float = 0.0
    acknowledged: int = 0
    refused_at_the_door: dict[str, int] = field(default_factory=dict)
    ends: dict[str, int] = field(default_factory=dict)
    peak_mib: dict[str, int] = field(default_factory=dict)
    workers_died: int = 0
    over_2_gib: int = 0
    lost_originals: int = 0
    hangs: int = 0
    reading_processes: int = 0
    slowest: list[dict[str, Any]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sent:
    """Which file became which deposit and document."""

    deposits: dict[str, Hostile] = field(default_factory=dict)
    documents: dict[str, Hostile] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def run(files: int, seed: int, samples: Path | None) -> Outcome:
    """One archive, all files, all checks. The archive is kept and named where something was wrong."""
    scratch = Path(tempfile.mkdtemp(prefix="hostile-"))
    outcome = Outcome(seed, files)
    known = own_samples() + (samples_in(samples) if samples is not None else [])
    service = Service(scratch / "home", free_port(), scratch / "serve.log")
    try:
        service.command("init")
        service.command("users", "add", "bench", "--role", "operator", "--role", "auditor", "--scope", "all")
        token = service.command("users", "token", "bench").strip()
        service.start()
        service.wait_ready()
        started = time.monotonic()
        with Look(service) as look:
            sent = _send(service, token, list(hostile_files(seed, files, known)))
            say(f"{len(sent.deposits)} files acknowledged after {time.monotonic() - started:.0f} s")
            _wait(service, outcome)
            outcome.seconds = time.monotonic() - started
        _judge(service, token, sent, look, outcome)
        service.stop()
        outcome.wrong += check_evidence(service, len(sent.deposits))
    except ServiceFailed as error:
        outcome.wrong.append(str(error))
    finally:
        service.kill_all()
    if outcome.wrong:
        say(f"left for inspection: {scratch}")
    else:
        remove(scratch)
    return outcome


def _send(service: Service, token: str, files: Sequence[Hostile]) -> Sent:
    """Four senders at once, each its share, patient where they are asked to be."""
    sent = Sent()
    senders = [
        threading.Thread(target=_send_some, args=(service, token, files[number::_SENDERS], sent))
        for number in range(_SENDERS)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    return sent


def _send_some(service: Service, token: str, files: Sequence[Hostile], sent: Sent) -> None:
    with _client(service, token) as client:
        for file in files:
            answer = _patiently(
                client, "POST", "/api/v1/deposits", params={"name": file.name}, content=file.content
            )
            if answer.status_code == 202:
                told = answer.json()
                if told["sha256"] != hashlib.sha256(file.content).hexdigest():
                    sent.failures.append(f"file {file.number} was acknowledged with another digest")
                sent.deposits[told["deposit"]] = file
                sent.documents[told["document"]] = file
            elif 400 <= answer.status_code < 500:
                sent.refused[answer.json()["code"]] += 1
            else:
                sent.failures.append(f"file {file.number}: {answer.status_code} {answer.text[:200]}")


def _patiently(client: httpx.Client, method: str, path: str, **options: Any) -> httpx.Response:
    """The answer, asked for again for as long as the service asks to come back later."""
    while True:
        answer = client.request(method, path, **options)
        if answer.status_code not in _AGAIN:
            return answer
        time.sleep(min(float(answer.headers.get("Retry-After", "1")), 5.0))


def _client(service: Service, token: str) -> httpx.Client:
    return httpx.Client(base_url=service.address, headers={"Authorization": f"Bearer {token}"}, timeout=120)


def _wait(service: Service, outcome: Outcome) -> None:
    """Until no reading waits, or none has ended for long."""
    left, since = -1, time.monotonic()
    while True:
        now = _waiting(service)
        if now != left:
            left, since = now, time.monotonic()
        if left == 0:
            return
        if time.monotonic() - since > STALLED_SECONDS:
            outcome.hangs = left
            outcome.wrong.append(f"{left} files have not ended, and none did for {STALLED_SECONDS:.0f} s")
            return
        time.sleep(0.5)


def _waiting(service: Service) -> int:
    (count,) = _asked(
        service,
        "SELECT (SELECT count(*) FROM work WHERE kind IN ('read', 'link') AND state IN ('ready', 'leased'))"
        " + (SELECT count(*) FROM documents WHERE state IN ('received', 'read'))",
    )[0]
    waiting: int = count
    return waiting


def _asked(service: Service, question: str) -> list[Any]:
    """Rows of the catalogue, which is read beside the service."""
    catalogue = sqlite3.connect(f"file:{service.home / 'catalogue.db'}?mode=ro", uri=True, timeout=60)
    try:
        return catalogue.execute(question).fetchall()
    finally:
        catalogue.close()


def _judge(service: Service, token: str, sent: Sent, look: Look, outcome: Outcome) -> None:
    outcome.acknowledged = len(sent.deposits)
    outcome.refused_at_the_door = dict(sent.refused)
    outcome.wrong += sent.failures
    states = _asked(service, "SELECT state, reason_code, count(*) FROM documents GROUP BY 1, 2")
    outcome.ends = {
        "read" if state == "searchable" else str(reason or state): count for state, reason, count in states
    }
    outcome.peak_mib = {part: size >> 20 for part, size in sorted(look.peaks.items())}
    outcome.workers_died = look.workers_died
    outcome.over_2_gib = sum(size > MOST_MEMORY for size in look.peaks.values())
    outcome.reading_processes = look.readers
    for read, seconds in sorted(look.slowest.items(), key=lambda item: -item[1])[:5]:
        file = sent.deposits.get(read) or sent.documents.get(read)
        how = (
            "a paper cut out of another"
            if file is None
            else f"{file.origin} {' '.join(file.changes)}".strip()
        )
        outcome.slowest.append({"seconds": round(seconds, 1), "file": file and file.number, "made": how})
    with _client(service, token) as client:
        for deposit, file in sent.deposits.items():
            answer = _patiently(client, "GET", f"/api/v1/deposits/{deposit}/original")
            if answer.content != file.content:
                outcome.lost_originals += 1
                outcome.wrong.append(
                    f"file {file.number} does not come back as it was sent: {answer.status_code}"
                )
    if outcome.workers_died:
        outcome.wrong.append(f"{outcome.workers_died} workers died")
    outcome.wrong += [
        f"a process of {part} held {mib} MiB" for part, mib in outcome.peak_mib.items() if mib > 2048
    ]
    if outcome.ends.get("INTERNAL"):
        outcome.wrong.append(
            f"{outcome.ends['INTERNAL']} readings ended without a reason of the published list"
        )


def shown(outcome: Outcome) -> str:
    """For people."""
    ends = sorted(outcome.ends.items(), key=lambda item: -item[1])
    door = [(f"refused at the door: {code}", count) for code, count in outcome.refused_at_the_door.items()]
    parts = [
        table(("how they ended", "files"), [*ends, *door]),
        table(("most memory of one process", "MiB"), list(outcome.peak_mib.items())),
        table(("slowest", "s"), [(each["made"][:90], float(each["seconds"])) for each in outcome.slowest]),
        table(
            ("must be 0", ""),
            [
                ("dead workers", outcome.workers_died),
                ("processes over 2 GiB", outcome.over_2_gib),
                ("lost originals", outcome.lost_originals),
                ("hangs", outcome.hangs),
            ],
        ),
        f"{outcome.acknowledged} of {outcome.files} files acknowledged (seed {outcome.seed}); all had ended after "
        f"{outcome.seconds:.0f} s; {outcome.reading_processes} reading processes were used up; "
        f"{'nothing is wrong' if not outcome.wrong else f'{len(outcome.wrong)} things are wrong:'}",
        *outcome.wrong[:30],
    ]
    return "\n\n".join(parts[:4]) + "\n\n" + "\n".join(parts[4:])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print it; exit code 1 where anything was wrong."""
    parser = argparse.ArgumentParser(prog="script/bench hostile", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=2000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="S")
    parser.add_argument(
        "--samples", type=Path, default=SAMPLES, metavar="DIR", help="files that broke others"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    options = parser.parse_args(arguments)
    samples = options.samples if options.samples.is_dir() else None
    if samples is None:
        say(f"{options.samples} is absent: only files that are made here are changed")
    outcome = run(options.files, options.seed, samples)
    result = {name: getattr(outcome, name) for name in Outcome.__slots__}
    publish({**result, "passed": not outcome.wrong}, shown(outcome), as_json=options.json)
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
