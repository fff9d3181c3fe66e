"""Every setting, typed and explained: from the environment, then `tabellion.toml`, then the default."""

import os
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from tabellion.base.errors import SettingsError
from tabellion.limit_settings import LimitSettings
from tabellion.secret_files import is_well_known, with_files

FILE = "tabellion.toml"
PEOPLE = frozenset({"operator", "collector", "legal", "auditor", "registrar", "administrator"})
"""Roles of people; a station's works by token."""

LANGUAGES = ("pl", "it", "es", "en", "de", "ru", "he", "th")


class Settings(LimitSettings):
    """The settings of one installation; `tabellion config` prints the values in force."""

    model_config = SettingsConfigDict(
        env_prefix="TABELLION_", toml_file=FILE, frozen=True, use_attribute_docstrings=True, extra="ignore"
    )

    home: Path = Path("var")
    """The folder that holds everything the embedded mode keeps; `tabellion init` makes it."""
    database_url: SecretStr | None = None
    """Catalogue; default: SQLite in the home. `postgresql+psycopg://user:password@host/name` for a server."""
    database_url_file: Path | None = None
    """File that holds that URL, in the place of the setting."""
    database_password_file: Path | None = None
    """File with the password for a database URL that names a user and no password."""
    database_connections: int = Field(15, ge=2, le=200)
    """Connections to that server that one process opens at most; those of all processes together must fit what the
    server allows (`max_connections`)."""
    vault_url: str | None = None
    """Vault; default: a folder in the home. `file:///path` for a folder elsewhere, or a bucket with Object Lock:
    `s3://bucket?endpoint=https://host:port&region=NAME&ca=FILE` (region and ca where they are needed)."""
    vault_access_key: str | None = None
    """Access key of the object store."""
    vault_access_key_file: Path | None = None
    """File that holds that key, in the place of the setting."""
    vault_secret_key: SecretStr | None = None
    """Secret key of the object store."""
    vault_secret_key_file: Path | None = None
    """File that holds that key, in the place of the setting."""
    vault_lock: str = "compliance"
    """Mode of Object Lock: `compliance` (nobody can lift a lock) or `governance`, and `class=mode` for single classes
    of `deposits`, `packages`, `log`, `stamps`, `inventory`. A lock keeps the mode that it was begun with."""
    second_vault_url: str | None = None
    """Second vault, into which everything is copied and from which losses are repaired: `file:///path` or `s3://...`,
    on other disks than the first; none by default."""
    second_vault_access_key: str | None = None
    """Access key of the second vault's object store."""
    second_vault_access_key_file: Path | None = None
    """File that holds that key, in the place of the setting."""
    second_vault_secret_key: SecretStr | None = None
    """Secret key of the second vault's object store."""
    second_vault_secret_key_file: Path | None = None
    """File that holds that key, in the place of the setting."""
    search_url: SecretStr | None = None
    """Search index; default: tantivy in the home. `opensearch+https://user:password@host:9200/prefix?ca=FILE`."""
    search_url_file: Path | None = None
    """File that holds that URL, in the place of the setting."""
    search_password_file: Path | None = None
    """File with the password for a search URL that names a user and no password."""
    broker_url: SecretStr | None = None
    """Broker of the nudges; default: files in the home. `redis://:password@host:6379/0`, `amqp://user:password@host//`,
    or over TLS `rediss://...?ca=FILE`, `amqps://...?ca=FILE`."""
    broker_url_file: Path | None = None
    """File that holds that URL, in the place of the setting."""
    broker_password_file: Path | None = None
    """File with the password for a broker URL without one."""
    tsa_urls: str = "local"
    """Time-stamp authorities in order, separated by spaces; `local` is the test authority without legal value."""
    tsa_ca_file: Path | None = None
    """PEM file with the CA certificates that the authorities' certificates must chain to."""
    tsa_policies: str = ""
    """Policy OIDs that those authorities' tokens may name, separated by spaces."""
    tsa_file: Path | None = None
    """TOML file that describes authorities by URL: name, operator, CA, policies, class of time, revocation lists."""
    tsa_operators: int = Field(1, ge=1, le=5)
    """Of how many different operators each stamp gets a token, the first at once and the others as they come."""
    private_networks: str = ""
    """Private networks (CIDR, separated by spaces) in which revocation lists named by certificates are fetched, and
    a provider of sign-ins and receivers of webhooks may be."""
    witness_policy_file: Path | None = None
    """C2SP tlog-policy file with the witnesses (key and URL) that cosign checkpoints, and the quorum."""
    witness_minutes: float = Field(5.0, gt=0)
    """How often witnesses are shown the newest checkpoint at most."""
    algorithms_file: Path | None = None
    """JSON file of trusted algorithms with their sunsets; it can only tighten the list that is built in."""
    origin: str | None = None
    """The log's origin; default `localhost/<archive id>`. Fixed at `init`."""
    key_passphrase_file: Path | None = None
    """File with the passphrase that protects all keys; default: made by `init` in the home, mode 0600."""
    pkcs11_module: Path | None = None
    """PKCS#11 module in whose token new keys that sign are made; what is in files stays there until it is rotated."""
    pkcs11_token: str = ""
    """Label of that token."""
    pkcs11_pin_file: Path | None = None
    """File with the PIN of that token, mode 0600."""
    vault_encryption: bool = True
    """Whether objects are encrypted: `on` or `off`. Fixed at `init`."""
    languages: str = ",".join(LANGUAGES)
    """Languages that papers are written in (ISO 639-1), separated by commas."""
    pdfa: Literal["on-demand", "eager"] = "on-demand"
    """When searchable copies (PDF/A-2b) are made: when one is asked for, or of everything as it is read (`eager`)."""
    split_above: float = Field(0.9, ge=0.5)
    """How sure it must be that a new paper begins within a file for it to be cut at once; what is less sure is offered
    to a person. Above 1, everything is."""
    host: str = "127.0.0.1"
    """Address that the service listens on."""
    port: int = Field(8000, ge=0, le=65535)
    """Port that the service listens on."""
    workers: int = Field(0, ge=0, le=256)
    """Worker processes; 0: one a core."""
    zone: str = "Europe/Warsaw"
    """The archive's time zone, in which terms are computed and times are shown unless a user has another."""
    max_upload_bytes: int = Field(2 * 2**30, ge=1)
    """Largest file that is taken in."""
    max_pages: int = Field(2000, ge=1)
    """Largest number of pages that is read of one file; a longer one is kept and sealed, and marked as failed."""
    max_pixels: int = Field(60_000_000, ge=1_000_000)
    """Largest page picture that is decoded."""
    page_seconds: float = Field(60.0, gt=0)
    """Longest time that reading one page may take."""
    session_hours: float = Field(12.0, gt=0)
    """How long a session lasts without a new sign-in."""
    second_factor_roles: str = ""
    """Roles whose people must show a second factor, separated by spaces, such as `administrator auditor`."""
    public_url: str | None = None
    """Address under which people reach the service (`https://archive.example`): passkeys are bound to it, and a
    provider of sign-ins sends people back to it."""
    oidc_file: Path | None = None
    """TOML file that describes a provider of sign-ins (OpenID Connect): issuer, client, roles by its claims."""
    retention_days: int = Field(3650, ge=0)
    """How long originals are locked against deletion, in days from receipt."""
    fixity_days: int = Field(30, ge=0, le=3650)
    """Within how many days everything that is stored is read again and compared; 0: never."""
    fixity_rate: int = Field(16 * 2**20, ge=1024)
    """How many bytes a second that may read."""
    stamp_minutes: float = Field(60.0, gt=0)
    """How long a batch stamp stays open at most."""
    proxies: str = "127.0.0.1 ::1"
    """Addresses and networks (CIDR) of proxies, separated by spaces: whom they name in X-Forwarded-For, and the scheme
    in X-Forwarded-Proto, are believed. Nobody else is believed."""
    hosts: str = ""
    """Names, separated by spaces, under which the service answers, besides the host of `public_url` and loopback;
    empty: under any."""
    secure_cookies: bool = False
    """Whether cookies are sent over TLS only; required as soon as the service is not on loopback."""
    log_level: str = "INFO"
    """Least urgent messages that are logged: DEBUG, INFO, WARNING, ERROR."""
    url: str | None = None
    """Address of a running service: `ingest`, `search`, `show` and `verify` then go over REST."""
    token: SecretStr | None = None
    """API token for `url`."""
    token_file: Path | None = None
    """File that holds that token, in the place of the setting."""

    @model_validator(mode="before")
    @classmethod
    def _from_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        return with_files(values, cls.secrets())

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @classmethod
    def secrets(cls) -> frozenset[str]:
        """The settings that may lie in a file of their own."""
        return frozenset(name for name in cls.model_fields if f"{name}_file" in cls.model_fields)

    @cached_property
    def language_list(self) -> tuple[str, ...]:
        """The configured languages, in order."""
        return tuple(code.strip() for code in self.languages.split(",") if code.strip())

    @property
    def must_show_second(self) -> frozenset[str]:
        """The roles whose people must show a second factor."""
        return frozenset(self.second_factor_roles.split())

    @property
    def catalogue_address(self) -> str:
        """The SQLAlchemy URL of the catalogue."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home.absolute() / 'catalogue.db'}"

    @property
    def vault_folder(self) -> Path:
        """The folder of the vault."""
        if self.vault_url is None:
            return self.home / "vault"
        if not self.vault_url.startswith("file://"):
            raise SettingsError("TABELLION_VAULT_URL is neither a file:// nor an s3:// address")
        return Path(self.vault_url.removeprefix("file://"))

    @property
    def second_vault_folder(self) -> Path:
        """The folder of the second vault, where it is one."""
        if not (self.second_vault_url or "").startswith("file://"):
            raise SettingsError("TABELLION_SECOND_VAULT_URL is neither a file:// nor an s3:// address")
        return Path((self.second_vault_url or "").removeprefix("file://"))

    @property
    def passphrase_file(self) -> Path:
        """Where the passphrase of the keys lies."""
        return self.key_passphrase_file or self.home / "keys" / "passphrase"

    @property
    def own_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """The private networks that may be reached; raises SettingsError for what is no network."""
        try:
            return tuple(ip_network(each) for each in self.private_networks.split())
        except ValueError as error:
            raise SettingsError(f"TABELLION_PRIVATE_NETWORKS: {error}") from error

    @property
    def proxy_list(self) -> list[str]:
        """The proxies that are believed; raises SettingsError for what is no address or network."""
        try:
            return [str(ip_network(each)) for each in self.proxies.split()]
        except ValueError as error:
            raise SettingsError(f"TABELLION_PROXIES: {error}") from error

    @property
    def host_names(self) -> frozenset[str]:
        """The names under which the service answers; none: under any."""
        names = [*self.hosts.split(), urlsplit(self.public_url or "").hostname or ""]
        return frozenset(name.lower() for name in names if name) if self.hosts.strip() else frozenset()

    @property
    def embedded(self) -> bool:
        """Whether everything lies in the home: no server of others is used."""
        return self.database_url is None and self.broker_url is None and self.vault_url is None

    @property
    def address(self) -> str:
        """Where people open the service, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.url or self.public_url or f"http://{host}:{self.port}").rstrip("/")

    def check(self) -> None:
        """Refuse what is unsafe outside the embedded mode; raises SettingsError that says what to do."""
        if not self.embedded and self.key_passphrase_file is None:
            raise SettingsError(
                "the keys' passphrase lies beside the keys, which only the embedded mode allows",
                advice="Put a passphrase of your own into a file outside TABELLION_HOME (mode 0600) and name it "
                "in TABELLION_KEY_PASSPHRASE_FILE.",
            )
        for name in sorted(self.secrets()):
            value = getattr(self, name)
            if isinstance(value, SecretStr) and is_well_known(value.get_secret_value()):
                raise SettingsError(
                    f"TABELLION_{name.upper()} holds a password that everybody knows",
                    advice="Give the server a long, random one, as `openssl rand -base64 48` makes it.",
                )
        _ = self.proxy_list
        unknown_roles = self.must_show_second - PEOPLE
        if unknown_roles:
            raise SettingsError(
                f"TABELLION_SECOND_FACTOR_ROLES: {', '.join(sorted(unknown_roles))}",
                advice=f"Choose from {', '.join(sorted(PEOPLE))}.",
            )
        parts = urlsplit(self.public_url or "https://localhost")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise SettingsError(
                f"TABELLION_PUBLIC_URL {self.public_url!r} is not the address of a host",
                advice="Write it as https://archive.example, without a path.",
            )
        unknown = set(self.language_list) - set(LANGUAGES)
        if unknown or not self.language_list:
            raise SettingsError(
                f"TABELLION_LANGUAGES: {', '.join(sorted(unknown)) or 'empty'}",
                advice=f"Choose from {', '.join(LANGUAGES)}.",
            )

    def shown(self) -> list[dict[str, Any]]:
        """Name, value (secrets masked), source and explanation of every setting: the home first, limits last."""
        fields = type(self).model_fields
        file_names = set(TomlConfigSettingsSource(type(self))())
        return [
            {
                "name": f"TABELLION_{name.upper()}",
                "value": _masked(getattr(self, name)),
                "source": _source(name, file_names),
                "explanation": field.description or "",
            }
            for name, field in sorted(fields.items(), key=lambda item: item[0] in LimitSettings.model_fields)
        ]


def load_settings(**overrides: Any) -> Settings:
    """The settings in force; raises SettingsError that names what does not fit."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        # The values that were given are not repeated: some are secrets.
        wrong = "; ".join(_said(item["loc"], item["msg"]) for item in error.errors())
        raise SettingsError(wrong) from None


def _said(place: tuple[int | str, ...], message: str) -> str:
    if place:
        return f"TABELLION_{str(place[0]).upper()}: {message}"
    return message.removeprefix("Value error, ")


def _masked(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "********" if value.get_secret_value() else ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def _source(name: str, file_names: set[str]) -> str:
    set_here = {key.upper() for key in os.environ}
    setting = f"TABELLION_{name.upper()}"
    if setting in set_here:
        return "environment"
    if f"{setting}_FILE" in set_here or f"{name}_file" in file_names:
        return "secret file"
    return "file" if name in file_names else "default"
