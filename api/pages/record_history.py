"""The history of a debtor or claim as its page tells it: who changed what from what to what, when, by which import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from api.access import Actor
from api.finding import visible_parties
from api.pages.paper import names_of
from api.pages.texts import Speaker
from api.pages.words import IDENTIFIERS
from archive.catalogue.schema import parties, portfolios
from archive.catalogue.schema.registry import imports
from archive.registry import ROLES, Difference, RecordChange, changes_of
from archive.registry.differences import RecordKind

_CREDITORS = ("original_creditor", "creditor")
_TAIL = 4
_DAYS = ("birth_date", "principal_as_of", "contract_date", "due_date", "limitation_interrupted")


IDENTIFYING = frozenset(IDENTIFIERS) | {"company_number", "national_id", "tax_id"}
"""Fields that are identifiers or accounts."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is shown; `coded`: one of a few words that the page translates; `closed`: somebody out of scope."""

    text: str
    coded: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A field that changed, and its values that went and came."""

    field: str
    before: tuple[Value, ...]
    after: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """A change: when, by whom (None: not by an account), out of which file."""

    at: datetime
    who: str | None
    file: str | None
    import_id: str | None
    lines: tuple[Line, ...]


def record_history(
    connection: Connection, actor: Actor, kind: RecordKind, object_id: str, say: Speaker
) -> list[RecordEvent]:
    """The last changes of a record that is in scope, newest first; of identifiers the ends, as everywhere on pages."""
    changes = changes_of(connection, kind, object_id)
    people = names_of(connection, {change.actor for change in changes})
    files = _files(connection, changes)
    names = names_in(connection, actor, [one for change in changes for one in change.fields])
    return [
        RecordEvent(
            at=change.at,
            who=people.get(change.actor),
            file=files.get(change.import_id or ""),
            import_id=change.import_id if change.import_id in files else None,
            lines=lines_of(
                change.fields, names, say, (change.before.get("currency"), change.after.get("currency"))
            ),
        )
        for change in changes
    ]


def lines_of(
    fields: Sequence[Difference],
    names: Mapping[str, str],
    say: Speaker,
    currencies: tuple[str | None, str | None] = (None, None),
) -> tuple[Line, ...]:
    """The fields as they are shown; `names` are those of `names_in`, currencies those before and after."""
    before, after = currencies
    return tuple(
        Line(
            one.field,
            tuple(_value(one.field, value, before, names, say) for value in one.before),
            tuple(_value(one.field, value, after, names, say) for value in one.after),
        )
        for one in fields
    )


def _value(field: str, value: str, currency: str | None, names: Mapping[str, str], say: Speaker) -> Value:
    if field == "kind":
        return Value(value, coded=True)
    if field in (*ROLES, *_CREDITORS, "portfolio"):
        return Value(names[value]) if value in names else Value("", closed=True)
    if field in _DAYS:
        return Value(_day(value, say))
    if field == "principal_minor":
        return Value(say.amount(int(value), currency))
    if field in IDENTIFYING:
        return Value(f"···{value[-_TAIL:]}")
    return Value(value)


def _day(value: str, say: Speaker) -> str:
    try:
        return say.day(date.fromisoformat(value))
    except ValueError:  # other systems' records may have dates of their own making
        return value


def _files(connection: Connection, changes: Sequence[RecordChange]) -> dict[str, str]:
    wanted = {change.import_id for change in changes if change.import_id is not None}
    rows = connection.execute(select(imports.c.id, imports.c.file_name).where(imports.c.id.in_(wanted)))
    return {row.id: row.file_name for row in rows}


def names_in(connection: Connection, actor: Actor, fields: Sequence[Difference]) -> dict[str, str]:
    """Names of the portfolios and creditors among the values, and of the debtors that are in scope, by id."""
    owing, creditors, folders = (
        set(_values(fields, wanted)) for wanted in (ROLES, _CREDITORS, ("portfolio",))
    )
    known = select(parties.c.id, parties.c.display_name)
    rows: list[Any] = [
        *connection.execute(known.where(parties.c.id.in_(creditors))),
        *connection.execute(known.where(parties.c.id.in_(owing), visible_parties(actor))),
        *connection.execute(select(portfolios.c.id, portfolios.c.name).where(portfolios.c.id.in_(folders))),
    ]
    return {row[0]: row[1] for row in rows}


def _values(fields: Sequence[Difference], wanted: Sequence[str]) -> Iterator[str]:
    for one in fields:
        if one.field in wanted:
            yield from (*one.before, *one.after)
