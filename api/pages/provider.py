"""`/sign-in/provider`: sign-in by a provider, there and back; works without JavaScript."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from api.addresses import inside
from api.identities import account_behind
from api.pages.entering import STEP_COOKIE, go_on, set_step
from api.pages.render import page
from api.provider import Provider, ProviderRefused
from api.provider.client import Asked
from api.request import service_of
from api.sessions import digest_of, end_their_sessions
from api.sign_in_steps import begin_step, take_step
from api.site import site_of
from tabellion.base.errors import NotFound, SettingsError

router = APIRouter(prefix="/sign-in/provider", include_in_schema=False)
Text = Annotated[str | None, Query(max_length=4000)]


@router.get("")
def leave(request: Request, to: Annotated[str, Query(max_length=2000)] = "/") -> Response:
    """To the provider; the step's cookie ties what comes back to this browser."""
    provider, back = _provider(request), _back(request)
    asked = Asked(*(secrets.token_urlsafe(32) for _ in range(3)))
    address = provider.address(asked, back)
    archive = service_of(request).archive
    data = {"to": inside(to), "state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier}
    with archive.catalogue.write() as connection:
        value = begin_step(archive, connection, "provider", None, data)
    answer = RedirectResponse(address, 303)
    set_step(request, answer, value)
    return answer


@router.get("/back")
def come_back(
    request: Request,
    state: Text = None,
    code: Text = None,
    error: Text = None,
    iss: Text = None,
) -> Response:
    """From the provider: a session, the second factor that is still owed, or the news that somebody must let one in."""
    provider, archive = _provider(request), service_of(request).archive
    with archive.catalogue.write() as connection:
        step = take_step(archive, connection, "provider", request.cookies.get(STEP_COOKIE, ""))
    if step is None:
        return RedirectResponse("/sign-in", 303)  # too late, sent twice, or begun in another browser
    asked = Asked(step.data["state"], step.data["nonce"], step.data["verifier"])
    if state is None or not secrets.compare_digest(state.encode(), asked.state.encode()):
        raise ProviderRefused("the answer belongs to another sign-in")
    if code is None or error is not None:
        raise ProviderRefused("the provider did not sign you in")
    claims = provider.claims(code, iss, asked, _back(request))
    with archive.catalogue.write() as connection:
        account = account_behind(archive, connection, claims, provider.description)
        if account is not None:
            theirs = claims.session and digest_of(f"{claims.issuer} {claims.session}")
            return go_on(
                request,
                connection,
                account,
                to=str(step.data["to"]),
                second=claims.second_factor,
                theirs=theirs or None,
            )
    context = {"name": claims.name, "provider": provider.description.name}
    return page(request, "waiting.html", context, status=403)


@router.get("/signed-out")
def signed_out(request: Request, iss: Text = None, sid: Text = None) -> Response:
    """The provider has ended its session (OpenID Connect Front-Channel Logout 1.0): ours that it began end too.

    It names the session by an identifier that nobody else knows; which ones there were, the answer does not say.
    """
    provider, archive = _provider(request), service_of(request).archive
    if sid is not None and iss == provider.description.issuer:
        with archive.catalogue.write() as connection:
            end_their_sessions(connection, digest_of(f"{iss} {sid}"), archive.clock.now())
    return Response(status_code=200)


def _provider(request: Request) -> Provider:
    provider = service_of(request).provider
    if provider is None:
        raise NotFound("nobody signs in by a provider here")
    return provider


def _back(request: Request) -> str:
    site = site_of(request)
    if site is None:
        raise SettingsError(
            "the provider cannot be told where to come back to",
            advice="Set TABELLION_PUBLIC_URL to the address under which people reach the service.",
        )
    return f"{site.origin}/sign-in/provider/back"
