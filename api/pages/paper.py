"""A paper as the viewer shows it: open pages, figures, links, history; one function a part, all in scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from api.access import Action, Actor, DocumentAccess
from api.decided_elsewhere import Elsewhere, told_of
from api.finding import visible_parties
from api.known_sums import known_sum
from api.pages.composed import Moved, moved_by, moves_of
from api.pages.texts import Speaker
from api.pages.words import COMPOSED, ENTRIES, IDENTIFIERS
from archive.archive import SYSTEM_ACTOR
from archive.catalogue.schema import (
    SAME_PAGE,
    accounts,
    batches,
    claims,
    current,
    deposits,
    document_deposits,
    document_pages,
    documents,
    fields,
    links,
    log_entries,
    pages,
    parties,
    portfolios,
    stations,
)
from archive.histories import FIELD_KEY, LINK_KEY
from signing.entry import Entry
from tabellion.base.clock import parse_rfc3339

MOST_HISTORY = 200
CROP_ASPECT = 11
"""How much wider than high the crop of a figure is at least."""

_GROUP = 4
DATES = ("document_date", "due_date", "invoice_date", "payment_date", "assignment_date", "interest_from")


@dataclass(frozen=True, slots=True)
class PageOfPaper:
    """An open page: its number within the paper and its upright size in pixels."""

    number: int
    width: int
    height: int
    blank: bool
    confidence: float
    error: str | None
    picture: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that was read, where it stands (fractions of the page), and who vouches for it.

    `elsewhere` is the copy of the same bytes on which that was said, if not on this one. `printed` is
    what the page says, as it is shown, where the file's own data says another value.
    """

    id: int
    name: str
    value: str
    shown: str
    page: int
    box: tuple[float, float, float, float]
    state: str
    confidence: float
    rule: str
    by: str | None
    at: datetime
    printed: str | None = None
    elsewhere: Elsewhere | None = None

    @property
    def placed(self) -> bool:
        """Whether it stands somewhere on the page, and not in the file's own data only."""
        return self.box != (0, 0, 1, 1)

    def pixels(self, page: PageOfPaper) -> tuple[int, int, int, int]:
        """Its box on that page: x, y, width and height in pixels."""
        x0, y0, x1, y1 = self.box
        return (
            round(x0 * page.width),
            round(y0 * page.height),
            max(1, round((x1 - x0) * page.width)),
            max(1, round((y1 - y0) * page.height)),
        )

    def crop(self, page: PageOfPaper, aspect: int = CROP_ASPECT) -> tuple[int, int, int, int]:
        """A wide crop round the box, as far as the page goes: x, y, width and height in pixels."""
        x, y, width, height = self.pixels(page)
        high = round(height * 1.6)
        wide = min(page.width, max(round(width * 1.1), high * aspect))
        left = min(max(0, x + width // 2 - wide // 2), page.width - wide)
        return left, max(0, y - (high - height) // 2), wide, high


@dataclass(frozen=True, slots=True)
class WrongSum:
    """Amounts that do not add up, as they are said, and who meant them so; `names` are the fields, the whole first."""

    names: tuple[str, ...]
    whole: str
    parts: tuple[str, ...]
    made: str
    complete: bool
    by: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Linked:
    """A party or claim that pages are linked to; `address` where the asker may open it."""

    id: str
    first: int
    last: int
    type: str
    name: str
    role: str
    basis: str
    state: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a person said of a field: what stood there before, and what since, as they are shown; none: nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Event:
    """An entry of the log about the paper or its deposits; `moved` are the pages that it took from one to another.

    `changes` are the fields of open pages that it decided.
    """

    seq: int
    type: str
    at: datetime
    who: str | None
    reason: str | None
    moved: tuple[Moved, ...] = ()
    changes: tuple[Change, ...] = ()

    @property
    def said(self) -> str:
        """The message for what was done."""
        composed = COMPOSED.get(self.reason or "") if self.type == "compose" else None
        return composed or ENTRIES.get(self.type, self.type)


def open_pages_of(connection: Connection, document_id: str, opened: DocumentAccess) -> list[PageOfPaper]:
    """The open pages, in the paper's order."""
    rows = connection.execute(
        select(document_pages.c.position, pages)
        .join(pages, SAME_PAGE)
        .where(document_pages.c.document_id == document_id)
        .order_by(document_pages.c.position)
    ).all()
    return [
        PageOfPaper(
            number=row.position,
            width=max(row.width, 1),
            height=max(row.height, 1),
            blank=row.blank,
            confidence=row.confidence,
            error=row.error,
            picture=row.image_offset is not None,
        )
        for row in rows
        if opened.page(row.position)
    ]


def deposits_of(connection: Connection, document_id: str) -> Sequence[Row[Any]]:
    """The deposits of the paper with their batch and station, in its order."""
    return connection.execute(
        select(
            deposits,
            batches.c.name.label("batch"),
            stations.c.name.label("station"),
            portfolios.c.name.label("portfolio"),
        )
        .join(document_deposits, document_deposits.c.deposit_id == deposits.c.id)
        .join(batches, batches.c.id == deposits.c.batch_id)
        .outerjoin(stations, stations.c.id == batches.c.station_id)
        .outerjoin(portfolios, portfolios.c.id == batches.c.portfolio_id)
        .where(document_deposits.c.document_id == document_id)
        .order_by(document_deposits.c.position)
    ).all()


def figures_of(
    connection: Connection, actor: Actor, document_id: str, opened: DocumentAccess, say: Speaker
) -> list[Figure]:
    """The present values on open pages: amounts first, then dates, numbers, names; one of several equal ones."""
    rows = connection.execute(
        select(fields, accounts.c.name.label("by"))
        .outerjoin(accounts, accounts.c.pseudonym == fields.c.actor)
        .where(
            fields.c.document_id == document_id,
            fields.c.state != "withdrawn",
            current(fields, *FIELD_KEY),
        )
        .order_by(fields.c.page, fields.c.id)
    ).all()
    currency = next((row.value for row in rows if row.name == "currency"), None)
    told = told_of(connection, actor, rows)
    found: dict[tuple[str, str], Figure] = {}
    for row in rows:
        if row.name == "currency" or not opened.page(row.page):
            continue
        kept = found.get((row.name, row.value))
        if kept is None or (kept.by is None and row.actor is not None):
            found[row.name, row.value] = Figure(
                id=row.id,
                name=row.name,
                value=row.value,
                shown=shown(row.name, row.value, currency, say),
                page=row.page,
                box=(row.box[0], row.box[1], row.box[2], row.box[3]),
                state=row.state,
                confidence=row.confidence,
                rule=row.rule,
                by=row.by if told.by(row) else None,
                at=row.at,
                elsewhere=told.elsewhere(row),
                printed=row.printed and shown(row.name, row.printed, currency, say),
            )
    return sorted(found.values(), key=lambda figure: (_rank(figure.name), figure.page, figure.id))


def wrong_sum_of(
    connection: Connection, actor: Actor, opened: DocumentAccess, say: Speaker
) -> WrongSum | None:
    """The wrong sum of the paper that a person knows of."""
    known = known_sum(connection, actor, opened)
    if known is None:
        return None
    discord, by = known.discord, known.by or ""
    return WrongSum(
        discord.names,
        whole=say.decimal(discord.whole, 2),
        parts=tuple(say.decimal(part, 2) for part in discord.parts),
        made=say.decimal(sum(discord.parts, Decimal(0)), 2),
        complete=discord.complete,
        by=names_of(connection, {by}).get(by),
        at=known.at,
    )


def shown(name: str, value: str, currency: str | None, say: Speaker) -> str:
    """A value as people of that language write it; what cannot be read as its type is shown as it was kept."""
    last = name.rpartition(".")[2]
    try:
        if name in DATES or last == "birth_date":
            return say.day(date.fromisoformat(value))
        if name.startswith("amounts."):
            return say.amount(int(Decimal(value) * 100), currency)
    except (ValueError, InvalidOperation):
        return value
    if name.startswith(("iban", "account")) or last == "iban":
        return " ".join(value[at : at + _GROUP] for at in range(0, len(value), _GROUP))
    return value


def links_of(connection: Connection, actor: Actor, document_id: str, opened: DocumentAccess) -> list[Linked]:
    """The present links of open pages, rejected ones left out; proposed ones last."""
    rows = connection.execute(
        select(links, parties.c.display_name, claims.c.number)
        .outerjoin(parties, and_(links.c.target_type == "party", parties.c.id == links.c.target_id))
        .outerjoin(claims, and_(links.c.target_type == "claim", claims.c.id == links.c.target_id))
        .where(
            links.c.document_id == document_id,
            links.c.state != "rejected",
            current(links, *LINK_KEY),
        )
        .order_by(links.c.state == "proposed", links.c.first_page, links.c.id)
    ).all()
    wanted = [row.target_id for row in rows if row.target_type == "party"]
    in_scope: set[str] = set()
    if actor.may(Action.REGISTRY_READ):
        in_scope = set(
            connection.scalars(select(parties.c.id).where(parties.c.id.in_(wanted), visible_parties(actor)))
        )
    return [
        Linked(
            id=row.link_id,
            first=row.first_page,
            last=row.last_page,
            type=row.target_type,
            name=row.display_name or row.number or row.target_id,
            role=row.role,
            basis=row.basis,
            state=row.state,
            address=f"/debtors/{row.target_id}" if row.target_id in in_scope else None,
        )
        for row in rows
        if any(opened.page(number) for number in range(row.first_page, row.last_page + 1))
    ]


def history_of(
    connection: Connection, actor: Actor, opened: DocumentAccess, deposit_ids: Sequence[str], say: Speaker
) -> list[Event]:
    """The entries of the custody chains of the paper and its deposits, oldest first."""
    document_id = opened.document_id
    about: ColumnElement[bool] = or_(
        and_(log_entries.c.object_type == "document", log_entries.c.object_id == document_id),
        and_(log_entries.c.object_type == "deposit", log_entries.c.object_id.in_(deposit_ids)),
    )
    rows = connection.execute(
        select(log_entries.c.seq, log_entries.c.entry)
        .where(about, log_entries.c.chain == "custody")
        .order_by(log_entries.c.seq)
        .limit(MOST_HISTORY)
    ).all()
    entries = [Entry.parse(row.entry) for row in rows]
    names = names_of(connection, {entry.actor for entry in entries})
    times = [parse_rfc3339(entry.time) for entry in entries]
    reasons = [entry.reason if entry.type == "compose" else None for entry in entries]
    moved = moved_by(moves_of(connection, actor, document_id), list(zip(reasons, times, strict=True)))
    # A decision is written down in the transaction of its entry and before it: it belongs to the first one after it.
    changed: dict[int, list[Change]] = {}
    for who, when, change in _changes(connection, opened, say):
        for entry, at in zip(entries, times, strict=True):
            if entry.type == "correct" and entry.actor == who and at >= when:
                changed.setdefault(entry.seq, []).append(change)
                break
    return [
        Event(
            entry.seq,
            entry.type,
            at,
            names.get(entry.actor),
            entry.reason,
            tuple(made),
            tuple(changed.get(entry.seq, ())),
        )
        for entry, at, made in zip(entries, times, moved, strict=True)
    ]


def _changes(
    connection: Connection, opened: DocumentAccess, say: Speaker
) -> list[tuple[str, datetime, Change]]:
    """What persons (pseudonym, time) said of fields on open pages, in the order in which they did."""
    rows = connection.execute(
        select(fields).where(fields.c.document_id == opened.document_id).order_by(fields.c.id)
    ).all()
    currency = next((row.value for row in rows if row.name == "currency" and opened.page(row.page)), None)
    found: list[tuple[str, datetime, Change]] = []
    last: dict[tuple[str, int, str], str | None] = {}
    for row in rows:
        if not opened.page(row.page):
            continue
        key = (row.name, row.page, row.raw)
        said = None if row.state == "withdrawn" else shown(row.name, row.value, currency, say)
        if row.actor is not None:
            # What was said of a copy came here by the archive's own hand.
            who = row.actor if row.decided_on is None else SYSTEM_ACTOR
            found.append((who, row.at, Change(row.name, last.get(key), said)))
        last[key] = said
    return found


def names_of(connection: Connection, actors: set[str]) -> dict[str, str]:
    """Account names by pseudonym; the archive itself has none."""
    rows = connection.execute(
        select(accounts.c.pseudonym, accounts.c.name).where(accounts.c.pseudonym.in_(actors - {SYSTEM_ACTOR}))
    )
    return {row.pseudonym: row.name for row in rows}


def document_row(connection: Connection, document_id: str) -> Row[Any]:
    """The row of the paper."""
    return connection.execute(select(documents).where(documents.c.id == document_id)).one()


def _rank(name: str) -> tuple[int, str]:
    if name.startswith("amounts."):
        return (0 if name == "amounts.total" else 1, "")
    if name in DATES:
        return (2 if name == "due_date" else 3, "")
    if name.endswith("_number") or name == "reference":
        return (4, name)
    if name.startswith(("iban", "account", "bik")):
        return (5, name)
    owner = name.split(".")[1] if name.startswith("parties.") else ""
    last = name.rpartition(".")[2]
    return (6, f"{owner} {0 if last == 'name' else 1 if last in IDENTIFIERS else 2}")
