"""A service whose broker is away: ready all the same, and it says so."""

from dataclasses import replace

import pytest

from tabellion.running.serving import make_service
from tabellion.settings import load_settings
from tests.tabellion.house import lived_in


@pytest.mark.parametrize(
    ("scheme", "error"), [("redis", "ConnectionError"), ("amqp", "ConnectionRefusedError")]
)
def test_a_broker_that_is_away_is_named(
    scheme: str, error: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lived_in(tmp_path_factory.mktemp("away")) as house:
        assert set(make_service(house.parts).health().values()) == {None}
        monkeypatch.setenv("TABELLION_BROKER_URL", f"{scheme}://user:hidden@127.0.0.1:1/0")
        settings = load_settings(home=house.terminal.home, languages="en,pl")
        found = make_service(replace(house.parts, settings=settings)).health()
        assert found["broker"] == f"takes no nudges: {error}"
        assert {problem for name, problem in found.items() if name != "broker"} == {None}
