"""The reader of files: one warm subprocess meets their bytes; here they are only counted and digested.

A process that hangs, dies or grows too large is killed and started anew; the page at fault is marked, the others go on.
"""

import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO, Self

from ocr.carried import Carried
from ocr.errors import ReadingRefused
from ocr.jail.child import Child, ChildLate, ChildLost
from ocr.limits import Limits
from ocr.page_images import PageImages
from ocr.values import PageReading, Reading

_DESCRIBE_PAGE_SECONDS = 0.5

OnPage = Callable[[int, int, PageImages | None], None]
"""Called as each page is done: its number, how many there are, its pictures or None where it could not be read."""


class Reader:
    """Reads files in a subprocess of its own. Not thread-safe; give each worker one.

    `languages` are ISO 639-1 codes among which each page's language is found.
    """

    def __init__(self, limits: Limits | None = None, languages: Sequence[str] = ("en",)) -> None:
        self._limits = limits or Limits()
        self._languages = tuple(languages)
        self._child: Child | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def warm(self) -> None:
        """Start the subprocess if there is none, without waiting for it: the first `read` then finds it ready.

        It ends with the thread that starts it.
        """
        if self._child is None:
            self._child = Child.begin(self._limits)

    def close(self) -> None:
        """End the subprocess. The next `read` would start another."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def read(
        self, file: BinaryIO, *, languages: Sequence[str] | None = None, on_page: OnPage | None = None
    ) -> Reading:
        """What the file says. Its position is left alone where it has a descriptor.

        Raises ReadingRefused where nothing of it could be read; a page that could not be read has `error` and loses
        none of the others.
        """
        descriptor = _descriptor(file)
        try:
            return _OneFile(self, descriptor, tuple(languages or self._languages), on_page).read()
        except BaseException:
            if self._child is not None and self._child.busy:
                self.close()
            raise
        finally:
            os.close(descriptor)
            if self._child is not None and self._child.resident > self._limits.recycle_memory:
                self.close()

    @contextmanager
    def carrying(self, file: BinaryIO) -> Iterator[Callable[[int], Carried]]:
        """Gives a function that fetches the picture of a page (from 1) for a copy of the paper.

        Both raise ReadingRefused. Nothing else may be read before the block ends.
        """
        with self._opened(file):
            yield self._carry

    @contextmanager
    def drawing(self, file: BinaryIO) -> Iterator[Callable[[int, int], bytes]]:
        """Gives a function that draws a page (from 1), turned clockwise by so many degrees: a JPEG of 200 dpi.

        It is made of pixels alone, so that nothing else of the file is in it. Both raise ReadingRefused. Nothing else
        may be read before the block ends.
        """
        with self._opened(file):
            yield self._draw

    @contextmanager
    def _opened(self, file: BinaryIO) -> Iterator[None]:
        descriptor = _descriptor(file)
        try:
            self.ask(
                {"do": "open", "languages": list(self._languages)}, self._limits.open_seconds, descriptor
            )
            yield
        except BaseException:
            if self._child is not None and self._child.busy:
                self.close()
            raise
        finally:
            os.close(descriptor)

    def _carry(self, number: int) -> Carried:
        header, attachments = self.ask({"do": "carry", "number": number}, self._limits.page_seconds)
        try:
            return Carried.from_header(header["picture"], attachments[0])
        except (KeyError, IndexError, TypeError, ValueError) as error:
            self.close()
            raise ReadingRefused("READER_DIED", "the reading process answered nonsense") from error

    def _draw(self, number: int, rotation: int) -> bytes:
        order = {"do": "draw", "number": number, "rotation": rotation}
        _, attachments = self.ask(order, self._limits.page_seconds)
        if len(attachments) != 1:
            self.close()
            raise ReadingRefused("READER_DIED", "the reading process answered nonsense")
        return attachments[0]

    def ask(
        self, order: dict[str, Any], seconds: float, descriptor: int | None = None
    ) -> tuple[dict[str, Any], list[bytes]]:
        """One order to the subprocess, which is started where there is none. Raises ReadingRefused."""
        child = self._child = self._child or Child.begin(self._limits)
        try:
            child.ready()
        except ReadingRefused:
            self._child = None
            raise
        try:
            return child.ask(order, seconds, descriptor)
        except ChildLate:
            self.close()
            raise ReadingRefused("TIME_LIMIT", f"more than {seconds:.0f} seconds") from None
        except ChildLost as lost:
            self.close()
            raise ReadingRefused(lost.reason, str(lost)) from None

    @property
    def process(self) -> int | None:
        """The process id of the subprocess, or None where none runs."""
        return None if self._child is None else self._child.process

    @property
    def limits(self) -> Limits:
        return self._limits


class _OneFile:
    """One file's way through the subprocess, which may be replaced on the way."""

    def __init__(
        self, reader: Reader, descriptor: int, languages: tuple[str, ...], on_page: OnPage | None
    ) -> None:
        self._reader = reader
        self._descriptor = descriptor
        self._languages = languages
        self._on_page = on_page
        self._given: list[dict[str, Any]] = []
        self._here: list[dict[str, Any]] = []

    def read(self) -> Reading:
        deadline = time.monotonic() + self._reader.limits.file_seconds
        count = self._open()
        first_refusal: ReadingRefused | None = None
        read = 0
        for number in range(1, count + 1):
            try:
                if time.monotonic() > deadline:
                    raise ReadingRefused("TIME_LIMIT", "the time for the whole file was used up")
                pictures: PageImages | None = self._page(number)
                read += 1
            except ReadingRefused as refusal:
                first_refusal = first_refusal or refusal
                self._given.append(_refused_page(number, refusal))
                pictures = None
            if self._on_page is not None:
                self._on_page(number, count, pictures)
        if first_refusal is not None and read == 0:
            raise first_refusal
        return self._described()

    def _open(self) -> int:
        header, _ = self._reader.ask(
            {"do": "open", "languages": list(self._languages)},
            self._reader.limits.open_seconds,
            self._descriptor,
        )
        return int(header["count"])

    def _page(self, number: int) -> PageImages:
        try:
            header, pictures = self._ask_page(number)
        except ReadingRefused as refusal:
            # A process that was killed from outside is not the page's fault; one that the page kills dies again.
            if refusal.reason != "READER_DIED":
                raise
            header, pictures = self._ask_page(number)
        self._here.append(header["page"])
        return PageImages(number, pictures[0], pictures[1])

    def _ask_page(self, number: int) -> tuple[dict[str, Any], list[bytes]]:
        if self._reader.process is None:
            self._given += self._here
            self._here = []
            self._open()
        return self._reader.ask({"do": "page", "number": number}, self._reader.limits.page_seconds)

    def _described(self) -> Reading:
        if self._reader.process is None:
            self._given += self._here
            self._open()
        order = {"do": "describe", "pages": self._given, "sha256": _sha256(self._descriptor)}
        pages = len(self._given) + len(self._here)
        header, _ = self._reader.ask(order, self._reader.limits.open_seconds + _DESCRIBE_PAGE_SECONDS * pages)
        return Reading.from_stored(header["reading"])


def _refused_page(number: int, refusal: ReadingRefused) -> dict[str, Any]:
    page = PageReading(number=number, width=1, height=1, dpi=1, error=refusal.message)
    return page.stored()


def _descriptor(file: BinaryIO) -> int:
    """A descriptor of our own, read-only and with its own position; a file in memory stays in memory."""
    try:
        number = file.fileno()
    except OSError:
        copy = os.memfd_create("page", os.MFD_CLOEXEC)
        file.seek(0)
        with os.fdopen(os.dup(copy), "wb") as target:
            while block := file.read(1 << 20):
                target.write(block)
        os.lseek(copy, 0, os.SEEK_SET)
        return copy
    file.flush()
    return os.open(f"/dev/fd/{number}", os.O_RDONLY | os.O_CLOEXEC)


def _sha256(descriptor: int) -> str:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest()
