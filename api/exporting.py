"""Ordering a package for a matter, by the same rules from a screen and over REST."""

import re
from collections.abc import Sequence
from typing import cast, get_args

from sqlalchemy import Connection

from api import access
from api.access import Action, Actor
from api.outlook import TwinDecision, decided, look_out, order_of
from api.packages import require_items
from api.service import Service
from api.strangers import debtors_of
from archive.archive import Archive
from archive.matter_packages import note_package
from archive.matters import find_matter
from archive.packages import Package, Recipient, order_package
from archive.selections import Item, Selection, find_selection, put_items
from tabellion.base.errors import BadRequest, Conflict

_DECISION = re.compile(r"([0-9a-f-]{36}\.\d{1,7}-\d{1,7}):([0-9a-f-]{36}):([a-z]+)")


class TwinsUndecided(Conflict):
    """There are several scans of a paper, and nobody has said which of them goes out."""

    code = "TWINS_UNDECIDED"
    advice = "Choose for each: this one, the other one, or both."


class OthersUnchecked(Conflict):
    """Nobody checked who else stands on the pages: no claim says whose papers they are, and nobody gave his word."""

    code = "OTHERS_UNCHECKED"
    advice = "Name a claim of the matter, or say that you have looked at the pages yourself."


def require_word(connection: Connection, claim_ids: Sequence[str], *, looked: bool) -> None:
    """Raise `OthersUnchecked` where no claim names a debtor, and the orderer has not looked at the pages himself."""
    if not looked and not debtors_of(connection, claim_ids):
        raise OthersUnchecked("it was not checked who else stands on the pages")


def decide_twins(items: Sequence[Item], decisions: Sequence[str]) -> tuple[Item, ...]:
    """The items after these decisions, each `ITEM:DOCUMENT:this|other|both`; raises BadRequest."""
    changed = tuple(items)
    for decision in decisions:
        found = _DECISION.fullmatch(decision)
        if found is None or found[3] not in get_args(TwinDecision):
            raise BadRequest("a decision names an item, its twin, and `this`, `other` or `both`")
        changed = decided(changed, found[1], found[2], cast(TwinDecision, found[3]))
    return changed


def order_for(
    service: Service,
    actor: Actor,
    matter_id: str,
    selection_id: str,
    language: str,
    recipient: Recipient,
    decisions: Sequence[str] = (),
    *,
    looked: bool,
) -> Package:
    """Order the package of a selection, which never changes again. The caller nudges a worker.

    `looked` says whether the orderer answers for who else stands on the pages, where no claim tells. Raises Forbidden
    where a page may not go out to him, `TwinsUndecided`, `OthersUnchecked`, `ExportRefused`, `ExportNotReady`.
    """
    archive = service.archive
    with archive.catalogue.write() as connection:
        access.require_matter(connection, actor, Action.EXPORT, matter_id)
        selection = find_selection(connection, matter_id, selection_id)
        items = decide_twins(selection.items, decisions)
        if items != selection.items:
            put_items(archive, connection, selection, items, actor.pseudonym)
        require_items(connection, actor, items)
        matter = find_matter(connection, matter_id)
        _require_decided(archive, connection, actor, selection, items)
        require_word(connection, matter.facts.claims, looked=looked)
    wanted = order_of(items, language, recipient, _reference(matter.facts.name, matter.facts.case_numbers))
    package = order_package(archive, wanted, actor.pseudonym, drawing=service.drawing)
    with archive.catalogue.write() as connection:
        note_package(archive, connection, selection, package.id, actor.pseudonym)
    return package


def _require_decided(
    archive: Archive, connection: Connection, actor: Actor, selection: Selection, items: Sequence[Item]
) -> None:
    """A frozen selection says for ever which scans it holds; of an open one, somebody must have said it."""
    if selection.frozen_at is None and look_out(archive, connection, actor, items, ()).undecided:
        raise TwinsUndecided("some papers were scanned more than once")


def _reference(name: str, numbers: Sequence[str]) -> str:
    return ", ".join([*numbers, name])[:200]
