"""Settings: their order, their explanations, what is masked and what is refused."""

from pathlib import Path

import pytest

from tabellion.base.errors import SettingsError
from tabellion.settings import Settings, load_settings
from tests.tabellion.terminal import Terminal


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to be in, without settings of the machine."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TABELLION_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_environment_is_before_the_file_and_the_file_before_the_default(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().port == 8000
    (here / "tabellion.toml").write_text('port = 8100\nlanguages = "de"\n')
    assert load_settings().port == 8100
    monkeypatch.setenv("TABELLION_PORT", "8200")
    assert (load_settings().port, load_settings().languages) == (8200, "de")
    rows = {
        row["name"]: row
        for row in Terminal(here).run("config", "--json", environment={"TABELLION_PORT": "8200"}).json
    }
    assert rows["TABELLION_PORT"]["source"] == "environment"
    assert rows["TABELLION_LANGUAGES"]["source"] == "file"
    assert rows["TABELLION_ZONE"]["source"] == "default"


def test_every_setting_is_explained(here: Path) -> None:
    rows = Terminal(here).run("config", "--json").json
    names = [row["name"] for row in rows]
    assert sorted(names) == sorted(f"TABELLION_{name.upper()}" for name in Settings.model_fields)
    assert names[0] == "TABELLION_HOME"
    assert all(row["explanation"].endswith((".", "`")) for row in rows), rows


def test_secrets_are_masked(here: Path) -> None:
    secret = "postgresql+psycopg://archive:hunter2hunter2@db/archive"
    ran = Terminal(here).run(
        "config", environment={"TABELLION_DATABASE_URL": secret, "TABELLION_TOKEN": "tab_hunter2hunter2"}
    )
    assert "hunter2" not in ran.out + ran.err
    assert ran.out.count("********") == 2


def test_the_default_passphrase_is_refused_outside_the_embedded_mode(here: Path) -> None:
    outside = {"TABELLION_DATABASE_URL": "postgresql+psycopg://archive@db/archive"}
    refused = Terminal(here / "home").run("init", code=2, environment=outside)
    assert refused.err.startswith("SETTINGS: the keys' passphrase lies beside the keys")
    assert not (here / "home").exists()
    load_settings(database_url=outside["TABELLION_DATABASE_URL"], key_passphrase_file=here / "p").check()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "70000", "TABELLION_PORT"),
        ("LANGUAGES", "pl,xx", "xx"),
        ("LANGUAGES", "", "empty"),
        ("VAULT_URL", "ftp://somewhere", "TABELLION_VAULT_URL"),
        ("MAX_PAGES", "none", "TABELLION_MAX_PAGES"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(here: Path, name: str, value: str, said: str) -> None:
    passphrase = {"TABELLION_KEY_PASSPHRASE_FILE": str(here / "passphrase")}
    ran = Terminal(here / "home").run("init", code=2, environment={f"TABELLION_{name}": value, **passphrase})
    assert ran.err.startswith("SETTINGS")
    assert said in ran.err


def test_settings_cannot_change_once_they_are_made(here: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]
    with pytest.raises(SettingsError):
        load_settings(port="x")
