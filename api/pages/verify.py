"""`/evidence/verify`: a package or receipt is dropped, the steps appear as they pass, then the report."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Annotated, BinaryIO, cast

from anyio import to_thread
from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.access import Action, Actor
from api.forms import FormStream, form_of, streams_form
from api.pages.render import page, streamed_page
from api.request import Ask, service_of
from api.turns import VERIFYING
from api.verifying import Ended, StepSeen, watch
from signing.verdict import POLICIES
from tabellion.base.errors import BadRequest, TooLarge

router = APIRouter(include_in_schema=False)
Reader = Annotated[Actor, Depends(Ask(Action.EVIDENCE))]

OWN = "this archive's own keys"
HANDED_IN = "handed in with the file"
_LONGEST_NAME = 200


@router.get("/evidence/verify")
def ask(request: Request, actor: Reader) -> Response:
    """Where a file is dropped, and what it is verified with."""
    return page(request, "verify.html", {"policies": tuple(POLICIES)}, actor=actor, here="evidence")


@router.post("/evidence/verify", dependencies=[VERIFYING])
@streams_form
async def verify(request: Request, actor: Reader) -> Response:
    """Verify what was handed in; the answer is sent as the steps pass. Nothing of it is kept."""
    form = form_of(request)
    if form is None:
        raise BadRequest("the file comes as a form", advice="Choose a file on the page, and send it.")
    service = service_of(request)
    fields = await form.fields()
    policy = fields.get("policy", "embedded")
    if policy not in POLICIES:
        raise BadRequest("there is no such policy")
    handed_in = _trust(await form.small_files())
    trust: Mapping[str, bytes] = handed_in or await to_thread.run_sync(service.public_files)
    name = _printable(await form.file_name())
    file = await _spooled(form, service.options.max_upload_bytes)
    now = service.archive.clock.now()
    seen = watch(file, trust, HANDED_IN if handed_in else OWN, policy, now)
    walk = _Walk(seen)
    context = {
        "name": name,
        "walk": walk,
        "own": not handed_in,
        "policy": policy,
        "now": now,
    }
    return streamed_page(request, "verified.html", context, actor=actor, here="evidence")


class _Walk:
    """What the template goes through: the steps, and after them how it ended."""

    def __init__(self, seen: Iterator[StepSeen | Ended]) -> None:
        self._seen = seen
        self.ended = Ended(None, "LIMITS_REACHED")

    @property
    def steps(self) -> Iterator[StepSeen]:
        """The steps, each as soon as it is done."""
        for found in self._seen:
            if isinstance(found, Ended):
                self.ended = found
            else:
                yield found


async def _spooled(form: FormStream, largest: int) -> BinaryIO:
    """The file's bytes in a temporary file without a name; raises TooLarge."""
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  (the verification closes it)
    try:
        size = 0
        async for piece in form.pieces():
            size += len(piece)
            if size > largest:
                raise TooLarge("the file is larger than what is taken in here")
            await to_thread.run_sync(file.write, piece)
        await to_thread.run_sync(file.flush)
    except BaseException:
        file.close()
        raise
    return file


def _trust(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a folder of trust, without the folder's own name, whichever of them was chosen."""
    paths = {PurePosixPath(name): data for name, data in files.items()}
    below = all(len(path.parts) > 1 for path in paths) and len({path.parts[0] for path in paths}) == 1
    named = {(PurePosixPath(*path.parts[1:]) if below else path): data for path, data in paths.items()}
    return {str(path): data for path, data in named.items()}


def _printable(name: str) -> str:
    """The last part of a name, without what could mislead."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in last if character.isprintable())[:_LONGEST_NAME]
