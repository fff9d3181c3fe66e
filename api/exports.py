"""Packages of documents that somebody names himself, without a matter: who may order one, look at it, and have it."""

from collections.abc import Sequence

from sqlalchemy import Connection

from api import access
from api.access import Action, Actor
from api.creations import made_before, once
from api.events import record_access
from api.service import Service
from archive.archive import Archive
from archive.packages import Choice, Order, Package, find_package, order_package
from archive.packaging.shelf import find
from tabellion.base.errors import Conflict, Forbidden, NotFound

NO_PACKAGE = "there is no such package, or not for you"


def require_choices(connection: Connection, actor: Actor, choices: Sequence[Choice]) -> None:
    """Raise Forbidden unless every page that is chosen is open to the actor, and he may export at all."""
    access.require(actor, Action.EXPORT)
    opened = access.open_pages(connection, actor, [choice.document for choice in choices])
    for choice in choices:
        allowed = opened.get(choice.document)
        if allowed is None or not (
            all(map(allowed.page, choice.pages)) if choice.pages else allowed.complete
        ):
            raise Forbidden(access.NO_DOCUMENT)


def order_documents(service: Service, actor: Actor, order: Order, key: str | None) -> Package:
    """The package of an order, kept or on its way; the same Idempotency-Key gives the same package.

    Raises Forbidden, `KeyReused`, and what `order_package` raises.
    """
    archive, asked = service.archive, f"package {order!r}"
    with archive.catalogue.read() as connection:
        require_choices(connection, actor, order.choices)
        made = made_before(connection, actor, key, asked)
    if made is None:
        made = order_package(archive, order, actor.pseudonym, drawing=service.drawing).id
        with archive.catalogue.write() as connection:
            package = made
            made = once(archive, connection, actor, key, asked, lambda: package)
    service.nudge()
    return find_package(archive, made)


def find_exported(connection: Connection, actor: Actor, package_id: str) -> Package:
    """A package all of which is open to the actor; raises Forbidden for every other."""
    access.require(actor, Action.EXPORT)
    try:
        package = find(connection, package_id)
    except NotFound as error:
        raise Forbidden(NO_PACKAGE) from error
    try:
        # Of an erased package only its documents are known, and that they were in it.
        choices = tuple(map(Choice, package.documents)) if package.order is None else package.order.choices
        require_choices(connection, actor, choices)
    except Forbidden as error:
        raise Forbidden(NO_PACKAGE) from error
    return package


def take_out(archive: Archive, actor: Actor, package_id: str) -> Package:
    """A package that is about to be handed to the actor, which is an entry of the log. Raises Forbidden, Conflict."""
    with archive.catalogue.write() as connection:
        package = find_exported(connection, actor, package_id)
        if package.state != "ready":
            raise Conflict(
                f"the package is {package.state}", advice="Look at its state; it may just be made."
            )
        record_access(archive, connection, actor, "download", "package", package_id)
    return package
