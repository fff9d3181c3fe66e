"""/me/factors: one's own second factors; for people in a session, as no token changes how somebody signs in."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, status
from pydantic import Field

from api.access import Action, Actor
from api.accounts import find_account
from api.passkeys import register, registration_options
from api.request import Ask, second_required, service_of
from api.rest.common import Strict
from api.second_factors import (
    WrongCode,
    begin_totp,
    check_tries,
    codes_left,
    confirm_totp,
    factors_of,
    new_codes,
    remove_factor,
    subject_of,
)
from api.sessions import Session, note_try, strengthen_session
from api.site import Site, passkey_site
from api.totp import address_of, text_of
from tabellion.base.errors import Conflict, TabellionError

router = APIRouter(prefix="/me", tags=["me"])
Me = Annotated[Actor, Depends(Ask(Action.ME))]
FactorId = Annotated[str, Path(max_length=36)]
FRESH = timedelta(minutes=10)
LATELY: dict[int | str, dict[str, Any]] = {
    403: {"description": "SIGN_IN_AGAIN: it wants a session in a browser that began in the last ten minutes."}
}


class SignInAgain(TabellionError):
    """What changes how somebody signs in wants a sign-in of the last ten minutes, in a browser."""

    code = "SIGN_IN_AGAIN"
    status = 403
    exit_code = 1
    advice = "Sign out, sign in again and repeat it within ten minutes."


class FactorLine(Strict):
    """A second factor that counts."""

    id: str
    kind: str = Field(examples=["totp", "passkey"])
    name: str
    created_at: datetime
    used_at: datetime | None


class Factors(Strict):
    """One's second factors."""

    factors: list[FactorLine]
    recovery_codes_left: int
    required: bool = Field(description="Whether the account must have one.")


class NewFactor(Strict):
    """What to call it."""

    name: str = Field(min_length=1, max_length=80, examples=["phone"])


class TotpKey(Strict):
    """The key of an authenticator app; it counts once `confirm` was sent a code."""

    id: str
    key: str = Field(description="Base32.")
    address: str = Field(examples=["otpauth://totp/Tabellion%3Aanna.k?secret=..."])


class Code(Strict):
    """The code that the app shows now."""

    code: str = Field(min_length=6, max_length=20, examples=["287082"])


class Codes(Strict):
    """Recovery codes, each good for one sign-in; shown once. None where there is a set already."""

    recovery_codes: list[str]


class PasskeyOptions(Strict):
    """What `navigator.credentials.create` is given, as JSON."""

    options: str


class NewPasskey(NewFactor):
    """What the browser answered, as JSON."""

    credential: str = Field(max_length=20_000)


@router.get("/factors")
def factors(request: Request, actor: Me) -> Factors:
    """One's second factors, and how many recovery codes are left."""
    with service_of(request).archive.catalogue.read() as connection:
        account = find_account(connection, actor.account_id)
        return Factors(
            factors=[
                FactorLine(
                    id=one.id,
                    kind=one.kind,
                    name=one.name,
                    created_at=one.created_at,
                    used_at=one.used_at,
                )
                for one in factors_of(connection, account.id)
            ],
            recovery_codes_left=codes_left(connection, account.id),
            required=second_required(request, actor, account.second_required),
        )


@router.post("/factors/totp", status_code=status.HTTP_201_CREATED, responses=LATELY)
def add_totp(request: Request, body: NewFactor, actor: Me) -> TotpKey:
    """A key for an authenticator app."""
    fresh(request)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        account = find_account(connection, actor.account_id)
        factor_id, key = begin_totp(archive, connection, account, body.name)
    return TotpKey(id=factor_id, key=text_of(key), address=address_of(key, "Tabellion", account.name))


@router.post("/factors/{factor_id}/confirm", responses=LATELY)
def confirm(request: Request, factor_id: FactorId, body: Code, actor: Me) -> Codes:
    """The app shows the right code: it counts from now on. Wrong codes are counted."""
    session = fresh(request)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        account, now = find_account(connection, actor.account_id), archive.clock.now()
        check_tries(connection, account.id, now)
        wrong: WrongCode | None = None
        codes: list[str] = []
        try:
            codes = confirm_totp(archive, connection, account, factor_id, body.code)
            strengthen_session(connection, session.digest)
        except WrongCode as error:
            wrong = error
        note_try(connection, (subject_of(account.id),), now, succeeded=wrong is None)
    if wrong is not None:
        raise wrong
    return Codes(recovery_codes=codes)


@router.post("/factors/passkey/options", responses=LATELY)
def passkey_options(request: Request, actor: Me) -> PasskeyOptions:
    """The question to the browser; it holds for ten minutes."""
    fresh(request)
    site, archive = _site(request), service_of(request).archive
    with archive.catalogue.write() as connection:
        account = find_account(connection, actor.account_id)
        return PasskeyOptions(options=registration_options(archive, connection, account, site))


@router.post("/factors/passkey", status_code=status.HTTP_201_CREATED, responses=LATELY)
def add_passkey(request: Request, body: NewPasskey, actor: Me) -> Codes:
    """The passkey that the browser made; it counts from now on."""
    session = fresh(request)
    site, archive = _site(request), service_of(request).archive
    with archive.catalogue.write() as connection:
        account = find_account(connection, actor.account_id)
        codes = register(archive, connection, account, site, body.name, body.credential)
        strengthen_session(connection, session.digest)
    return Codes(recovery_codes=codes)


@router.delete("/factors/{factor_id}", status_code=status.HTTP_204_NO_CONTENT, responses=LATELY)
def remove(request: Request, factor_id: FactorId, actor: Me) -> None:
    """Remove a factor; the last one only where none is required."""
    fresh(request)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        account = find_account(connection, actor.account_id)
        required = second_required(request, actor, account.second_required)
        remove_factor(archive, connection, account, factor_id, required=required)


@router.post("/recovery-codes", responses=LATELY)
def renew_codes(request: Request, actor: Me) -> Codes:
    """A new set of recovery codes; those of before hold no more."""
    fresh(request)
    archive = service_of(request).archive
    with archive.catalogue.write() as connection:
        account = find_account(connection, actor.account_id)
        if not factors_of(connection, account.id):
            raise Conflict("there is no second factor that they could stand in for")
        return Codes(recovery_codes=new_codes(archive, connection, account))


def fresh(request: Request) -> Session:
    """The session behind the request, where it began lately; else raises SignInAgain."""
    session: Session | None = request.state.session
    if session is None or session.created_at + FRESH <= service_of(request).archive.clock.now():
        raise SignInAgain("that wants a sign-in of the last ten minutes")
    return session


def _site(request: Request) -> Site:
    site = passkey_site(request)
    if site is None:
        raise Conflict(
            "passkeys cannot be bound to this address",
            advice="Set TABELLION_PUBLIC_URL to the https address of the service, with a name.",
        )
    return site
