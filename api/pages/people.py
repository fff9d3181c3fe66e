"""`/operations/accounts`: who there is, and what administrators change of it; the rules are those of REST."""

from collections.abc import Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Form, Path, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, ValidationError

from api.access import Action, Actor
from api.accounts import list_accounts
from api.pages.render import page
from api.request import Ask, service_of
from api.rest import accounts as rest
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


def _back() -> Response:
    return RedirectResponse("/operations/accounts", 303)
