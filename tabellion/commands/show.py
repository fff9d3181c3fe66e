"""`tabellion show`."""

from datetime import datetime
from typing import Any

import click

from archive.renewal_planning import due_list
from tabellion.base.errors import BadRequest
from tabellion.base.ids import is_id
from tabellion.commands.common import archive_at_hand, local_archive, remote
from tabellion.commands.output import json_option, print_json, print_table, tell, when
from tabellion.doors import remote_client
from tabellion.dossier import local_dossier, remote_dossier
from tabellion.paper_words import kind_word
from tabellion.renewing import due_json, due_words
from tabellion.settings import load_settings

TABLES = {
    "pages": ("page", "deposit", "deposit_page", "width", "height", "dpi", "rotation", "skew", "blank", "source",
              "language", "confidence", "words", "error"),
    "fields": ("name", "value", "confidence", "page", "rule", "state"),
    "links": ("target_type", "name", "target", "role", "first_page", "last_page", "score", "basis", "state"),
    "relations": ("relation", "other", "first_page", "last_page"),
    "scopes": ("scope", "first_page", "last_page"),
    "deposits": ("deposit", "name", "sequence", "media_type", "size", "sha256", "received_at", "receipt"),
    "evidence": ("deposit", "received_at", "entry", "consistent_to", "existed_by", "authority", "time_class",
                 "failure"),
    "manifests": ("deposit", "version", "role", "sha256", "entry", "stamp"),
    "history": ("seq", "time", "type", "object_type", "chain", "actor", "reason"),
}  # fmt: skip


@click.command("show")
@click.argument("document", required=False)
@click.option("--due", is_flag=True, help="Instead: the evidence that must be renewed, by when and why.")
@json_option
def command(document: str | None, due: bool, as_json: bool) -> None:
    """Everything known of DOCUMENT (an id): what it is, pages and their quality, fields, links, and its evidence.

    The evidence says of each deposit when it was received, its entry in the log, the checkpoint that covers it, and by
    when it existed as an authority proves; the history has the log's entries. `tabellion verify DOCUMENT` checks all of
    it against the bytes. With TABELLION_URL: what the service shows to the token's account.
    """
    if due:
        _show_due(as_json)
        return
    if document is None or not is_id(document):
        raise BadRequest("a document is named by its id, as `search` and `ingest` print it")
    settings = load_settings()
    if remote(settings):
        with remote_client(settings) as client:
            found = remote_dossier(client, document)
    else:
        with local_archive() as parts:
            found = local_dossier(parts.archive, document)
    if as_json:
        print_json(found)
    else:
        _print(found)


def _show_due(as_json: bool) -> None:
    with archive_at_hand("show --due") as parts:
        now = parts.archive.clock.now()
        with parts.archive.catalogue.read() as connection:
            items = due_list(connection, parts.algorithms)
    if as_json:
        print_json({"due": [due_json(item, now) for item in items]})
    for item in () if as_json else items:
        tell(due_words(item, now))


def _print(found: dict[str, Any]) -> None:
    for name, value in found.items():
        if isinstance(value, dict):
            tell(f"{_head(name):18}{value['name']} ({value['id']})")
        elif name == "successors" and value:
            tell(f"{_head(name):18}{', '.join(value)}")
        elif name == "kind":
            sure = found.get("kind_confidence")
            tell(f"{name:18}{kind_word(value)}" + ("" if sure is None else f" ({sure:.0%} sure)"))
        elif name != "kind_confidence" and not isinstance(value, list) and value is not None:
            tell(f"{_head(name):18}{_cell(value)}")
    for name, columns in TABLES.items():
        if rows := found.get(name):
            heads = [column for column in columns if column in rows[0]]
            tell()
            tell(f"{name}:")
            print_table(
                [_head(head).upper() for head in heads],
                [[_cell(row[head]) for head in heads] for row in rows],
            )


def _head(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}"
        case datetime():
            return when(value)
        case _:
            return str(value)
