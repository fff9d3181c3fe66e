"""Transfer notes: what the archive's encrypted records say of a deposit, for people; its word, and no proof.

docs/evidence.md has the shape of `transfer-note.json`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from archive.packaging.folders import Folder
from archive.packaging.pages import PagesRead
from archive.packaging.papers import Paper, Use
from signing import canonical

SCHEMA = "urn:tabellion:transfer-note:v1"
_WORD = "the archive's own records; nothing here is proved by the time-stamp"
_EXTRACT = "pictures of some pages; that they come from the deposit named here, the archive alone attests"


def transfer_note(
    folder: Folder, papers: Sequence[Paper], read: PagesRead | None, batch: Mapping[str, Any] | None
) -> bytes:
    """The note of a folder; `read` is what reading found of its pages, `batch` the record of its batch."""
    used = [(paper, use) for paper in papers for use in paper.uses if use.deposit == folder.deposit.id]
    if folder.extract:
        used = [(paper, use) for paper, use in used if use.pages == folder.pages]
    value: dict[str, Any] = {
        "$schema": SCHEMA,
        "deposit": folder.deposit.id,
        "sequence": folder.deposit.sequence,
        "documents": [_document(paper, use) for paper, use in used],
        "note": _WORD,
    }
    name = file_name(papers, folder.deposit.id)
    if name is not None:
        value["file_name"] = name
    if folder.extract:
        value["extract"] = {"pages": list(folder.pages), "note": _EXTRACT}
        if folder.deposit.page_count is not None:
            value["extract"]["of"] = folder.deposit.page_count
    if batch is not None:
        value["batch"] = {"batch": batch["batch"], "name": batch["name"], "origin": batch["origin"]}
        if "station" in batch:
            value["station"] = batch["station"]
    if read is not None:
        value["reading"] = read.summary(folder.pages)
    return canonical.dumps(value)


def file_name(papers: Sequence[Paper], deposit: str) -> str | None:
    """The name under which a deposit came, as the records of the papers tell it."""
    for paper in papers:
        for one in paper.record["deposits"]:
            if one["deposit"] == deposit and "name" in one:
                return str(one["name"])
    return None


def _document(paper: Paper, use: Use) -> dict[str, Any]:
    value: dict[str, Any] = {"document": paper.document, "record": paper.subject}
    if use.pages:
        value |= {"pages": list(use.pages), "positions": list(use.positions)}
    return value
