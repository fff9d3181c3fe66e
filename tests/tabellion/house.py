"""An archive with a keeper and a worker as threads of this process, for commands to act on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.process import Heart
from ingest.worker import Worker
from tabellion.base.clock import SystemClock
from tabellion.initialise import initialise
from tabellion.running.keeping import make_keeper
from tabellion.running.working import make_worker
from tabellion.settings import load_settings
from tabellion.wiring import Parts, opened
from tests.api.support import papers
from tests.tabellion.terminal import Terminal

PASSWORD = "four unrelated plain words"


@dataclass(frozen=True)
class House:
    """The archive, a terminal at it, and a folder for files on their way in."""

    parts: Parts
    terminal: Terminal
    desk: Path

    def paper(self, name: str, *pages: list[str]) -> Path:
        """A born-digital PDF on the desk."""
        path = self.desk / name
        path.write_bytes(papers(*pages))
        return path


@contextmanager
def lived_in(folder: Path) -> Iterator[House]:
    """A new archive in the folder; keeper and worker end with the block."""
    home, desk = folder / "home", folder / "desk"
    desk.mkdir()
    settings = load_settings(home=home, languages="en,pl")
    initialise(settings, SystemClock(), "root", PASSWORD)
    with opened(settings) as parts:
        keeper, worker, stop = make_keeper(parts, "keeper"), make_worker(parts, "worker"), threading.Event()
        threads = [
            threading.Thread(target=keeper.run, args=(stop,)),
            threading.Thread(target=_work, args=(worker, stop)),
        ]
        with Heart(parts.archive, "keeper", "keeper"), Heart(parts.archive, "worker", "worker"):
            for thread in threads:
                thread.start()
            try:
                yield House(parts, Terminal(home), desk)
            finally:
                worker.stop()
                stop.set()
                for thread in threads:
                    thread.join()
                worker.close()


def _work(worker: Worker, stop: threading.Event) -> None:
    while not stop.wait(0.05):
        worker.drain()
