"""What an archive knows of the papers it was given, without its own names for things, so that two archives compare."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, select

from archive.archive import Archive
from archive.catalogue.schema import (
    deposits,
    document_deposits,
    document_pages,
    documents,
    index_outbox,
    objects,
    work,
)
from archive.readings import load_document_page
from archive.registry import put_claims, put_parties
from archive.vault import Ref
from bench._registry import Family
from ocr.values import PageReading
from tabellion.dossier import FIELD, LINK, local_dossier
from tabellion.settings import Settings, load_settings
from tabellion.wiring import opened

DESCRIBED = (
    "state",
    "reason_code",
    "kind",
    "subkind",
    "language",
    "direction",
    "document_date",
    "amount_minor",
    "currency",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of each file by its name: `digests` of what was received and is kept, `texts` (a digest of words,
    boxes and confidences for each page), `papers` that it was cut into, their `fields` and `links`."""

    digests: dict[str, list[str]]
    texts: dict[str, list[str]]
    papers: dict[str, list[Any]]
    fields: dict[str, list[Any]]
    links: dict[str, list[Any]]

    def differences(self, other: "Facts") -> dict[str, list[str]]:
        """By kind of fact, the files of which the two do not know the same."""
        ours, theirs = asdict(self), asdict(other)
        return {
            kind: sorted(
                file
                for file in ours[kind].keys() | theirs[kind].keys()
                if ours[kind].get(file) != theirs[kind].get(file)
            )
            for kind in ours
        }

    def counts(self) -> dict[str, int]:
        """How many facts of each kind there are."""
        return {kind: sum(map(len, of_files.values())) for kind, of_files in asdict(self).items()}


@contextmanager
def archive_of(home: Path, settings: Mapping[str, str]) -> Iterator[Archive]:
    """The archive that a service with these settings has, opened in this process."""
    values = {name.removeprefix("TABELLION_").lower(): value for name, value in settings.items()}
    chosen: Settings = load_settings(home=home, **values)
    with opened(chosen) as parts:
        yield parts.archive


def register(archive: Archive, families: Sequence[Family]) -> None:
    """Put the parties and claims of the evaluation set into the registry."""
    with archive.catalogue.write() as connection:
        for family in families:
            parties = list(family.parties.values())
            put = put_parties(archive, connection, parties)
            ids = {str(party.external_id): each.id for party, each in zip(parties, put, strict=True)}
            put_claims(archive, connection, [family.claim(ids)])


def settled(archive: Archive) -> bool:
    """Whether nothing waits to be read, linked, compared or indexed."""
    with archive.catalogue.read() as connection:
        waits = exists().where(work.c.state.in_(("ready", "leased"))), exists().select_from(index_outbox)
        return not any(connection.scalar(select(each)) for each in waits)


def at_work(archive: Archive) -> set[str]:
    """The names of the processes that have work under a lease at this moment."""
    with archive.catalogue.read() as connection:
        return {
            str(name) for name in connection.scalars(select(work.c.holder).where(work.c.state == "leased"))
        }


def telling_words(archive: Archive, papers: Sequence[str], count: int) -> list[str]:
    """A long word of each of so many papers, spread over all of them."""
    found = set()
    for paper in papers[:: max(1, len(papers) // count)]:
        with archive.catalogue.read() as connection:
            page = load_document_page(archive, connection, paper, 1)
        words = [] if page is None else [word.text for word in page.words if word.text.isalpha()]
        if words:
            found.add(max(words, key=lambda word: (len(word), word)))
    return sorted(found)


def gather(archive: Archive, files: Mapping[str, str]) -> Facts:
    """The facts about files, given by name with the deposit that each became."""
    facts = Facts({}, {}, {}, {}, {})
    for file, deposit in files.items():
        with archive.catalogue.read() as connection:
            facts.digests[file] = _digests(archive, connection, deposit)
            papers = _papers(connection, deposit)
            texts = [_texts(archive, connection, paper) for paper in papers]
        dossiers = [local_dossier(archive, paper) for paper in papers]
        facts.texts[file] = [text for pages in texts for text in pages]
        facts.papers[file] = [
            _plain([each[name] for name in DESCRIBED] + [len(pages)])
            for each, pages in zip(dossiers, texts, strict=True)
        ]
        for number, each in enumerate(dossiers, 1):
            facts.fields.setdefault(file, []).extend(_rows(number, each["fields"], FIELD))
            facts.links.setdefault(file, []).extend(_rows(number, each["links"], (*LINK, "name")))
    return facts


def _digests(archive: Archive, connection: Connection, deposit: str) -> list[str]:
    """What the catalogue says that was received, and what the bytes in the vault say."""
    row = connection.execute(select(deposits).where(deposits.c.id == deposit)).one()
    kept = connection.execute(select(objects).where(objects.c.key == f"deposits/{deposit}/original")).one()
    ref = Ref(kept.key, kept.version, kept.digest, kept.size)
    with archive.objects.open(ref, f"deposits/{deposit}") as stream:
        found = hashlib.sha512(stream.read()).hexdigest()
    return [row.sha256, row.sha512, found]


def _papers(connection: Connection, deposit: str) -> list[str]:
    """The papers of a deposit, in the order of their pages; ids grow in the order in which they were made."""
    query = (
        select(documents.c.id)
        .join(document_deposits, document_deposits.c.document_id == documents.c.id)
        .where(document_deposits.c.deposit_id == deposit)
        .order_by(documents.c.id)
    )
    first = {
        paper: connection.scalar(
            select(document_pages.c.page)
            .where(document_pages.c.document_id == paper)
            .order_by(document_pages.c.position)
            .limit(1)
        )
        for paper in connection.scalars(query)
    }
    return sorted(first, key=lambda paper: (first[paper] or 0, paper))


def _texts(archive: Archive, connection: Connection, paper: str) -> list[str]:
    positions = connection.scalars(
        select(document_pages.c.position)
        .where(document_pages.c.document_id == paper)
        .order_by(document_pages.c.position)
    ).all()
    found = (load_document_page(archive, connection, paper, position) for position in positions)
    return [_digest(page) for page in found if page is not None]


def _digest(page: PageReading) -> str:
    return hashlib.sha256(json.dumps(asdict(page), sort_keys=True, default=str).encode()).hexdigest()


def _rows(number: int, rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """What rows of one paper say, in an order of their own."""
    kept = [name for name in names if name not in ("at", "actor")]
    return sorted(_plain([number, *(row[name] for name in kept)]) for row in rows)


def _plain(values: Sequence[Any]) -> str:
    return json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
