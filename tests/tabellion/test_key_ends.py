"""The keys of an installation with their ends, for the page of operations and `keys list`."""

import pytest

from tabellion.base.clock import SystemClock
from tabellion.running.serving import make_service
from tests.tabellion.house import lived_in


def test_every_key_is_listed_with_its_end(tmp_path_factory: pytest.TempPathFactory) -> None:
    with lived_in(tmp_path_factory.mktemp("keys")) as house:
        chest, list_keys = house.parts.chest, make_service(house.parts).keys
        assert chest.seal is not None
        assert [(key.use, key.name, key.until, key.retired) for key in list_keys()] == [
            ("log", chest.log.key_id, None, False),
            ("receipt", chest.receipt.key_id, None, False),
            ("seal", chest.seal.signer.key_id, chest.seal.certificate.not_valid_after_utc, False),
            ("objects", chest.wrapper.keys[0].id, None, False),
            (
                "authority",
                "Tabellion local test authority",
                chest.authority.tsa_certificate.not_valid_after_utc,
                False,
            ),
        ]
        assert not any(key.ends_soon(SystemClock().now()) for key in list_keys())
        house.terminal.run("keys", "rotate")
        # A service that runs meanwhile shows what the key file has now.
        assert [key.retired for key in list_keys() if key.use == "objects"] == [False, True]
        listed = house.terminal.run("keys", "list", "--json").json
        assert [(row["use"], row["key"]) for row in listed] == [(key.use, key.name) for key in list_keys()]
        assert {row["use"] for row in listed if row["until"] is None} == {"log", "receipt", "objects"}
        assert "Tabellion local test authority" in house.terminal.run("keys", "list").out
