"""Links a document anew after the registry or a copy of its bytes has changed; nothing is read again."""

from archive import records
from archive.archive import SYSTEM_ACTOR, Archive
from archive.catalogue import Task, finish
from archive.readings import load_reading
from ingest import stored
from ingest.decided_copies import carry_decisions
from ingest.describe import describe, texts_of
from ingest.describing import deposits_of, pages_of
from ingest.linking import link_document


def relink(archive: Archive, task: Task) -> None:
    """Link the document of the task and finish the task. Raises `LeaseLost`."""
    document_id = task.object_id
    with archive.catalogue.read() as connection:
        pages = pages_of(connection, document_id)
        readings = {
            deposit: load_reading(archive, connection, deposit)
            for deposit in (deposits_of(connection, document_id) if pages else ())
        }
    parts, texts = describe(pages, readings).parts, texts_of(pages, readings)
    with archive.catalogue.write() as connection:
        if link_document(archive, connection, document_id, parts, texts):
            records.record_document(
                archive, connection, document_id, type="link", actor=SYSTEM_ACTOR, reason="by-identifier"
            )
            stored.queue_indexing(connection, document_id, archive.clock.now())
        # Who may see a paper may have changed with its links, or what was decided about another copy of it.
        carry_decisions(archive, connection, document_id)
        finish(connection, task, archive.clock.now())
