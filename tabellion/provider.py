"""The provider of sign-ins that TABELLION_OIDC_FILE describes, a TOML file."""

import tomllib
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.addresses import LOOPBACK
from api.provider import Description, Provider
from api.provider.description import ALGORITHMS, ALLOWED
from archive.outside import Outside
from tabellion.base.clock import Clock
from tabellion.base.errors import SettingsError
from tabellion.settings import PEOPLE, Settings

SECONDS = 10.0
Name = Annotated[str, Field(min_length=1, max_length=500)]


class _SecondFactor(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amr: list[Name] = []
    acr: list[Name] = []


class _File(BaseModel):
    """The file as it is written."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    issuer: Name
    client_id: Name
    client_secret_file: Path | None = None
    scope: Name = "openid profile"
    algorithms: list[str] = list(ALGORITHMS)
    name_claim: Name = "preferred_username"
    create_accounts: bool = False
    roles_claim: Name = "groups"
    roles: dict[str, list[str]] = {}
    second_factor: _SecondFactor = _SecondFactor()


def make_provider(settings: Settings, clock: Clock) -> Provider | None:
    """The provider, or None where no file describes one; raises SettingsError that names what does not fit."""
    if settings.oidc_file is None:
        return None
    description = read_description(settings.oidc_file)
    return Provider(description, Outside(SECONDS, public=True, networks=settings.own_networks), clock)


def read_description(path: Path) -> Description:
    """What the file says; the secret lies in a file of its own beside it. Raises SettingsError."""
    try:
        found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
        secret = None
        if found.client_secret_file is not None:
            secret = (path.parent / found.client_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: {wrong}") from error
    _check(path, found)
    return Description(
        name=found.name,
        issuer=found.issuer,
        client_id=found.client_id,
        client_secret=secret,
        scope=found.scope,
        algorithms=tuple(found.algorithms),
        name_claim=found.name_claim,
        create_accounts=found.create_accounts,
        roles_claim=found.roles_claim,
        roles={value: frozenset(roles) for value, roles in found.roles.items()},
        second_factor_amr=frozenset(found.second_factor.amr),
        second_factor_acr=frozenset(found.second_factor.acr),
    )


def _check(path: Path, found: _File) -> None:
    issuer = urlsplit(found.issuer)
    local = issuer.scheme == "http" and issuer.hostname in LOOPBACK
    if not (issuer.scheme == "https" or local) or not issuer.hostname or issuer.query or issuer.fragment:
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: the issuer must be an https address")
    if "openid" not in found.scope.split():
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: the scope must hold `openid`")
    if wrong := set(found.algorithms) - ALLOWED or not found.algorithms:
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: algorithms: {wrong}; choose from {sorted(ALLOWED)}")
    unknown = {role for roles in found.roles.values() for role in roles} - PEOPLE
    if unknown:
        raise SettingsError(f"TABELLION_OIDC_FILE {path}: there is no role {', '.join(sorted(unknown))}")
