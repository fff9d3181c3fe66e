"""Reads the file that describes time-stamp authorities: where each is, who runs it, and what is pinned of it."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from cryptography import x509
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from signing.authority import POLICY
from signing.timestamp import TimestampTrust
from tabellion.base.errors import SettingsError

TimeClass = Literal["test", "ordinary", "qualified", "unknown"]
_OID = r"^[0-2](\.(0|[1-9][0-9]*))+$"


@dataclass(frozen=True, slots=True)
class Described:
    """An authority as its user describes it; `revocation` are addresses or absolute paths of revocation lists."""

    url: str
    operator: str
    trust: TimestampTrust
    revocation: tuple[str, ...] = ()


class _Authority(BaseModel):
    """One `[[authority]]` of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    url: str = Field(pattern=r"^https?://\S+$")
    ca: Path
    policies: list[Annotated[str, Field(pattern=_OID)]] = Field(min_length=1)
    operator: str | None = Field(None, min_length=1, max_length=200)
    time_class: TimeClass | None = None
    max_accuracy_ms: int = Field(1000, ge=1)
    revocation: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    authority: list[_Authority]


def read_authorities(path: Path) -> tuple[Described, ...]:
    """The authorities of the file, in its order; raises SettingsError. Paths in it are relative to its folder."""
    try:
        found = _File.model_validate(tomllib.loads(path.read_text("utf-8"))).authority
    except (OSError, ValueError) as error:
        what = _first(error) if isinstance(error, ValidationError) else str(error)
        raise SettingsError(f"TABELLION_TSA_FILE {path} cannot be read: {what}") from error
    for field in ("name", "url"):
        values = [getattr(each, field) for each in found]
        if len(set(values)) != len(values):
            raise SettingsError(f"TABELLION_TSA_FILE {path} has a {field} twice")
    return tuple(_described(each, path.parent) for each in found)


def default_time_class(policies: frozenset[str]) -> TimeClass:
    """What a time of the authority is worth where nobody says so: who signs under the test policy is a test authority.

    So `tabellion tsa` is not taken for an outsider only because its class was not configured.
    """
    return "test" if POLICY in policies else "ordinary"


def read_anchors(path: Path) -> tuple[x509.Certificate, ...]:
    """The CA certificates of a PEM file, at least one; raises SettingsError."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise SettingsError(f"the CA certificates in {path} cannot be read: {error}") from error


def _described(each: _Authority, folder: Path) -> Described:
    trust = TimestampTrust(
        authority=each.name,
        time_class=each.time_class or default_time_class(frozenset(each.policies)),
        anchors=read_anchors(folder / each.ca),
        policies=frozenset(each.policies),
        max_accuracy=timedelta(milliseconds=each.max_accuracy_ms),
    )
    sources = (one if "://" in one else str(folder.absolute() / one) for one in each.revocation)
    return Described(each.url, each.operator or each.name, trust, tuple(sources))


def _first(error: ValidationError) -> str:
    wrong = error.errors()[0]
    return f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
