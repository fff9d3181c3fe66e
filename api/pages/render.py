"""Renders templates: escaped by default, in the reader's language, with the frame that every page has."""

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse, StreamingResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from api.access import Action, Actor
from api.languages import offered_languages
from api.pages import troubles, verdicts, words
from api.pages.texts import Speaker, choose_language, translations
from api.pages.words import N_
from api.request import service_of
from api.site import origin_of
from api.tray import Tray, tray_of

TRAY_ON = ("search", "debtors")
"""The entries of the rail on whose pages the tray lies."""

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "static"

# The rail: address, text, the action that shows it, and the name by which a page says where it stands.
RAIL = (
    ("search", "/search", N_("Search"), Action.SEARCH),
    ("debtors", "/debtors", N_("Debtors"), Action.REGISTRY_READ),
    ("review", "/review", N_("Review"), Action.LINK),
    ("batches", "/batches", N_("Batches"), Action.BATCH_READ),
    ("matters", "/matters", N_("Matters"), Action.MATTER_READ),
    ("reports", "/reports", N_("Reports"), Action.REPORTS),
    ("evidence", "/evidence", N_("Evidence"), Action.LOG_READ),
    ("operations", "/operations", N_("Operations"), Action.OPERATIONS),
)


@cache
def environment(language: str) -> Environment:
    """The Jinja environment of a language."""
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    made.globals["asset"] = asset
    made.globals["words"] = words
    made.globals["troubles"] = troubles
    made.globals["verdicts"] = verdicts
    made.policies["ext.i18n.trimmed"] = True
    return made


@cache
def edition() -> str:
    """The digest of all static files: one for all, so that modules can import each other by relative address."""
    digest = hashlib.sha256()
    for file in sorted(found for found in STATIC.rglob("*") if found.is_file()):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def asset(name: str) -> str:
    """The address of a static file, with the digest of all of them in it, so that it can be cached for ever."""
    if not (STATIC / name).is_file():
        raise FileNotFoundError(name)
    return f"/static/{edition()}/{name}"


def speaker_of(request: Request, actor: Actor | None) -> Speaker:
    """The language and zone of whoever is behind the request."""
    language = choose_language(
        request.query_params.get("lang") or (actor.locale if actor else None),
        request.headers.get("accept-language", ""),
    )
    zone = ZoneInfo(actor.zone) if actor and actor.zone else service_of(request).options.zone
    return Speaker(language, zone)


def page(
    request: Request,
    template: str,
    context: Mapping[str, Any],
    *,
    actor: Actor | None = None,
    here: str = "",
    status: int = 200,
) -> HTMLResponse:
    """A page of the frame; `here` names the entry of the rail that it belongs to."""
    text = fragment(request, template, _framed(request, context, actor, here), actor=actor)
    return HTMLResponse(text, status, headers=_headers(request, actor))


def streamed_page(
    request: Request, template: str, context: Mapping[str, Any], *, actor: Actor, here: str = ""
) -> StreamingResponse:
    """A page that is sent as it is rendered: what its context yields is seen as soon as it is there."""
    made, variables = _template(request, template, _framed(request, context, actor, here), actor)
    return StreamingResponse(
        made.generate(**variables), media_type="text/html", headers=_headers(request, actor)
    )


def _framed(
    request: Request, context: Mapping[str, Any], actor: Actor | None, here: str
) -> Mapping[str, Any]:
    """The context with what every page of the frame needs."""
    return {
        "here": here,
        "rail": [entry for entry in RAIL if actor is not None and actor.may(entry[3])],
        "languages": offered_languages(speaker_of(request, actor).language),
        "request_path": request.url.path,
        "origin_address": origin_of(request) or "https://…",
        "query": request.query_params.get("q", ""),
        "tray": _tray(request, actor) if here in TRAY_ON else None,
        "here_address": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        **context,
    }


def _headers(request: Request, actor: Actor | None) -> dict[str, str]:
    return {"Content-Language": speaker_of(request, actor).language, "Vary": "Accept-Language"}


def _tray(request: Request, actor: Actor | None) -> Tray | None:
    if actor is None or not actor.may(Action.MATTER_WRITE):
        return None
    with service_of(request).archive.catalogue.read() as connection:
        return tray_of(connection, actor)


def fragment(
    request: Request, template: str, context: Mapping[str, Any], *, actor: Actor | None = None
) -> str:
    """A rendered template without the frame's own variables: a part that a page fetches anew."""
    made, variables = _template(request, template, context, actor)
    return made.render(**variables)


def _template(
    request: Request, name: str, context: Mapping[str, Any], actor: Actor | None
) -> tuple[Template, Mapping[str, Any]]:
    """The template in the reader's language, and all variables that it is given."""
    speaker = speaker_of(request, actor)
    session = getattr(request.state, "session", None)
    return environment(speaker.language).get_template(name), {
        **context,
        "say": speaker,
        "actor": actor,
        "csrf": session.csrf if session else "",
        "test_authority": service_of(request).options.test_authority,
    }
