"""Reports: counts that add up, in scope, by day of the reader's zone; charts that say what the tables say."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import update

from api.pages.charts import HEIGHT, WIDTH, bars, line
from archive.catalogue.schema import documents, links, pages
from tests.api.pages.reading import markup, read_paper, see
from tests.api.support import House, problem


@pytest.fixture
def north(house: House) -> str:
    return house.portfolio("North")


def linked(house: House, document: str) -> None:
    with house.archive.catalogue.write() as connection:
        connection.execute(
            links.insert().values(
                link_id=house.archive.ids.new(),
                document_id=document,
                first_page=1,
                last_page=1,
                target_type="party",
                target_id=house.archive.ids.new(),
                role="debtor",
                score=1.0,
                basis="identifier",
                state="automatic",
                at=house.clock.now(),
            )
        )


class TestFigures:
    def test_they_are_those_of_the_papers(self, house: House, north: str) -> None:
        first = read_paper(house, north, ["first page"], ["second page"])
        read_paper(house, north, ["another letter"])
        house.hand_in(house.client("operator"), batch_name="Box 1", portfolio=north)
        linked(house, first)
        with house.archive.catalogue.write() as connection:
            connection.execute(update(pages).where(pages.c.number == 2).values(confidence=0.2))
        found = house.client("legal").json("/api/v1/reports")
        total = found["total"]
        assert {
            name: total[name] for name in ("papers", "pages", "read", "waiting", "failed", "doubtful")
        } == {
            "papers": 3,
            "pages": 3,
            "read": 2,
            "waiting": 1,
            "failed": 0,
            "doubtful": 1,
        }
        assert (total["linked"], total["linking_rate"]) == (1, 0.5)
        assert total["seconds_a_page"] is not None
        assert len(found["day"]) == 30
        assert found["day"][-1]["papers"] == 3
        assert sum(day["papers"] for day in found["day"]) == 3
        assert [(one["key"], one["name"], one["papers"]) for one in found["portfolio"]] == [
            (north, "North", 3)
        ]
        assert [(one["key"], one["papers"]) for one in found["station"]] == [("", 3)]

    def test_only_papers_in_scope_count_but_for_who_administers(self, house: House, north: str) -> None:
        read_paper(house, north, ["of the north"])
        read_paper(house, house.portfolio("South"), ["of the south"])
        operator = house.client("operator", scopes=[f"portfolio:{north}"])
        assert operator.json("/api/v1/reports")["total"]["papers"] == 1
        assert "South" not in markup(operator, "/reports")
        assert house.client("operator", scopes=[]).json("/api/v1/reports")["total"]["papers"] == 0
        assert house.client("administrator", scopes=[]).json("/api/v1/reports")["total"]["papers"] == 2
        problem(house.client("collector").get("/api/v1/reports"), 404, "NOT_FOUND")

    def test_a_day_is_one_of_the_readers_zone(self, house: House, north: str) -> None:
        document = read_paper(house, north, ["a letter of the night"])
        late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
        with house.archive.catalogue.write() as connection:
            connection.execute(update(documents).where(documents.c.id == document).values(received_at=late))
        found = house.client("legal").json("/api/v1/reports")  # the house keeps the time of Warsaw
        assert [day["key"] for day in found["day"] if day["papers"]] == ["2026-11-20"]

    def test_the_days_that_are_asked_for(self, house: House, north: str) -> None:
        read_paper(house, north, ["a letter"])
        client = house.client("legal")
        found = client.json("/api/v1/reports?first=2026-11-01&last=2026-11-02")
        assert (len(found["day"]), found["total"]["papers"]) == (2, 0)
        assert client.json(f"/api/v1/reports?portfolio={north}")["total"]["papers"] == 1
        assert client.json("/api/v1/reports?portfolio=elsewhere")["total"]["papers"] == 0
        for wrong in (
            "first=2026-11-02&last=2026-11-01",
            "first=2020-01-01&last=2026-11-01",
            "first=yesterday",
        ):
            problem(client.get(f"/api/v1/reports?{wrong}"), 400, "BAD_REQUEST")


class TestThePage:
    def test_charts_stand_above_their_tables(self, house: House, north: str) -> None:
        read_paper(house, north, ["a letter"])
        text = markup(house.client("legal"), "/reports")
        assert text.count('role="img"') == 3
        assert text.count("<table") == 3
        assert '<rect class="l0"' in text
        assert "1 paper came in, with 1 pages." in see(house.client("legal"), "/reports")

    def test_nothing_is_said_to_be_nothing(self, house: House) -> None:
        assert "Nothing came in on these days." in see(house.client("legal"), "/reports")

    def test_a_table_as_csv_has_no_formula(self, house: House) -> None:
        read_paper(house, house.portfolio("=HYPERLINK(1)"), ["a letter"])
        text = house.client("legal").get("/reports/portfolio.csv").text
        (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        assert (row["name"], row["papers"], row["linking_rate"]) == ("'=HYPERLINK(1)", "1", "0.0000")
        assert house.client("legal").get("/api/v1/reports/portfolio").text == text


class TestCharts:
    def test_layers_stand_upon_each_other(self) -> None:
        low, high = bars([(3, 1)], mirrored=False).bars
        assert low.y + low.height == HEIGHT
        assert high.y + high.height == pytest.approx(low.y)
        assert low.height == pytest.approx(3 * high.height)

    def test_mirrored_begins_at_the_right(self) -> None:
        plain, mirrored = (bars([(1,), (2,)], mirrored=which).bars[0] for which in (False, True))
        assert plain.x + plain.width / 2 == pytest.approx(WIDTH / 4)
        assert mirrored.x + mirrored.width / 2 == pytest.approx(WIDTH * 3 / 4)

    def test_a_line_is_broken_where_there_is_no_value(self) -> None:
        assert [len(run) for run in line([1, 2, None, 3], mirrored=False).runs] == [2, 1]

    @pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (7, 8), (23, 40), (101, 200), (0.03, 0.04)])
    def test_scales_end_at_round_figures(self, highest: float, top: float) -> None:
        assert line([highest], mirrored=False).scale[-1][0] == pytest.approx(top)

    def test_a_day_is_a_day(self, house: House) -> None:
        assert date.fromisoformat(house.client("legal").json("/api/v1/reports")["last"]) == date(2026, 11, 21)
