"""`tabellion restore`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from archive.backup import (
    CatalogueBackup,
    Lost,
    Relation,
    compare,
    find_again,
    lost_objects,
    republish,
    restore,
)
from archive.backup.returning import require_version
from archive.catalogue import upgrade
from tabellion.base.clock import rfc3339
from tabellion.base.errors import BadRequest
from tabellion.commands.common import local_archive
from tabellion.commands.output import json_option, print_json, progress_line, say, tell
from tabellion.commands.passphrases import passphrase_option, read_passphrase
from tabellion.rebuilding import keeping, rebuild_search, require_nobody
from tabellion.running.trust import verify_trust
from tabellion.wiring import Parts

MISSING = 1


@click.command("restore")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--check", is_flag=True, help="Rehearse only: read all of FILE, compare with the vault, change nothing."
)
@click.option(
    "--log",
    "only_log",
    is_flag=True,
    help="Without FILE: write the log of the catalogue that is here into a vault that was put back to an older state.",
)
@passphrase_option
@json_option
def command(
    file: Path | None, check: bool, only_log: bool, passphrase_file: Path | None, as_json: bool
) -> int:
    """Bring the catalogue back from FILE into an empty database, and say what is missing.

    What the vault has beyond the backup is made anew from it, and accounts and registry come from the backup. What the
    backup has beyond the vault is named, paper by paper: exit code 1. Then nothing is added to the log until the vault
    is brought back too, or `restore --log` has written its log anew under the checkpoint that was published; losses
    then become incidents. Nothing is ever signed that contradicts what was published. No service may run.
    """
    if only_log and (file is not None or check):
        raise BadRequest("--log takes neither a backup nor --check")
    if only_log:
        return _log_back(as_json)
    if file is None:
        raise BadRequest("name a backup, or say --log")
    backup = CatalogueBackup(file, read_passphrase(passphrase_file, confirm=False))
    with local_archive(ready=False) as parts:
        trust = verify_trust(parts)
        if check:
            require_version(backup)
            standing = compare(parts.archive, backup, trust.log_keys)
            value = _head(backup, standing.relation, standing.vault)
            missing: list[Lost] = []
            again = 0
        else:
            upgrade(parts.archive.catalogue)
            require_nobody(parts.archive)
            done = restore(parts.archive, backup, trust)
            again, missing = _missing(parts)
            value = _head(backup, done.standing.relation, done.standing.vault) | {"rows": done.rows}
            if done.rebuilt is not None:
                value["rebuilt"] = {name: getattr(done.rebuilt, name) for name in done.rebuilt.__slots__}
            value["indexed"] = rebuild_search(
                parts, lambda done, total: progress_line(f"index: {done} of {total}")
            )
    progress_line("")
    value |= {"renamed": again, "missing": [_lost(one) for one in missing]}
    _print(value, as_json)
    behind = value["relation"] == Relation.VAULT_OLDER
    return MISSING if missing or behind or value.get("rebuilt", {}).get("problems") else 0


def _log_back(as_json: bool) -> int:
    with local_archive() as parts:
        require_nobody(parts.archive)
        with keeping(parts.archive):
            count = republish(parts.archive, verify_trust(parts).log_keys)
        _, missing = _missing(parts)
    if as_json:
        print_json({"republished": count, "missing": [_lost(one) for one in missing]})
    else:
        tell(f"{count} entries of the log are in the vault again")
        _name(missing)
    return MISSING if missing else 0


def _missing(parts: Parts) -> tuple[int, list[Lost]]:
    """How many objects the vault has under other versions, which is noted, and those that it does not have."""
    lost = list(lost_objects(parts.archive))
    still = [one for one in lost if not find_again(parts.archive, one)]
    return len(lost) - len(still), still


def _head(backup: CatalogueBackup, relation: Relation, vault: int) -> dict[str, Any]:
    head = backup.head
    return {
        "archive": head.archive,
        "made_at": rfc3339(head.made_at),
        "relation": relation.value,
        "entries": {"backup": head.entries, "vault": vault},
    }


def _lost(one: Lost) -> dict[str, Any]:
    return {"key": one.key, one.object_type: one.object_id, "documents": list(one.documents)}


def _print(value: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(value)
        return
    entries = value["entries"]
    tell(
        f"backup of {value['made_at']}: {entries['backup']} entries of the log; the vault has {entries['vault']}"
    )
    if value["relation"] == Relation.VAULT_NEWER:
        tell("The vault knows more: papers come from it, accounts and registry from the backup.")
    if value["relation"] == Relation.VAULT_OLDER:
        tell(
            "THE VAULT IS OLDER than the backup: bring a newer one back. Nothing is added to the log until then."
        )
    for problem in value.get("rebuilt", {}).get("problems", ()):
        say(problem)
    _name_json(value["missing"])
    if "rows" not in value:
        tell("Rehearsed: all of the backup could be read, and nothing was changed.")
        return
    if not value["missing"]:
        tell("Nothing that the catalogue names is missing in the vault.")
    say("Now run `tabellion verify --all`, then start the service.")


def _name(missing: Iterable[Lost]) -> None:
    _name_json([_lost(one) for one in missing])


def _name_json(missing: Iterable[dict[str, Any]]) -> None:
    for one in missing:
        papers = ", ".join(one["documents"]) or "-"
        tell(f"missing: {one['key']}  (papers: {papers})")
