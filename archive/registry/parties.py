"""Writes parties by the thousand, with their names, identifiers and the keys that find them."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import parties, party_identifiers, party_names
from archive.catalogue.schema.registry import party_keys
from archive.document_keys import name_keys_of
from archive.identifiers import identifies
from archive.names import fold_name, fold_number, name_keys, parse_name, word_keys
from archive.pieces import in_pieces
from archive.registry.differences import Snapshot
from archive.registry.history import PARTY_COLUMNS, plain, snapshots
from archive.registry.upsert import Kind
from archive.registry.values import LARGEST_IDENTIFIER, LARGEST_NAME, NewParty, Put


def put_party(archive: Archive, connection: Connection, party: NewParty, actor: str = SYSTEM_ACTOR) -> str:
    """Add a party, or bring the one with that external id up to date; gives its id."""
    return put_parties(archive, connection, [party], actor)[0].id


def put_parties(
    archive: Archive,
    connection: Connection,
    wanted: Sequence[NewParty],
    actor: str = SYSTEM_ACTOR,
    import_id: str | None = None,
) -> list[Put]:
    """Add parties, or bring those with their external ids up to date; papers that name them are linked anew.

    Raises BadRequest where one cannot be a party, or two of them have one external id.
    """
    return _PARTIES.put(archive, connection, wanted, actor, import_id)


def preview_parties(connection: Connection, wanted: Sequence[NewParty]) -> list[Put]:
    """What `put_parties` would do; ids of what is new are empty."""
    return _PARTIES.preview(connection, wanted)


def _values(party: NewParty, digest: str) -> dict[str, Any]:
    return {
        "kind": party.kind,
        "display_name": party.name.strip()[:LARGEST_NAME],
        "sort_name": fold_name(party.name),
        "external_id": party.external_id,
        "birth_date": party.birth_date,
        "town": party.town,
        "address": party.address,
        "other_addresses": list(party.other_addresses),
        "digest": digest,
    }


def _write_children(connection: Connection, written: Mapping[str, NewParty]) -> set[str]:
    names: list[dict[str, Any]] = []
    identifiers: list[dict[str, Any]] = []
    keys: list[tuple[str, str]] = []
    touched: set[str] = set()
    for party_id, party in written.items():
        found: set[str] = set()
        for name in _names(party):
            names.append(
                {"party_id": party_id, "name": name, "folded": fold_name(name), "script": _script(name)}
            )
            found |= word_keys(name) | name_keys(parse_name(name))
            touched |= name_keys_of(name)
        for kind, bare in _identifiers(party):
            identifiers.append(
                {
                    "party_id": party_id,
                    "type": kind,
                    "value": bare,
                    "valid": identifies(kind, bare),
                    "reversed": bare[::-1],
                }
            )
            touched.add(bare)
        keys += ((key[:64], party_id) for key in found)
    if names:
        connection.execute(insert(party_names), names)
    if identifiers:
        connection.execute(insert(party_identifiers), identifiers)
    if keys:
        # In the order of the index, so that neighbours are written together.
        rows = [{"key": key, "party_id": party_id} for key, party_id in sorted(set(keys))]
        connection.execute(insert(party_keys), rows)
    return touched


def _names(party: NewParty) -> list[str]:
    return [name[:LARGEST_NAME] for name in dict.fromkeys((party.name.strip(), *party.other_names))]


def _identifiers(party: NewParty) -> dict[tuple[str, str], None]:
    """Types and values as they are compared, each once."""
    pairs = ((kind, fold_number(value)[:LARGEST_IDENTIFIER]) for kind, value in party.identifiers)
    return dict.fromkeys((kind, bare) for kind, bare in pairs if bare)


def _snapshot(party: NewParty) -> Snapshot:
    values = _values(party, "")
    return {name: plain(values[name]) for name in PARTY_COLUMNS} | {
        "names": _names(party),
        "identifiers": [list(pair) for pair in _identifiers(party)],
    }


def former_parties(connection: Connection, names: Sequence[str]) -> dict[str, NewParty]:
    """The parties that other systems call so, each whole, so that a part can be replaced; of unknown ones none.

    A party without such a name goes by its own id.
    """
    ids = _PARTIES.known_ids(connection, names)
    found: dict[str, Snapshot] = {}
    for some in in_pieces(list(ids.values())):
        found |= {party_id: state for party_id, (_, state) in snapshots(connection, "party", some).items()}
    return {name: _party_of(name, found[party_id]) for name, party_id in ids.items()}


def _party_of(external_id: str, state: Snapshot) -> NewParty:
    return NewParty(
        name=state["display_name"],
        kind=state["kind"],
        external_id=external_id,
        identifiers=tuple((of, value) for of, value in state["identifiers"]),
        other_names=tuple(name for name in state["names"] if name != state["display_name"]),
        birth_date=None if state["birth_date"] is None else date.fromisoformat(state["birth_date"]),
        town=state["town"],
        address=dict(state["address"]),
        other_addresses=tuple(dict(one) for one in state["other_addresses"]),
    )


def _script(name: str) -> str:
    letter = next((character for character in name if character.isalpha()), "a")  # a name may be a number
    return unicodedata.name(letter, "LATIN").split()[0].lower()[:8]


_PARTIES = Kind(
    "party",
    "parties",
    "display_name",
    parties,
    (party_names, party_identifiers, party_keys),
    _values,
    _write_children,
    _snapshot,
)
