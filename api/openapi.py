"""The OpenAPI document: what FastAPI derives from the routes, with our errors, ways to sign in, and what the gate asks.

FastAPI describes its own answer to a wrong request (422); here that is a 400 like every other wrong request.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from fastapi import FastAPI

from api.access import Action
from api.problems import Problem

SECURITY = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token (`tab_…`), made at `POST /api/v1/me/tokens` or by `tabellion users token`.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "tabellion_session",
        "description": "A browser's session; what changes something also carries `X-CSRF-Token`.",
    },
}
ERRORS = {
    "400": "The request's words are off.",
    "401": "Nobody is signed in.",
    "404": "There is no such thing, or not for you: both are answered alike.",
    "408": "The body came too slowly, or not to its end.",
    "409": "It contradicts what is there (VERSION_MOVED: it changed since it was looked at).",
    "413": "Too large.",
    "429": "Too much in too short a time: `Retry-After` says when to come again.",
    "503": "A part does not answer; nothing was done.",
}
_TEXT = {"type": "string"}
RECEIPT = {
    "type": "object",
    "description": "RFC 8785 JSON with an Ed25519 `signature` over the object without it (docs/evidence.md).",
    "required": ["$schema", "archive", "origin", "signature"],
    "properties": dict.fromkeys(("$schema", "archive", "origin", "key", "signature"), _TEXT),
    "additionalProperties": True,
}
_ALWAYS = ("400", "429", "503")
_METHODS = ("get", "post", "put", "patch", "delete")
_FOREIGN = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI, actions: Iterable[tuple[str, str, frozenset[Action]]]) -> dict[str, Any]:
    """The document of an application; `actions` are method, path template and what the route asks the gate."""
    document: dict[str, Any] = app.openapi()
    asked = {(method.lower(), _template(path)): wanted for method, path, wanted in actions}
    document["info"]["description"] = (
        "Receives, seals, reads and finds papers. Errors are RFC 9457 problems with a stable `code` (docs/errors.md);"
        " lists are paged by `cursor` and `next`; what is accepted and not yet done is 202 with a `Location`."
    )
    components = document.setdefault("components", {})
    components["securitySchemes"] = SECURITY
    schemas = components.setdefault("schemas", {})
    for name in _FOREIGN:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas["Receipt"] = RECEIPT
    for path, method, operation in operations(document):
        _describe(operation, method, asked.get((method, path), frozenset()))
    return document


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of each in a document."""
    for path, item in document["paths"].items():
        for method in _METHODS:
            if method in item:
                yield path, method, item[method]


def _describe(operation: dict[str, Any], method: str, asked: frozenset[Action]) -> None:
    answers = operation["responses"]
    answers.pop("422", None)
    wanted = list(_ALWAYS)
    if asked:
        operation["security"] = [{"token": []}, {"session": []}]
        operation["x-tabellion-actions"] = sorted(asked)
        wanted += ["401", "404"]
    else:
        operation["security"] = []
    if method != "get":
        wanted += ["408", "409", "413"]
    refusals = {status for status in answers if status[0] in "45"}
    for status in sorted({*wanted, *refusals}):
        if "content" in answers.get(status, {}):
            continue  # it is no problem, but an answer of its own, as of a part that is not ready
        answers[status] = {
            "description": ERRORS.get(status) or answers[status]["description"],
            "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }


def _template(path: str) -> str:
    """A path as OpenAPI writes it: without the convertors of the router."""
    return path.replace(":path}", "}")
