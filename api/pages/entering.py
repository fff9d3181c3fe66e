"""What follows on a right password or a provider's word: the session, or the second factor that is still owed."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api.accounts import Account
from api.addresses import inside
from api.request import COOKIE, second_required, service_of
from api.second_factors import begin_totp, factors_of
from api.sessions import digest_of, end_session, start_session
from api.sign_in_steps import LASTS, begin_step

STEP_COOKIE = "tabellion_step"
SECOND = "/sign-in/second"


def go_on(
    request: Request,
    connection: Connection,
    account: Account,
    *,
    to: str,
    second: bool = False,
    theirs: str | None = None,
) -> Response:
    """The answer to somebody who has shown the first factor; with `second` he has shown a second one too.

    Who must have a second factor and has none is given the key of an authenticator app, to set it up now.
    """
    archive = service_of(request).archive
    has = bool(factors_of(connection, account.id))
    if second or not (has or second_required(request, account.actor(), account.second_required)):
        answer: Response = RedirectResponse(inside(to), 303)
        enter(request, connection, answer, account, second=second, theirs=theirs)
        return answer
    if not has:
        begin_totp(archive, connection, account, "")
    value = begin_step(archive, connection, "second", account.id, {"to": inside(to), "theirs": theirs})
    answer = RedirectResponse(SECOND, 303)
    set_step(request, answer, value)
    return answer


def enter(
    request: Request,
    connection: Connection,
    answer: Response,
    account: Account,
    *,
    second: bool,
    theirs: str | None,
) -> None:
    """Begin a session and put its cookie on the answer; the session that the browser had before ends."""
    service = service_of(request)
    if earlier := request.cookies.get(COOKIE):
        end_session(connection, digest_of(earlier), service.archive.clock.now())
    value, _ = start_session(
        service.archive,
        connection,
        account,
        request.headers.get("user-agent", ""),
        service.options.session_length,
        second=second,
        theirs=theirs,
    )
    answer.delete_cookie(STEP_COOKIE, path="/sign-in")
    answer.set_cookie(
        COOKIE,
        value,
        httponly=True,
        samesite="lax",
        secure=service.options.secure_cookies,
        max_age=int(service.options.session_length.total_seconds()),
    )


def set_step(request: Request, answer: Response, value: str) -> None:
    """Put the cookie of a step on the answer; the sign-in pages alone get it back."""
    answer.set_cookie(
        STEP_COOKIE,
        value,
        httponly=True,
        samesite="lax",
        secure=service_of(request).options.secure_cookies,
        path="/sign-in",
        max_age=int(LASTS.total_seconds()),
    )
