"""The description of a provider of sign-ins: what stands in the file, and what is refused in it."""

from pathlib import Path

import pytest

from tabellion.base.clock import ManualClock
from tabellion.base.errors import SettingsError
from tabellion.provider import make_provider, read_description
from tabellion.settings import load_settings

LEAST = 'name = "House"\nissuer = "https://id.example"\nclient_id = "tabellion"\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "provider.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_least_of_it(tmp_path: Path) -> None:
    found = read_description(written(tmp_path, LEAST))
    assert (found.name, found.issuer, found.client_secret) == ("House", "https://id.example", None)
    assert not found.create_accounts
    assert found.mapped == frozenset()


def test_all_of_it(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hush\n")
    text = (
        LEAST + 'client_secret_file = "secret"\nalgorithms = ["ES256"]\ncreate_accounts = true\n'
        'roles_claim = "teams"\n[roles]\nstaff = ["collector", "legal"]\n[second_factor]\namr = ["otp"]\n'
    )
    found = read_description(written(tmp_path, text))
    assert (found.client_secret, found.algorithms, found.create_accounts) == ("hush", ("ES256",), True)
    assert found.roles == {"staff": frozenset({"collector", "legal"})}
    assert found.second_factor_amr == frozenset({"otp"})
    assert "hush" not in repr(found)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "issuer"),
        ("x = [", "provider.toml"),
        (LEAST + "secret = 3\n", "secret"),
        (LEAST.replace("https", "http"), "https"),
        (LEAST.replace("https://id.example", "ftp://id.example"), "https"),
        (LEAST + 'algorithms = ["none"]\n', "none"),
        (LEAST + 'algorithms = ["HS256"]\n', "HS256"),
        (LEAST + "algorithms = []\n", "algorithms"),
        (LEAST + 'scope = "profile"\n', "openid"),
        (LEAST + '[roles]\nstaff = ["king"]\n', "king"),
        (LEAST + '[roles]\nstaff = ["station"]\n', "station"),
        (LEAST + 'client_secret_file = "nowhere"\n', "nowhere"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        read_description(written(tmp_path, text))


def test_without_a_file_there_is_none(tmp_path: Path) -> None:
    clock = ManualClock()
    assert make_provider(load_settings(home=tmp_path), clock) is None
    settings = load_settings(home=tmp_path, oidc_file=written(tmp_path, LEAST))
    made = make_provider(settings, clock)
    assert made is not None and made.description.name == "House"
    wrong = load_settings(home=tmp_path, oidc_file=settings.oidc_file, private_networks="everywhere")
    with pytest.raises(SettingsError, match="PRIVATE_NETWORKS"):
        make_provider(wrong, clock)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"second_factor_roles": "administrator king"}, "king"),
        ({"public_url": "archive.example"}, "PUBLIC_URL"),
        ({"public_url": "https://archive.example/tabellion"}, "PUBLIC_URL"),
    ],
)
def test_settings_that_do_not_fit_are_refused(tmp_path: Path, given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        load_settings(home=tmp_path, **given).check()
    load_settings(
        home=tmp_path, second_factor_roles="administrator legal", public_url="https://archive.example"
    ).check()
