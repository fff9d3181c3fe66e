"""`/operations/accounts`: who there is, and what administrators change of it; the rules are those of REST."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from api.access import Action, Actor
from api.accounts import find_account, list_accounts
from api.identities import identities_of, waiting
from api.pages.agents import browser
from api.pages.render import page
from api.request import Ask, second_required, service_of
from api.rest import account_access as access
from api.rest import accounts as rest
from api.rest import identities
from api.rest.me import SESSION_NAME
from api.second_factors import codes_left, factors_of, kinds_by_account
from archive.registry import list_portfolios
from tabellion.base.errors import BadRequest

router = APIRouter(prefix="/operations/accounts", include_in_schema=False)
Manager = Annotated[Actor, Depends(Ask(Action.ACCOUNTS))]
AccountId = Annotated[str, Path(max_length=36)]
M = TypeVar("M", bound=BaseModel)


@router.get("")
def show(request: Request, actor: Manager) -> Response:
    """All accounts by name, with their roles and scopes."""
    with service_of(request).archive.catalogue.read() as connection:
        context = {
            "accounts": list_accounts(connection),
            "portfolios": {f"portfolio:{row.id}": row.name for row in list_portfolios(connection)},
            "assignable": rest.ASSIGNABLE,
            "factors": kinds_by_account(connection),
            "waiting": waiting(connection),
        }
    return page(request, "accounts.html", context, actor=actor, here="operations")


@router.post("")
def add(
    request: Request,
    response: Response,
    actor: Manager,
    name: Annotated[str, Form(max_length=80)],
    password: Annotated[str, Form(max_length=1000)],
    role: Annotated[str, Form(max_length=20)],
    scope: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """A new account with a first role and, if one is named, a first scope."""
    body = checked(
        lambda: rest.AccountIn(name=name, password=password, roles=[role], scopes=[scope] if scope else [])
    )
    rest.create(request, response, body, actor)
    return _back()


@router.post("/{account_id}/rights")
def rights(
    request: Request,
    account_id: AccountId,
    actor: Manager,
    fact: Annotated[Literal["role", "scope"], Form()],
    value: Annotated[str, Form(max_length=60)],
    act: Annotated[Literal["give", "take"], Form()],
) -> Response:
    """Give or take back a role or a scope; it holds from the next request on."""
    match fact, act:
        case "role", "give":
            rest.give_role(request, account_id, checked(lambda: rest.RoleIn(role=value)), actor)
        case "role", _:
            rest.take_role(request, account_id, value, actor)
        case _, "give":
            rest.give_scope(request, account_id, checked(lambda: rest.ScopeIn(scope=value)), actor)
        case _:
            rest.take_scope(request, account_id, value, actor)
    return _back()


@router.get("/{account_id}")
def account(request: Request, account_id: AccountId, actor: Manager) -> Response:
    """How one of them comes in: second factors, sessions, tokens."""
    with service_of(request).archive.catalogue.read() as connection:
        found = find_account(connection, account_id)
        known_as = identities_of(connection, account_id)
        factors, left = factors_of(connection, account_id), codes_left(connection, account_id)
    context = {
        "account": found,
        "factors": factors,
        "codes_left": left,
        "required": second_required(request, found.actor(), found.second_required),
        "sessions": access.sessions(request, account_id, actor),
        "tokens": [one for one in access.tokens(request, account_id, actor) if one.revoked_at is None],
        "browser": browser,
        "known_as": known_as,
    }
    return page(request, "account.html", context, actor=actor, here="operations")


@router.post("/identities/{identity_id}")
def identity(
    request: Request,
    identity_id: Annotated[str, Path(max_length=36)],
    actor: Manager,
    act: Annotated[Literal["let_in", "forget"], Form()],
    account: Annotated[str, Form(max_length=36)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """Let somebody in whom a provider knows, to a new account or to this one; or refuse him."""
    if act == "forget":
        identities.forget(request, identity_id, actor)
        return _back()
    body = checked(lambda: identities.LetIn(account=account or None, roles=[role] if role else []))
    return _to(str(identities.let_in(request, identity_id, body, actor).account))


@router.post("/{account_id}/second-factor")
def second_factor(
    request: Request,
    account_id: AccountId,
    actor: Manager,
    want: Annotated[Literal["required", "optional", "reset"], Form()],
) -> Response:
    """Want a second factor of somebody, or no more, or take those away that he has lost."""
    if want == "reset":
        access.reset(request, account_id, actor)
    else:
        access.want_second(request, account_id, access.SecondFactorIn(required=want == "required"), actor)
    return _to(account_id)


@router.post("/{account_id}/sessions/end")
def end_sessions(
    request: Request,
    account_id: AccountId,
    actor: Manager,
    session: Annotated[str, Form(pattern=f"^([0-9a-f]{{{SESSION_NAME}}})?$")] = "",
) -> Response:
    """Sign somebody out: in one place, or everywhere."""
    if session:
        access.end_one(request, account_id, session, actor)
    else:
        access.end_sessions(request, account_id, actor)
    return _to(account_id)


@router.post("/{account_id}/tokens/{token_id}/withdraw")
def withdraw_token(
    request: Request, account_id: AccountId, token_id: Annotated[str, Path(max_length=36)], actor: Manager
) -> Response:
    """Withdraw a token of somebody."""
    access.withdraw_token(request, account_id, token_id, actor)
    return _to(account_id)


@router.post("/{account_id}/state")
def state(
    request: Request,
    account_id: AccountId,
    actor: Manager,
    state: Annotated[Literal["active", "disabled"], Form()],
) -> Response:
    """Disable an account, or let it in again."""
    rest.set_state(request, account_id, rest.StateIn(state=state), actor)
    return _back()


def checked(make: Callable[[], M]) -> M:
    """A body as REST would take it; raises BadRequest, which names the places and not the values."""
    try:
        return make()
    except ValidationError as error:
        places = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise BadRequest(places) from error


def _to(account_id: str) -> Response:
    return RedirectResponse(f"/operations/accounts/{account_id}", 303)


def _back() -> Response:
    return RedirectResponse("/operations/accounts", 303)
