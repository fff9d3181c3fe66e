"""The outlook on a package before it is ordered: what goes out and what stays, who else is on it, what is undecided."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection

from api.access import Actor
from api.selected import Line, lines_of
from api.strangers import debtors_of, strangers_on
from archive.archive import Archive
from archive.packages import Choice, ExportNotReady, Order, Preview, PreviewDocument, Recipient, preview
from archive.selections import Item, added
from archive.twins import Basis, twins_of

TwinDecision = Literal["this", "other", "both"]


@dataclass(frozen=True, slots=True)
class TwinLine:
    """Another scan of the paper of an item. `open` says that it can still be decided whether it goes out."""

    basis: Basis
    line: Line
    open: bool
    goes_too: bool

    @property
    def document(self) -> str:
        """Its identifier."""
        return self.line.item.document


@dataclass(frozen=True, slots=True)
class Going:
    """An item of the package. `held` is None where the item may not go out, or the plan is not there yet.

    `strangers` counts by page the debtors on it who are none of the matter's.
    """

    line: Line
    held: PreviewDocument | None
    strangers: Mapping[int, int]
    twins: tuple[TwinLine, ...]

    @property
    def left(self) -> int:
        """How many pages of the paper stay here."""
        return (self.line.page_count or 0) - len(self.line.pages)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a package of these items would be; `plan` is None while the log is on its way, or where nothing may go."""

    going: tuple[Going, ...]
    plan: Preview | None
    claims: int
    checked: bool
    """Whether it is known whose papers they are, so that others on them can be told: some claim names a debtor."""

    @property
    def blocked(self) -> tuple[Line, ...]:
        """Items that may not go out: not open to the asker, void or erased."""
        return tuple(one.line for one in self.going if not one.line.may_go)

    @property
    def undecided(self) -> bool:
        """Whether somebody has to choose between scans of the same paper."""
        return any(twin.open for one in self.going for twin in one.twins)


def look_out(
    archive: Archive,
    connection: Connection,
    actor: Actor,
    items: Sequence[Item],
    claim_ids: Sequence[str],
) -> Outlook:
    """The outlook on these items for this actor. Raises `ExportRefused` where the archive cannot give them out."""
    lines = lines_of(connection, actor, items)
    ready = [line.item for line in lines if line.may_go]
    plan = None
    if ready and len(ready) == len(lines):
        try:
            plan = preview(archive, order_of(ready, "en", "court", None))
        except ExportNotReady:
            plan = None
    held = {} if plan is None else {one.document: one for one in plan.documents}
    own = debtors_of(connection, claim_ids)
    others = strangers_on(connection, lines, own)
    twins = _twins(connection, actor, lines)
    going = tuple(
        Going(
            line,
            held.get(line.item.document),
            others.get(line.item.key, {}),
            twins.get(line.item.key, ()),
        )
        for line in lines
    )
    return Outlook(going, plan, len(claim_ids), bool(own))


def order_of(items: Sequence[Item], language: str, recipient: Recipient, matter: str | None) -> Order:
    """The order of these items; raises `BadRequest`."""
    choices = tuple(
        Choice(item.document, () if item.whole else tuple(range(item.first, item.last + 1)), item.label)
        for item in items
    )
    return Order(choices, language, None, recipient, matter)


def decided(items: Sequence[Item], key: str, twin: str, decision: TwinDecision) -> tuple[Item, ...]:
    """The items after a person chose between an item and its twin; the one that stays is told which it passed over."""
    changed: tuple[Item, ...] = ()
    for item in items:
        if item.key != key:
            changed = added(changed, item)
        elif decision == "other":
            # The pages of another scan may be other ones, so all of it goes.
            passed = tuple(sorted({*item.passed_over, item.document} - {twin}))
            changed = added(changed, Item(twin, label=item.label, passed_over=passed))
        elif decision == "this":
            changed = added(changed, replace(item, passed_over=tuple(sorted({*item.passed_over, twin}))))
        else:
            changed = added(added(changed, item), Item(twin))
    return changed


def _twins(connection: Connection, actor: Actor, lines: Sequence[Line]) -> dict[str, tuple[TwinLine, ...]]:
    """The twins by the key of the item; those that are not open to the actor are not told."""
    chosen = {line.item.document for line in lines}
    known = twins_of(connection, list(chosen))
    shown = {
        line.item.document: line
        for line in lines_of(
            connection,
            actor,
            [
                Item(document)
                for document in sorted({twin.document for each in known.values() for twin in each})
            ],
        )
    }
    found: dict[str, tuple[TwinLine, ...]] = {}
    for line in lines:
        told = []
        for twin in known.get(line.item.document, ()):
            other = shown[twin.document]
            if other.kind is None or other.state == "erased":
                continue
            goes_too = twin.document in chosen
            settled = goes_too or twin.document in line.item.passed_over or not other.may_go
            told.append(TwinLine(twin.basis, other, not settled, goes_too))
        if told:
            found[line.item.key] = tuple(told)
    return found
