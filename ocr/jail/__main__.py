"""The loop of the reading process: open a file, read a page, describe the whole, as the parent asks."""

import gc
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

import cv2

from ocr.document import describe
from ocr.einvoice import EInvoice, merged
from ocr.engines import OcrEngine, open_engine
from ocr.errors import PageRefused, ReadingRefused
from ocr.jail.channel import ChannelClosed, receive, receive_file, send
from ocr.jail.confine import OwnMemory, alarm, confine
from ocr.jail.opening import open_source
from ocr.languages import LANGUAGES, check_languages
from ocr.limits import Limits
from ocr.media import HEAD_BYTES, sniff
from ocr.page import PageReader, drawn
from ocr.raster.source import READING_DPI, Source
from ocr.recognition import turn
from ocr.values import PageReading

_ALARM_MARGIN = 5.0


class Jail:
    """One file at a time, page by page."""

    def __init__(self, sock: socket.socket, engine: OcrEngine, limits: Limits, memory: OwnMemory) -> None:
        self._sock = sock
        self._memory = memory
        self._engine = engine
        self._limits = limits
        self._file: BinaryIO | None = None
        self._source: Source | None = None
        self._invoice: EInvoice | None = None
        self._reader: PageReader | None = None
        self._media_type = ""
        self._pages: list[PageReading] = []

    def serve(self) -> None:
        """Answer until the parent goes away."""
        while True:
            order, _ = receive(self._sock)
            attachments: tuple[bytes, ...] = ()
            try:
                alarm(order["seconds"] + _ALARM_MARGIN)
                answer, attachments = self._obey(order)
            except ReadingRefused as refusal:
                answer = {"refused": refusal.reason, "detail": refusal.detail}
            except PageRefused as refusal:
                answer = {"refused": refusal.reason, "detail": str(refusal).partition(": ")[2]}
            except MemoryError:
                answer = {"refused": "MEMORY_LIMIT", "detail": ""}
            except Exception as error:  # parsers raise anything on hostile bytes; the next page is unharmed
                answer = {"refused": "DAMAGED", "detail": f"{type(error).__name__}: {error}"[:200]}
            finally:
                alarm(0)
            send(self._sock, {**answer, "resident": self._memory.resident()}, *attachments)

    def _obey(self, order: dict[str, Any]) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        match order["do"]:
            case "open":
                descriptor = receive_file(self._sock)
                return self._open(os.fdopen(descriptor, "rb"), order["languages"]), ()
            case "page":
                return self._page(order["number"])
            case "carry":
                return self._carry(order["number"])
            case "draw":
                return self._draw(order["number"], order["rotation"])
            case "describe":
                return self._describe(order), ()
            case _:
                self._close()
                return {}, ()

    def _open(self, file: BinaryIO, codes: list[str]) -> dict[str, Any]:
        self._close()
        self._file = file
        languages = check_languages(codes, self._engine.models())
        # The position is shared with a process that may have died in the middle of this file.
        file.seek(0)
        head = file.read(HEAD_BYTES)
        if not head:
            raise ReadingRefused("EMPTY")
        media_type = sniff(head)
        if media_type is None:
            raise ReadingRefused("UNKNOWN_TYPE")
        self._media_type = media_type
        self._source, self._invoice = open_source(file, media_type, self._limits)
        self._reader = PageReader(self._source, self._engine, languages)
        return {"count": self._source.count}

    def _page(self, number: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        if self._reader is None:
            raise PageRefused("DAMAGED")
        reading, images = self._reader.read(number)
        self._pages.append(reading)
        return {"page": reading.stored()}, (images.page_jpeg, images.thumb_jpeg)

    def _carry(self, number: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        if self._source is None:
            raise PageRefused("DAMAGED")
        carried = self._source.carry(number)
        return {"picture": carried.header()}, (carried.data,)

    def _draw(self, number: int, rotation: int) -> tuple[dict[str, Any], tuple[bytes, ...]]:
        if self._source is None:
            raise PageRefused("DAMAGED")
        return {}, (drawn(turn(self._source.page(number).pixels, rotation)),)

    def _describe(self, order: dict[str, Any]) -> dict[str, Any]:
        """The parent sends the pages that this process has not read itself: refused ones, and those of a dead child."""
        own = {page.number: page for page in self._pages}
        own |= {page["number"]: PageReading.from_stored(page) for page in order["pages"]}
        pages = [own[number] for number in sorted(own)]
        recognised = {page.language for page in pages if page.source == "ocr"} & LANGUAGES.keys()
        engine = {
            "name": self._engine.name,
            "version": self._engine.version,
            "languages": sorted({model for code in recognised for model in LANGUAGES[code].models}),
            "settings": {**self._engine.settings, "dpi": READING_DPI},
        }
        whole = self._invoice is not None
        reading = describe(pages, order["sha256"], self._media_type, engine, whole=whole)
        if self._invoice is not None:
            reading = merged(reading, self._invoice)
        return {"reading": reading.stored()}

    def _close(self) -> None:
        self._reader = None
        self._invoice = None
        self._pages = []
        if self._source is not None:
            self._source.close()
            self._source = None
        if self._file is not None:
            self._file.close()
            self._file = None


def main() -> None:
    """Serve the socket whose number is the first argument."""
    sock = socket.socket(fileno=int(sys.argv[1]))
    # One process a core is the whole plan of parallelism; threads of a library would only contend with it.
    cv2.setNumThreads(1)
    order, _ = receive(sock)
    limits = Limits(**order["limits"])
    memory = OwnMemory()
    try:
        engine = open_engine()
        weak = confine(limits.memory, folder=None if engine.in_process else _own_folder(order["folder"]))
    except ReadingRefused as refusal:
        send(sock, {"refused": refusal.reason, "detail": refusal.detail})
        return
    # What was imported stays for good: the collector need not look through it again and again.
    gc.freeze()
    gc.enable()
    send(sock, {"ready": True, "weak": weak})
    try:
        Jail(sock, engine, limits, memory).serve()
    except ChannelClosed:
        engine.close()


def _own_folder(path: str) -> Path:
    """The folder where an engine by command puts its temporary files; the parent removes it with this process."""
    folder = Path(path)
    folder.mkdir(mode=0o700)
    tempfile.tempdir = os.environ["TMPDIR"] = path
    return folder


if __name__ == "__main__":
    main()
