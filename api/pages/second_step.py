"""`/sign-in/second`: the second factor after the password, or setting one up where it is required."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy import Connection

from api.accounts import Account, find_account
from api.pages.batch_acts import qr
from api.pages.entering import SECOND, STEP_COOKIE, enter
from api.pages.render import page
from api.passkeys import authentication_options, passkey_holds
from api.request import require_same_site, service_of
from api.second_factors import (
    WrongCode,
    check_tries,
    code_holds,
    confirm_totp,
    factors_of,
    subject_of,
    unconfirmed_totp,
)
from api.sessions import note_try
from api.sign_in_steps import Step, end_step, find_step
from api.site import passkey_site
from api.totp import address_of, grouped

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class _Owed:
    """Who has shown the first factor and owes the second."""

    step: Step
    account: Account


@router.get(SECOND)
def second_page(request: Request) -> Response:
    """The form for the code, with the app's key where it is to be set up first."""
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        owed = _owed(request, connection)
        return _again(request) if owed is None else _page(request, connection, owed, failed=False)


@router.post(SECOND)
def second(
    request: Request,
    code: Annotated[str, Form(max_length=100)] = "",
    credential: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """The session where the second factor holds, else the form again. Wrong ones are counted."""
    require_same_site(request)
    archive = service_of(request).archive
    address = request.client.host if request.client else ""
    with archive.catalogue.write() as connection:
        owed = _owed(request, connection)
        if owed is None:
            return _again(request)
        account, step, now = owed.account, owed.step, archive.clock.now()
        check_tries(connection, account.id, now)
        codes: list[str] = []
        if credential:
            site = passkey_site(request)
            holds = site is not None and passkey_holds(archive, connection, account, site, step, credential)
        elif factors_of(connection, account.id):
            holds = code_holds(archive, connection, account, code)
        else:
            holds, codes = _set_up(request, connection, account, code)
        note_try(connection, (subject_of(account.id), f"address:{address}"), now, succeeded=holds)
        if not holds:
            return _page(request, connection, owed, failed=True)
        end_step(connection, step)
        to = str(step.data.get("to", "/"))
        answer: Response = RedirectResponse(to, 303)
        if codes:
            context = {"codes": codes, "on": to}
            answer = page(request, "recovery_codes.html", context, actor=account.actor())
        enter(request, connection, answer, account, second=True, theirs=step.data.get("theirs"))
        return answer


def _owed(request: Request, connection: Connection) -> _Owed | None:
    value = request.cookies.get(STEP_COOKIE, "")
    step = find_step(service_of(request).archive, connection, "second", value)
    if step is None or step.account_id is None:
        return None
    account = find_account(connection, step.account_id)
    return _Owed(step, account) if account.active else None


def _set_up(request: Request, connection: Connection, account: Account, code: str) -> tuple[bool, list[str]]:
    archive = service_of(request).archive
    waiting = unconfirmed_totp(archive, connection, account)
    if waiting is None:
        return False, []
    try:
        return True, confirm_totp(archive, connection, account, waiting[0], code)
    except WrongCode:
        return False, []


def _page(request: Request, connection: Connection, owed: _Owed, *, failed: bool) -> Response:
    archive, account = service_of(request).archive, owed.account
    factors, site = factors_of(connection, account.id), passkey_site(request)
    waiting = None if factors else unconfirmed_totp(archive, connection, account)
    key = None if waiting is None else waiting[1]
    context = {
        "failed": failed,
        "key": key and grouped(key),
        "qr": key and qr(address_of(key, "Tabellion", account.name)),
        "app": any(factor.kind == "totp" for factor in factors),
        "options": site and authentication_options(archive, connection, account, site, owed.step),
    }
    return page(request, "second.html", context, status=403 if failed else 200)


def _again(request: Request) -> Response:
    """Too much time has passed, or the step was used: from the start."""
    return RedirectResponse("/sign-in", 303)
