"""/metrics: the text format, queues with their age, failures by code, and a token that may do nothing else."""

import re

from api.exposition import Family, exposed
from tests.api.support import House, problem

SAMPLE = re.compile(r'[a-z_]+(\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\})? -?[0-9.e+-]+')


def test_the_format() -> None:
    family = Family("tabellion_failures", "By\nreason.").add(2, code='a"b\\c\nd').add(0.25)
    assert exposed([family, Family("tabellion_nothing", "Left out.")]) == (
        "# HELP tabellion_failures By\\nreason.\n"
        "# TYPE tabellion_failures gauge\n"
        'tabellion_failures{code="a\\"b\\\\c\\nd"} 2\n'
        "tabellion_failures 0.25\n"
    )


def test_what_is_watched(house: House) -> None:
    operator = house.client("operator")
    house.hand_in(operator)
    house.settle()
    house.hand_in(operator)
    house.clock.advance(seconds=90)
    answer = house.client("administrator").get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = answer.text
    for line in text.splitlines():
        assert line.startswith("# ") or SAMPLE.fullmatch(line), line
    assert 'tabellion_queue_length{queue="read"} 1\n' in text
    assert 'tabellion_queue_age_seconds{queue="read"} 90\n' in text
    assert 'tabellion_readings_total{outcome="READ"} 1\n' in text
    assert 'tabellion_searchable_seconds{quantile="0.95"}' in text
    for stage in ("waiting", "reading", "indexing"):
        assert f'tabellion_stage_seconds{{stage="{stage}",quantile="0.5"}}' in text
    assert 'tabellion_ready{part="catalogue"} 1\n' in text
    assert 'tabellion_ready{part="keeper"} 0\n' in text
    assert "tabellion_stamp_lag_seconds" in text
    assert "tabellion_inventory_coverage" in text


def test_a_file_that_cannot_be_read_is_counted_by_its_code(house: House) -> None:
    house.client("operator").post(
        "/api/v1/deposits", params={"name": "x.pdf"}, content=b"%PDF-1.7 not much of one"
    )
    house.settle()
    text = house.client("administrator").get("/metrics").text
    assert re.search(r'tabellion_failures\{code="[A-Z_]+"\} 1\n', text)


def test_a_token_of_its_own_may_do_nothing_else(house: House) -> None:
    client = house.client_of(house.account("administrator"), "metrics.read")
    assert client.get("/metrics").status_code == 200
    problem(client.get("/api/v1/work"), 404, "NOT_FOUND")
    problem(house.client("operator").get("/metrics"), 404, "NOT_FOUND")
