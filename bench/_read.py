"""Reads the named files with one warm reader a core: the reading's share of the whole way."""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from ocr import Reader
from tabellion.settings import LANGUAGES


def read_all(paths: Sequence[str]) -> None:
    """Read the files one after another; ends with exit code 1 where a page could not be read."""
    with Reader(languages=LANGUAGES) as reader:
        for path in paths:
            with Path(path).open("rb") as file:
                if any(page.error is not None for page in reader.read(file).pages):
                    sys.exit(1)


def main(paths: Sequence[str]) -> int:
    """Deal the files out to as many processes as there are cores."""
    spawn = multiprocessing.get_context("spawn")
    cores = len(os.sched_getaffinity(0))
    processes = [spawn.Process(target=read_all, args=(paths[core::cores],)) for core in range(cores)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    return max(process.exitcode or 0 for process in processes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
