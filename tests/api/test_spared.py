"""A part that is not needed: /readyz, /metrics and Operations show it, and the service is ready without it."""

import re
from dataclasses import replace

import pytest

from api.service import SPARED, Service
from tests.api.pages.reading import see
from tests.api.support import House, good


@pytest.fixture
def service(service: Service) -> Service:
    """Everything answers but what is not needed."""
    return replace(
        service,
        health=lambda: {"catalogue": None} | dict.fromkeys(SPARED, "takes no nudges: ConnectionError"),
    )


def test_the_service_is_ready_without_it(house: House) -> None:
    assert house.stranger().get("/readyz").text == "ready\n"
    assert good(house.client("operator").get("/readyz"), 200) == {
        "ready": True,
        "parts": {"catalogue": "ok", "broker": "takes no nudges: ConnectionError"},
        "seconds": {},
    }


def test_no_alarm_calls_it_missing_that_wakes_somebody(house: House) -> None:
    text = house.client("administrator").get("/metrics").text
    assert re.findall(r"tabellion_(?:spared_)?ready\{.*", text) == [
        'tabellion_ready{part="catalogue"} 1',
        'tabellion_spared_ready{part="broker"} 0',
    ]


def test_operations_names_it_and_says_that_work_goes_on(house: House) -> None:
    page = see(house.client("administrator"), "/operations")
    assert "1 part is not as it should be." in page
    assert re.search(
        r"Broker: tells workers at once Work goes on without it, [^.]*\. It takes no messages: ConnectionError\.",
        page,
    )
