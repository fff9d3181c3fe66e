"""Bytes come in over REST and go out as they came; a repeat is the same, a broken one is nothing."""

from tests.api.support import House, good, papers


class TestRoundTrip:
    def test_comes_in_is_found_and_goes_out_as_it_came(self, house: House) -> None:
        operator, collector = house.client("operator"), house.client("collector")
        received = house.hand_in(operator, ["Wezwanie do zaplaty", "Kwota 3044,51 zl"])
        house.settle()

        shown = collector.json(f"/api/v1/documents/{received['document']}")
        assert (shown["state"], shown["pages"]) == ("searchable", 1)
        answer = collector.json("/api/v1/search", params={"q": "wezwanie"})
        assert [hit["document"] for hit in answer["hits"]] == [received["document"]]
        original = collector.get(f"/api/v1/deposits/{received['deposit']}/original")
        assert original.content == papers(["Wezwanie do zaplaty", "Kwota 3044,51 zl"])
        receipt = good(operator.get(received["receipt"]))
        assert receipt["deposit"] == received["deposit"]
