"""What pages say of those outside: witnesses that saw the log, authorities that prove the time, what they refused."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from archive.catalogue import schema as t
from archive.stamp_asks import Asked, note_ask
from tests.api.pages.reading import do, read_paper, see
from tests.api.support import House, good
from tests.api.test_log import cosigned


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


class TestWitnesses:
    def test_the_panel_and_the_auditors_page_name_them(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["one"])
        auditor = house.client("auditor")
        assert "Witnesses: none. Nobody outside has seen this log" in see(auditor, "/evidence")
        panel = f"/documents/{document}"
        assert "Seen outside by: nobody." in see(auditor, panel, tab="evidence")
        house.settle()
        cosigned(house, "one.example/w")
        cosigned(house, "two.example/w")
        text = see(auditor, "/evidence")
        assert "Witnesses: one.example/w, two.example/w." in text
        assert "one.example/w has seen" in text
        assert "Seen outside by: one.example/w, two.example/w." in see(auditor, panel, tab="evidence")
        (deposit,) = good(auditor.get(f"/api/v1/documents/{document}/evidence"))["deposits"]
        assert deposit["witnesses"] == ["one.example/w", "two.example/w"]

    def test_one_that_does_not_cosign_is_told_with_its_reason(self, house: House) -> None:
        now = house.archive.clock.now()
        with house.archive.catalogue.write() as connection:
            row = {"name": "w.example", "size": 3, "asked_at": now, "failure": "it answered 422: no"}
            connection.execute(insert(t.witnesses).values(row))
        assert "Witnesses: none has cosigned yet. w.example did not cosign: it answered 422: no." in see(
            house.client("auditor"), "/evidence"
        )
        text = see(house.client("administrator"), "/operations")
        assert "w.example it answered 422: no has never answered" in text


class TestAuthorities:
    def test_all_that_prove_the_time_are_named(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["one"])
        house.keeper.stamp()
        auditor = house.client("auditor")
        panel = f"/documents/{document}"
        assert "Proved as well by" not in see(auditor, panel, tab="evidence")
        with house.archive.catalogue.write() as connection:
            stamp = connection.execute(select(t.stamps).where(t.stamps.c.token.is_not(None))).one()
            later = stamp.gen_time + timedelta(minutes=1)
            connection.execute(
                insert(t.stamp_tokens).values(
                    stamp_id=stamp.id,
                    place=2,
                    token=b"token",
                    authority="Example S.A.",
                    time_class="qualified",
                    gen_time=later,
                    verified_at=later,
                )
            )
        assert "Proved as well by Example S.A." in see(auditor, panel, tab="evidence")
        assert "Outside time proof since" in see(auditor, "/evidence")
        (deposit,) = good(auditor.get(f"/api/v1/documents/{document}/evidence"))["deposits"]
        assert deposit["authorities"] == [stamp.authority, "Example S.A."]

    def test_a_refusal_waits_until_somebody_has_looked(self, house: House, north: str) -> None:
        read_paper(house, north, ["one"])
        house.keeper.stamp()
        with house.archive.catalogue.write() as connection:
            stamp = connection.scalar(select(t.stamps.c.id))
            now = house.archive.clock.now()
            note_ask(connection, stamp, "Example S.A.", Asked(1, refused=True), "TOKEN_POLICY", now)
            connection.execute(update(t.stamps).values(failure=None))
        administrator = house.client("administrator")
        assert "tabellion_token_refusals 1\n" in administrator.get("/metrics").text
        text = see(administrator, "/operations")
        assert "Refused time-stamps" in text
        assert "stamp 1 Example S.A. TOKEN_POLICY" in text
        assert "another authority has stamped it" in text
        do(administrator, "/operations/refusals")
        assert "Refused time-stamps" not in see(administrator, "/operations")
