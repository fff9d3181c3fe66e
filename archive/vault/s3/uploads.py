"""Uploads in parts that were never finished: their parts cost room and are listed nowhere, until they are aborted."""

from collections.abc import Iterator
from datetime import datetime

from minio.datatypes import ListMultipartUploadsResult, Upload

from archive.vault.s3.store import Store, in_our_words


def abort_uploads(store: Store, begun_before: datetime) -> int:
    """Abort the uploads that were begun before the instant; says how many."""
    count = 0
    with in_our_words("unfinished uploads", versioned=False):
        for upload in list(_uploads(store)):
            if upload.initiated_time is not None and upload.initiated_time < begun_before:
                store.send("DELETE", upload.object_name, query={"uploadId": upload.upload_id or ""})
                count += 1
    return count


def _uploads(store: Store) -> Iterator[Upload]:
    marker: dict[str, str] = {}
    while True:
        page = ListMultipartUploadsResult(store.send("GET", query={"uploads": "", **marker}))
        yield from page.uploads
        if not page.is_truncated or not page.uploads:
            return
        last = page.uploads[-1]
        marker = {"key-marker": last.object_name, "upload-id-marker": last.upload_id or ""}
