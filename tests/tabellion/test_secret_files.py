"""Secrets in files: each has that form, a file is used as it stands, and what everybody knows is refused."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from tabellion.base.errors import SettingsError
from tabellion.settings import Settings, load_settings
from tests.tabellion.terminal import Terminal

SECRET = "h+nter2/@:?h%nter2"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, without settings of the machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TABELLION_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def secret(here: Path) -> Path:
    """A file with a secret that an address must escape."""
    path = here / "secret"
    path.write_text(SECRET + "\n")
    return path


def test_every_secret_has_a_file_form() -> None:
    secrets = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
    assert secrets <= Settings.secrets()


@pytest.mark.parametrize("name", sorted(Settings.secrets()))
def test_a_secret_is_read_from_its_file(name: str, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"TABELLION_{name.upper()}_FILE", str(secret))
    value = getattr(load_settings(), name)
    assert (value.get_secret_value() if isinstance(value, SecretStr) else value) == SECRET


@pytest.mark.parametrize(
    ("part", "address", "full"),
    [
        ("database", "postgresql+psycopg://own@db:5432/x", "postgresql+psycopg://own:{}@db:5432/x"),
        (
            "search",
            "opensearch+https://own@s:9200/x?ca=/y.pem",
            "opensearch+https://own:{}@s:9200/x?ca=/y.pem",
        ),
        ("broker", "redis://broker:6379/0", "redis://:{}@broker:6379/0"),
        ("broker", "amqp://own@[::1]:5672//", "amqp://own:{}@[::1]:5672//"),
    ],
)
def test_a_password_is_put_into_its_address(part: str, address: str, full: str, secret: Path) -> None:
    settings = load_settings(**{f"{part}_url": address, f"{part}_password_file": secret})
    escaped = "h%2Bnter2%2F%40%3A%3Fh%25nter2"
    assert getattr(settings, f"{part}_url").get_secret_value() == full.format(escaped)


def test_the_catalogue_gets_the_password_as_it_stands_in_the_file(secret: Path) -> None:
    from sqlalchemy.engine import make_url

    settings = load_settings(
        database_url="postgresql+psycopg://own@db/x",
        database_password_file=secret,
        key_passphrase_file=secret,
    )
    assert make_url(settings.catalogue_address).password == SECRET


def test_config_masks_what_came_from_a_file_and_says_so(here: Path, secret: Path) -> None:
    environment = {
        "TABELLION_DATABASE_URL": "postgresql+psycopg://own@db/x",
        "TABELLION_DATABASE_PASSWORD_FILE": str(secret),
        "TABELLION_VAULT_SECRET_KEY_FILE": str(secret),
    }
    ran = Terminal(here).run("config", "--json", environment=environment)
    assert "nter2" not in ran.out + ran.err
    rows = {row["name"]: row for row in ran.json}
    assert rows["TABELLION_VAULT_SECRET_KEY"] | {"explanation": ""} == {
        "name": "TABELLION_VAULT_SECRET_KEY", "value": "********", "source": "secret file", "explanation": ""
    }  # fmt: skip
    assert rows["TABELLION_DATABASE_PASSWORD_FILE"]["value"] == str(secret)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": "x", "token_file": "secret"}, "TABELLION_TOKEN and TABELLION_TOKEN_FILE are both set"),
        ({"token_file": "absent"}, "TABELLION_TOKEN_FILE: absent cannot be read"),
        ({"token_file": "empty"}, "TABELLION_TOKEN_FILE: empty must hold one line"),
        ({"token_file": "two"}, "TABELLION_TOKEN_FILE: two must hold one line"),
        ({"broker_password_file": "secret"}, "TABELLION_BROKER_PASSWORD_FILE needs a TABELLION_BROKER_URL"),
        (
            {"broker_url": "redis://:other@b/0", "broker_password_file": "secret"},
            "TABELLION_BROKER_PASSWORD_FILE needs a TABELLION_BROKER_URL with a host and without a password",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(given: dict[str, str], said: str, secret: Path) -> None:
    (secret.parent / "empty").write_text("\n")
    (secret.parent / "two").write_text("a\nb\n")
    with pytest.raises(SettingsError, match=said) as refused:
        load_settings(**given)
    assert "nter2" not in str(refused.value) + str(refused.value.__cause__)


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"database_url": "postgresql+psycopg://tabellion:Tabellion@db/x"}, "DATABASE_URL"),
        ({"broker_url": "amqp://guest:guest@broker//"}, "BROKER_URL"),
        ({"search_url": "opensearch+https://admin:admin@s:9200"}, "SEARCH_URL"),
        ({"vault_secret_key": "minioadmin"}, "VAULT_SECRET_KEY"),
        ({"broker_url": "amqp://guest:guest@127.0.0.1//"}, None),
        ({"broker_url": "amqp://guest:guest@localhost//"}, None),
        ({"database_url": "postgresql+psycopg://tabellion@db/x"}, None),
        ({"database_url": "postgresql+psycopg://tabellion:kq2ZrTn0@db/x"}, None),
    ],
)
def test_secrets_that_everybody_knows_are_refused(
    given: dict[str, str], refused: str | None, here: Path
) -> None:
    settings = load_settings(**given, key_passphrase_file=here / "passphrase")
    if refused is None:
        settings.check()
        return
    with pytest.raises(SettingsError, match=f"TABELLION_{refused} holds a password that everybody knows"):
        settings.check()
