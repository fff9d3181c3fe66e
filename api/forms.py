"""Reads a multipart form as it arrives: the fields first, then the bytes of its one file, piece by piece.

The usual parser writes files to a temporary folder before anybody has asked whether they are welcome; this one holds
one piece in memory, and the fields before the file (among them the CSRF token) are known before the file is read.
"""

from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final, TypeVar

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from tabellion.base.errors import BadRequest

FILE: Final = "file"
LONGEST_FIELDS: Final = 256 * 1024
"""Bytes of all fields, and of all small files, that stand before the file."""

_MARK = "_streams_form"
F = TypeVar("F", bound=Callable[..., Any])


class Interrupted(BadRequest):
    """The sender went away before the end; nothing was kept."""

    code = "UPLOAD_INTERRUPTED"
    advice = "Send it again."


def streams_form(route: F) -> F:
    """Mark a route that reads its multipart form by `form_of`; it must declare no `Form` parameters."""
    setattr(route, _MARK, True)
    return route


def is_form(request: Request) -> bool:
    """Whether the body is a multipart form."""
    return request.headers.get("content-type", "").lower().startswith("multipart/form-data")


def form_of(request: Request) -> "FormStream | None":
    """The form of a request to a route that streams it; the same one each time. None: another route or body."""
    if not is_form(request) or not getattr(request.scope.get("endpoint"), _MARK, False):
        return None
    if not hasattr(request.state, "form"):
        request.state.form = FormStream(request)
    form: FormStream = request.state.form
    return form


class FormStream:
    """A form with fields, perhaps small files, and after them one part named `file`."""

    def __init__(self, request: Request) -> None:
        _, options = parse_options_header(request.headers.get("content-type", ""))
        boundary = options.get(b"boundary")
        if not boundary:
            raise BadRequest("the form names no boundary")
        self._pieces = request.stream()
        self._fields: dict[str, str] = {}
        self._small: dict[str, bytes] = {}
        self._file_name: str | None = None
        self._in_file = False
        self._file_ended = False
        self._complete = False
        self._data: deque[bytes] = deque()
        self._header = (bytearray(), bytearray())
        self._headers: dict[bytes, bytes] = {}
        self._name = ""
        self._small_name = ""
        self._value = bytearray()
        self._room = LONGEST_FIELDS
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._headers.clear,
                    "on_header_field": lambda data, start, end: self._header[0].extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._header[1].extend(data[start:end]),
                    "on_header_end": self._header_end,
                    "on_headers_finished": self._part_begins,
                    "on_part_data": self._part_data,
                    "on_part_end": self._part_ends,
                    "on_end": self._ends,
                },
            )
        except FormParserError as error:
            raise BadRequest("the form's boundary cannot be used") from error

    async def fields(self) -> Mapping[str, str]:
        """The fields that stand before the file. Raises BadRequest and Interrupted."""
        while not self._in_file and not self._complete and await self._feed():
            pass
        return self._fields

    async def small_files(self) -> Mapping[str, bytes]:
        """The files under other names that stand before the file, by the sender's names of them."""
        await self.fields()
        return self._small

    async def file_name(self) -> str:
        """The sender's name of the file. Raises BadRequest where the form has none, or none was chosen."""
        await self.fields()
        if not self._file_name:
            raise BadRequest("the form has no file", advice=f"Choose a file; its part is named {FILE!r}.")
        return self._file_name

    async def pieces(self) -> AsyncIterator[bytes]:
        """The bytes of the file. Raises Interrupted where the form ends before its closing boundary."""
        await self.file_name()
        while True:
            while self._data:
                yield self._data.popleft()
            if not await self._feed():
                break
        if not self._complete:
            raise Interrupted("the upload broke off")

    async def _feed(self) -> bool:
        try:
            piece = await anext(self._pieces, None)
        except ClientDisconnect as error:
            raise Interrupted("the upload broke off") from error
        if piece is None:
            return False
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise BadRequest("the form cannot be read") from error
        return True

    def _header_end(self) -> None:
        name, value = self._header
        self._headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def _part_begins(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._name = options.get(b"name", b"").decode("utf-8", "replace")
        self._value.clear()
        self._small_name = ""
        if self._name != FILE:
            self._small_name = options.get(b"filename", b"").decode("utf-8", "surrogateescape")
        else:
            if self._file_name is not None:
                raise BadRequest("one file at a time")
            self._in_file = True
            self._file_name = options.get(b"filename", b"").decode("utf-8", "surrogateescape")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file and not self._file_ended:
            self._data.append(data[start:end])
            return
        self._room -= end - start
        if self._room < 0:
            raise BadRequest(f"the fields of a form have at most {LONGEST_FIELDS} bytes")
        self._value += data[start:end]

    def _part_ends(self) -> None:
        if self._in_file and not self._file_ended:
            self._file_ended = True
        elif self._small_name:
            self._small[self._small_name] = bytes(self._value)
        else:
            self._fields[self._name] = self._value.decode("utf-8", "replace")

    def _ends(self) -> None:
        self._complete = True
