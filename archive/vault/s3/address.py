"""Where the object store is, with whose keys it is asked, and how originals are locked in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tabellion.base.errors import SettingsError

COMPLIANCE, GOVERNANCE = "COMPLIANCE", "GOVERNANCE"
CLASSES = frozenset({"deposits", "packages", "log", "stamps", "inventory"})
"""Classes of retention: the first parts of the names of what is ever locked."""

_SHAPE = "s3://bucket?endpoint=https://host:port&region=NAME&ca=FILE"
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A bucket of an object store, and the keys that open it."""

    bucket: str
    host: str
    secure: bool
    region: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    ca_file: Path | None = None


@dataclass(frozen=True, slots=True)
class LockModes:
    """The mode of Object Lock of each class of retention.

    COMPLIANCE: nobody can shorten or lift the lock before its end. GOVERNANCE: who has the permission
    `s3:BypassGovernanceRetention` can; the keys of the service must not have it (the probe tries).
    """

    default: str = COMPLIANCE
    classes: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> str:
        """The mode for an object of this name."""
        return self.classes.get(key.partition("/")[0], self.default)

    @property
    def used(self) -> tuple[str, ...]:
        """Every mode that is used, each once."""
        return tuple(sorted({self.default, *self.classes.values()}))


def parse_address(url: str, access_key: str, secret_key: str) -> Address:
    """The address that TABELLION_VAULT_URL means; raises SettingsError that shows the right shape."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    endpoint = urlsplit(query.pop("endpoint", "https://s3.amazonaws.com"))
    region, ca = query.pop("region", "us-east-1"), query.pop("ca", None)
    try:
        port = endpoint.port
    except ValueError:
        port = -1
    wrong = (
        parts.scheme != "s3"
        or not parts.netloc
        or parts.path not in ("", "/")
        or query
        or endpoint.scheme not in _DEFAULT_PORTS
        or not endpoint.hostname
        or port == -1
        or endpoint.username is not None
        or endpoint.path not in ("", "/")
    )
    if wrong:
        # The address is not shown: somebody may have written keys into it.
        raise SettingsError(
            "TABELLION_VAULT_URL is not the address of a bucket",
            advice=f"Write it as {_SHAPE}; the keys have settings of their own.",
        )
    if not access_key or not secret_key:
        raise SettingsError(
            "the object store of TABELLION_VAULT_URL needs keys",
            advice="Set TABELLION_VAULT_ACCESS_KEY and TABELLION_VAULT_SECRET_KEY.",
        )
    secure = endpoint.scheme == "https"
    return Address(
        parts.netloc,
        endpoint.netloc,
        secure,
        region,
        access_key,
        secret_key,
        None if ca is None else Path(ca),
    )


def parse_modes(text: str) -> LockModes:
    """The modes that TABELLION_VAULT_LOCK means: one word, and `class=mode` for what differs from it."""
    default, classes = COMPLIANCE, {}
    for word in text.split():
        name, sign, mode = word.rpartition("=")
        if mode.upper() not in (COMPLIANCE, GOVERNANCE) or (sign and name not in CLASSES):
            raise SettingsError(
                f"TABELLION_VAULT_LOCK: {word!r} is not a mode",
                advice="Write `compliance` or `governance`, and for single classes `class=mode`; classes are "
                f"{', '.join(sorted(CLASSES))}.",
            )
        if sign:
            classes[name] = mode.upper()
        else:
            default = mode.upper()
    return LockModes(default, classes)
