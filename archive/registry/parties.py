"""Writes parties by the thousand: what is the same as before is passed over, what changes leaves its former self."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue.schema import parties, party_identifiers, party_names
from archive.catalogue.schema.registry import party_keys
from archive.document_keys import name_keys_of
from archive.identifiers import identifies
from archive.names import fold_name, fold_number, name_keys, parse_name, word_keys
from archive.registry.history import keep_former
from archive.registry.values import LARGEST_IDENTIFIER, LARGEST_NAME, NewParty, Put
from archive.relinking import queue_linking
from tabellion.base.errors import BadRequest

_AT_ONCE = 500


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
    for party in wanted:
        party.check()
    named = [party.external_id for party in wanted if party.external_id is not None]
    if len(set(named)) != len(named):
        raise BadRequest("two parties have one external id")
    known = _known(connection, named)
    now = archive.clock.now()
    done: list[Put] = []
    fresh: list[dict[str, Any]] = []
    changed: dict[str, NewParty] = {}
    written: dict[str, NewParty] = {}
    for party in wanted:
        row, digest = known.get(party.external_id or ""), party.digest
        if row is not None and row.digest == digest:
            done.append(Put(row.id, "unchanged"))
            continue
        party_id = archive.ids.new() if row is None else row.id
        done.append(Put(party_id, "added" if row is None else "changed"))
        written[party_id] = party
        if row is None:
            fresh.append(
                {**_values(party, digest), "id": party_id, "created_at": now, "updated_at": now, "version": 1}
            )
        else:
            changed[party_id] = party
    touched = _former(archive, connection, changed, actor, import_id)
    for party_id, party in changed.items():
        values = _values(party, party.digest) | {"updated_at": now, "version": parties.c.version + 1}
        connection.execute(update(parties).where(parties.c.id == party_id).values(**values))
    if fresh:
        connection.execute(insert(parties), fresh)
    touched |= _write_children(connection, written)
    queue_linking(archive, connection, touched)
    return done


def preview_parties(connection: Connection, wanted: Sequence[NewParty]) -> list[Put]:
    """What `put_parties` would do; ids of what is new are empty."""
    known = _known(connection, [one.external_id for one in wanted if one.external_id is not None])
    done = []
    for one in wanted:
        row = known.get(one.external_id or "")
        if row is None:
            done.append(Put("", "added"))
        else:
            done.append(Put(row.id, "unchanged" if row.digest == one.digest else "changed"))
    return done


def _known(connection: Connection, named: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for start in range(0, len(named), _AT_ONCE):
        rows = connection.execute(
            select(parties.c.id, parties.c.external_id, parties.c.digest).where(
                parties.c.external_id.in_(named[start : start + _AT_ONCE])
            )
        )
        found |= {row.external_id: row for row in rows}
    return found


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


def _former(
    archive: Archive,
    connection: Connection,
    changed: Mapping[str, NewParty],
    actor: str,
    import_id: str | None,
) -> set[str]:
    """Keep what the parties were and clear it away; gives what papers may have named them by."""
    ids, touched = list(changed), set()
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        touched |= keep_former(archive, connection, "party", some, actor, import_id)
        for table in (party_names, party_identifiers, party_keys):
            connection.execute(delete(table).where(table.c.party_id.in_(some)))
    return touched


def _write_children(connection: Connection, written: Mapping[str, NewParty]) -> set[str]:
    names: list[dict[str, Any]] = []
    identifiers: list[dict[str, Any]] = []
    keys: list[tuple[str, str]] = []
    touched: set[str] = set()
    for party_id, party in written.items():
        found: set[str] = set()
        for name in dict.fromkeys((party.name, *party.other_names)):
            plain = name[:LARGEST_NAME]
            parsed = parse_name(plain)
            names.append(
                {"party_id": party_id, "name": plain, "folded": fold_name(name), "script": _script(name)}
            )
            found |= word_keys(plain) | name_keys(parsed)
            touched |= name_keys_of(plain)
        pairs = ((kind, fold_number(value)[:LARGEST_IDENTIFIER]) for kind, value in party.identifiers)
        for kind, bare in dict.fromkeys(pairs):
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


def _script(name: str) -> str:
    letter = next((character for character in name if character.isalpha()), "")
    word = unicodedata.name(letter, "LATIN").split()[0].lower()
    return word[:8]
