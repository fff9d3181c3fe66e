"""`tabellion verify`."""

import time
from pathlib import Path
from typing import Any

import click
import httpx

from archive.verify import verify
from signing.verdict import EMBEDDED, Verdict
from tabellion.auditing import audit_service
from tabellion.base.errors import BadRequest, Unavailable
from tabellion.base.ids import is_id
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.doors import answer, remote_client
from tabellion.running.trust import verify_trust
from tabellion.settings import load_settings
from tabellion.verifying import check_file, chosen_policy
from tabellion.wiring import opened

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


FOLLOW_SECONDS = 1.0


@click.command("verify")
@click.argument("items", nargs=-1, metavar="[DOCUMENT...|FILE]")
@click.option(
    "--all", "everything", is_flag=True, help="Everything that the archive holds, and the whole log."
)
@click.option(
    "--trust",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="What `keys export --public` wrote, got by a way that the archive does not control. For a file: without it, "
    "the archive at TABELLION_HOME is believed, and the report says so. With --all: the service at TABELLION_URL is "
    "audited from this machine, and nothing is believed that it says of itself.",
)
@click.option("--policy", help="embedded, court, or a file with a stricter one.  [default: embedded]")
@click.option("--at", help="For a file: verify as of this time, 2027-01-31T12:00:00Z.  [default: now]")
@click.option(
    "--log",
    help="Folder or address of the whole log. For a package: proves that nothing was left out. With --all and --trust: "
    "a mirror of the log.  [default: the service's own]",
)
@click.option(
    "--sample", type=click.IntRange(1), help="With --all and --trust: so many deposits, drawn at random."
)
@click.option("--since", type=_FILE, help="For a package or --all: a checkpoint of the log that you kept.")
@click.option("--file", "original", type=_FILE, help="For a receipt: the file that it is about.")
@json_option
def command(
    items: tuple[str, ...],
    everything: bool,
    trust: Path | None,
    policy: str | None,
    at: str | None,
    log: str | None,
    sample: int | None,
    since: Path | None,
    original: Path | None,
    as_json: bool,
) -> int:
    """Check evidence: of documents (their ids), of everything (--all), or a package or receipt in a file.

    Of documents, the bytes are read again and compared with manifests, log, checkpoint and time-stamp. A file is
    verified as a stranger would do it, without the archive; so is a whole service with --all --trust: its log, every
    manifest, original, receipt and time proof come to this machine and are checked here. Exit code 0: PASSED,
    1: FAILED, 3: INDETERMINATE (such as a time proof that is still pending).
    """
    if everything == bool(items):
        raise BadRequest("name documents or a file, or say --all")
    if len(items) == 1 and not is_id(items[0]):
        report = check_file(
            Path(items[0]),
            load_settings(),
            trust=trust,
            policy=policy,
            at=at,
            original=original,
            since=since,
            log=log,
        ).to_json()
    elif everything and trust is not None:
        if at or original:
            raise BadRequest("--at and --file are for a package or receipt in a file")
        report = audit_service(
            load_settings(),
            trust,
            policy=policy,
            since=since,
            log=log,
            sample=sample,
            progress=lambda done, total: progress_line(f"{done} of {total} checked"),
        ).to_json()
    else:
        if trust or at or log or original or sample or (since and items):
            raise BadRequest(
                "--trust, --at, --log, --since and --file are for a package or receipt in a file",
                advice="With --all, --trust DIR audits the service at TABELLION_URL, with --since, --log and --sample.",
            )
        report = _of_archive(items, policy, since)
    progress_line("")
    if as_json:
        print_json(report)
    else:
        _print(report)
    return Verdict(report["overall"]).exit_code


def _of_archive(items: tuple[str, ...], policy: str | None, since: Path | None) -> dict[str, Any]:
    if not all(is_id(item) for item in items):
        raise BadRequest("a document is named by its id, as `search` and `ingest` print it")
    settings = load_settings()
    if settings.url is not None:
        if policy is not None or since is not None:
            raise BadRequest(
                "the service does not judge itself by your checkpoint or policy",
                advice="`tabellion verify --all --trust DIR --since FILE` checks it on this machine; DIR is the folder "
                "of its public keys that you got by a way of your own.",
            )
        say(
            "The service checks itself and tells what it found; with --trust DIR it is checked on this machine."
        )
        body = {"documents": list(items)} if items else {}
        with remote_client(settings) as client:
            found: dict[str, Any] = answer(client.post("/api/v1/verify", json=body, timeout=None))
            return found if items else _followed(client, found)

    def progress(done: int, total: int) -> None:
        progress_line(f"{done} of {total} checked")

    with opened(settings) as parts:
        return verify(
            parts.archive,
            verify_trust(parts),
            list(items) or None,
            progress,
            chosen_policy(policy) or EMBEDDED,
            None if since is None else since.read_bytes(),
        ).to_json()


def _followed(client: httpx.Client, check: dict[str, Any]) -> dict[str, Any]:
    """The report of a verification of everything, which a worker of the service makes."""
    while check["state"] == "running":
        if check["total"]:
            progress_line(f"{check['done']} of {check['total']} checked")
        time.sleep(FOLLOW_SECONDS)
        check = answer(client.get(f"/api/v1/verifications/{check['verification']}"))
    if check["report"] is None:
        raise Unavailable(f"the verification ended without a report: {check['reason']}")
    report: dict[str, Any] = check["report"]
    return report


def _print(report: dict[str, Any]) -> None:
    tell(report["headline"])
    for aspect in ("integrity", "time", "origin", "log", "witness", "completeness"):
        tell(f"  {aspect:14} {report[aspect]}")
    for finding in report["findings"]:
        # Over REST a finding that is about no document names none, as null.
        where = f"  {finding['document']}" if finding.get("document") else ""
        tell(f"  {finding['code']}{where}: {finding['detail']}")
    for trusted in report["trust"]:
        tell(f"  trusted: {trusted['use']} {trusted['fingerprint']} from {trusted['source']}")
    say("checked: " + ", ".join(f"{count} {name}" for name, count in report["checked"].items()))
