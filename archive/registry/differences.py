"""What differs between two states of a record of the registry, field by field, called as in an import."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

RecordKind = Literal["party", "claim"]

Snapshot = Mapping[str, Any]
"""A record as JSON: its columns, and what hangs on it; what the rows of `registry_changes` hold."""

_PARTY = ("kind", "birth_date", "external_id")
_CLAIM = (
    "number", "portfolio_id", "original_creditor", "creditor", "currency", "principal_minor", "principal_source",
    "principal_as_of", "external_id",
)  # fmt: skip
_OF_ADDRESS = ("street", "postcode", "town", "country")


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that changed: the values that it has no more, and those that it had not before.

    Creditors and debtors are ids of parties, a portfolio is its id, the principal is in minor units.
    """

    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def differences(kind: RecordKind, before: Snapshot, after: Snapshot) -> tuple[Difference, ...]:
    """The fields whose values are not the same: first those that the record had, in its order, then new ones.

    None only where both hold the same: order, empty values and a town that is said twice make no difference.
    """
    was, now = _fields(kind, before), _fields(kind, after)
    found = []
    for field in dict.fromkeys((*was, *now)):
        had, has = was.get(field, ()), now.get(field, ())
        gone = tuple(value for value in had if value not in has)
        new = tuple(value for value in has if value not in had)
        if gone or new:
            found.append(Difference(field, gone, new))
    if not found:
        # Two states may look alike in words: addresses whose parts are divided otherwise.
        had_all, has_all = _canonical(before), _canonical(after)
        for field in dict.fromkeys((*had_all, *has_all)):
            if (gone_text := had_all.get(field)) != (new_text := has_all.get(field)):
                texts = [(one,) if one is not None else () for one in (gone_text, new_text)]
                found.append(Difference(field, *texts))
    return tuple(found)


def _canonical(snapshot: Snapshot) -> dict[str, str]:
    """Every member as JSON, what stands in no order sorted, what is empty left out."""
    whole = dict(snapshot)
    if "address" in whole:
        address = {name: value for name, value in whole["address"].items() if value}
        if address.get("town") == whole["town"]:
            address.pop("town", None)
        whole["address"] = address
    texts = {name: _text(value) for name, value in whole.items()}
    return {name: text for name, text in texts.items() if text}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(sorted({json.dumps(one, sort_keys=True, ensure_ascii=False) for one in value}))
    if isinstance(value, dict):
        held = {key: one for key, one in value.items() if one not in (None, "")}
        return json.dumps(held, sort_keys=True, ensure_ascii=False) if held else ""
    return "" if value is None else str(value)


def _fields(kind: RecordKind, snapshot: Snapshot) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for field, value in _of_party(snapshot) if kind == "party" else _of_claim(snapshot):
        if value is not None and value != "":
            found.setdefault(field, {})[str(value)] = None
    return {field: tuple(values) for field, values in found.items()}


def _of_party(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    yield "name", snapshot["display_name"]
    for name in snapshot["names"]:
        if name != snapshot["display_name"]:
            yield "other_names", name
    for field in _PARTY:
        yield field, snapshot[field]
    yield from sorted(snapshot["identifiers"])
    address, town = snapshot["address"], snapshot["town"]
    for field in dict.fromkeys((*_OF_ADDRESS, *address)):
        if field == "town":
            yield "town", town
            if address.get(field) != town:
                yield "address_town", address.get(field)
        else:
            yield field if field in (*_OF_ADDRESS, "lines") else f"address_{field}", address.get(field)
    for other in snapshot["other_addresses"]:
        parts = dict.fromkeys((*_OF_ADDRESS, *sorted(other)))
        yield "other_addresses", ", ".join(other[field] for field in parts if other.get(field))


def _of_claim(snapshot: Snapshot) -> Iterator[tuple[str, Any]]:
    for field in _CLAIM:
        yield "portfolio" if field == "portfolio_id" else field, snapshot[field]
    yield from sorted(snapshot["dates"].items())
    for party, role in sorted(snapshot["parties"]):
        yield role, party
    for of, value in sorted(snapshot["numbers"]):
        if (of, value) != ("claim_number", snapshot["number"]):
            yield of, value
