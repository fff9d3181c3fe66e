"""`/me/second-factors`: one's own second factors by form; the rules are those of REST."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Request
from fastapi.responses import RedirectResponse, Response

from api.access import Action, Actor
from api.accounts import find_account
from api.pages.batch_acts import qr
from api.pages.people import checked
from api.pages.render import page
from api.request import Ask, service_of
from api.rest import factors as rest
from api.second_factors import WrongCode, unconfirmed_totp
from api.site import passkey_site
from api.totp import address_of, grouped

router = APIRouter(prefix="/me/second-factors", include_in_schema=False)
Me = Annotated[Actor, Depends(Ask(Action.ME))]
FactorId = Annotated[str, Path(max_length=36)]


@router.get("")
def show(request: Request, actor: Me) -> Response:
    """What there is, and what can be added."""
    context = {
        "held": rest.factors(request, actor),
        "passkeys": passkey_site(request) is not None,
        "zone": actor.zone,
    }
    return page(request, "second_factors.html", context, actor=actor)


@router.post("/totp")
def begin(request: Request, actor: Me, name: Annotated[str, Form(max_length=80)]) -> Response:
    """Begin with an authenticator app."""
    rest.add_totp(request, checked(lambda: rest.NewFactor(name=name)), actor)
    return RedirectResponse("/me/second-factors/totp", 303)


@router.get("/totp")
def key(request: Request, actor: Me) -> Response:
    """The key of the app that waits for its first code."""
    rest.fresh(request)
    return _key_page(request, actor, failed=False)


@router.post("/{factor_id}/confirm")
def confirm(
    request: Request, factor_id: FactorId, actor: Me, code: Annotated[str, Form(max_length=20)]
) -> Response:
    """The first code; the recovery codes where these are the first ones."""
    body = checked(lambda: rest.Code(code=code.ljust(6)))
    try:
        made = rest.confirm(request, factor_id, body, actor)
    except WrongCode:
        return _key_page(request, actor, failed=True)
    return _codes(request, actor, made)


@router.post("/passkey")
def passkey(
    request: Request,
    actor: Me,
    name: Annotated[str, Form(max_length=80)],
    credential: Annotated[str, Form(max_length=20_000)],
) -> Response:
    """The passkey that the browser made for the page's script."""
    body = checked(lambda: rest.NewPasskey(name=name, credential=credential))
    return _codes(request, actor, rest.add_passkey(request, body, actor))


@router.post("/{factor_id}/remove")
def remove(request: Request, factor_id: FactorId, actor: Me) -> Response:
    """Remove one."""
    rest.remove(request, factor_id, actor)
    return RedirectResponse("/me/second-factors", 303)


@router.post("/recovery-codes")
def codes(request: Request, actor: Me) -> Response:
    """A new set; it is on this page and nowhere else."""
    return _codes(request, actor, rest.renew_codes(request, actor))


def _codes(request: Request, actor: Actor, made: rest.Codes) -> Response:
    if not made.recovery_codes:
        return RedirectResponse("/me/second-factors", 303)
    context = {"codes": made.recovery_codes, "on": "/me/second-factors"}
    return page(request, "recovery_codes.html", context, actor=actor)


def _key_page(request: Request, actor: Actor, *, failed: bool) -> Response:
    archive = service_of(request).archive
    with archive.catalogue.read() as connection:
        waiting = unconfirmed_totp(archive, connection, find_account(connection, actor.account_id))
    if waiting is None:
        return RedirectResponse("/me/second-factors", 303)
    factor_id, secret = waiting
    context = {
        "factor": factor_id,
        "failed": failed,
        "key": grouped(secret),
        "qr": qr(address_of(secret, "Tabellion", actor.name)),
    }
    return page(request, "totp.html", context, actor=actor, status=403 if failed else 200)
