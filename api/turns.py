"""The wait for a turn, as a dependency of routes that cost much."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request

from api.access import Actor
from api.forms import Interrupted
from api.limits import Costly
from api.limits.guard import address_of
from api.request import SAFE_METHODS, identify, limiter_of


class InTurn:
    """A route holds a turn of its sort until its answer has been sent; accounts take turns, however much each asks.

    Raises TooManyAtOnce where an account asks for too much at once, Busy where no turn comes. Who may do what, it does
    not ask: that is the gate's.
    """

    def __init__(self, what: Costly) -> None:
        self.what = what

    async def __call__(
        self, request: Request, actor: Annotated[Actor | None, Depends(identify)]
    ) -> AsyncIterator[None]:
        async with limiter_of(request).turn(actor, address_of(request.scope), self.what) as waited:
            # Who asks again and again, and has gone by the time of his turn, is not worked for.
            if waited and request.method in SAFE_METHODS and await request.is_disconnected():
                raise Interrupted("who asked has gone")
            yield


async def sign_in_turn(request: Request) -> AsyncIterator[None]:
    """A turn at comparing passwords, by the address: nobody is known yet."""
    async with limiter_of(request).turn(None, address_of(request.scope), Costly.SIGN_IN):
        yield


UPLOADING = Depends(InTurn(Costly.UPLOAD))
SEARCHING = Depends(InTurn(Costly.SEARCH))
EXPORTING = Depends(InTurn(Costly.EXPORT))
VERIFYING = Depends(InTurn(Costly.VERIFY))
SIGNING_IN = Depends(sign_in_turn)
