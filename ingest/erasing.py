"""Erases a deposit everywhere: rows, records and keys, then the index, whose old segments still hold its words."""

from collections.abc import Callable

from archive.archive import Archive
from archive.erase import Erased, erase
from ingest.indexing import rebuild_index
from search.port import IndexRebuild


def erase_everywhere(
    archive: Archive, open_rebuild: Callable[[], IndexRebuild], deposit_id: str, actor: str, reason: str
) -> Erased:
    """Erase a deposit for good; afterwards nothing of it can be read, found or counted.

    `reason` is a code of the registry for `erase`. An index cannot forget single words for certain, so it is made anew;
    whoever calls this holds the keeper's lease, or has no keeper running. Raises what `erase` raises.
    """
    done = erase(archive, deposit_id, actor, reason)
    rebuild_index(archive, open_rebuild())
    return done
