"""`tabellion search`."""

from typing import Any

import click

from api.finding import find, promised
from tabellion.commands.common import local_actor
from tabellion.commands.output import json_option, print_json, say, tell
from tabellion.doors import answer, remote_client
from tabellion.paper_words import kind_word
from tabellion.running.serving import make_service
from tabellion.settings import load_settings
from tabellion.wiring import opened


@click.command("search")
@click.argument("query")
@click.option(
    "--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="At most so many papers."
)
@click.option("--cursor", help="`next` of the answer before.")
@json_option
def command(query: str, limit: int, cursor: str | None, as_json: bool) -> None:
    """Find pages by QUERY: words, "phrases", numbers, -not, OR, kind:invoice, date:2024-01..2024-06."""
    settings = load_settings()
    if settings.url is not None:
        params: dict[str, str | int] = {"q": query, "limit": limit}
        if cursor is not None:
            params["cursor"] = cursor
        with remote_client(settings) as client:
            found: dict[str, Any] = answer(client.get("/api/v1/search", params=params))
    else:
        with opened(settings) as parts:
            with parts.archive.catalogue.read() as connection:
                actor = local_actor(connection)
            service = make_service(parts)
            found = promised(service, actor, query, find(service, actor, query, limit=limit, cursor=cursor))
    if as_json:
        print_json(found)
        return
    for debtor in found["debtors"]:
        tell(f"debtor  {debtor['name']}  {debtor['birth_year'] or ''} {debtor['town'] or ''}")
    for hit in found["hits"]:
        pages = ", ".join(str(page["page"]) for page in hit["pages"])
        why = ", ".join(hit["why"])
        tell(f"{hit['document']}  {kind_word(hit['kind']):20} {hit['date'] or '':10}  page {pages}  ({why})")
        for page in hit["pages"][:1]:
            tell(f"    {' '.join(page['snippet'].split())}")
    for hit in found["known_papers"]:
        names = ", ".join(dict.fromkeys(party["name"] for party in hit["parties"]))
        tell(f"{hit['document']}  {kind_word(hit['kind']):20} {hit['date'] or '':10}  of {names}")
    say(f"{found['total']} papers; {found['not_yet_searchable']} still to be read")
    if found["next"]:
        say(f"more: --cursor {found['next']}")
