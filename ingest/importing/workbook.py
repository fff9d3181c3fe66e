"""Rows of the first sheet of an XLSX file (ISO/IEC 29500), unpacked by a process without network, files or much memory.

This side starts the process and reads its lines; `unpack` is what runs in it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator

from ocr.jail.child import jail_environment

NO_VALUE = "\x00formula"
"""Stands for a formula whose value was not saved."""

SECONDS = 900


class WorkbookRefused(Exception):
    """The workbook cannot be read, or would need more than a table of a million rows does."""


def records(descriptor: int) -> Iterator[tuple[int, list[str]]]:
    """The rows of the first sheet with their numbers, as texts; empty rows are left out. Raises WorkbookRefused."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "ingest.importing.unpack", str(descriptor)],
        pass_fds=(descriptor,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=jail_environment(),
        cwd="/",
        start_new_session=True,
    )
    if process.stdout is None:
        raise WorkbookRefused("the workbook could not be opened")
    ended = False
    try:
        for line in process.stdout:
            value = json.loads(line)
            if isinstance(value, dict):
                ended = True
                if "refused" in value:
                    raise WorkbookRefused(value["refused"])
                break
            number, cells = value
            yield number, cells
        if not ended:
            raise WorkbookRefused("the workbook asked for more memory or time than a table needs")
    except ValueError as error:
        raise WorkbookRefused("the workbook cannot be read") from error
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
