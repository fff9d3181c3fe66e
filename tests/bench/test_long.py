"""The long file of the throughput bench, short."""

from bench._long import read_long


def test_every_page_is_reported_and_the_reader_is_watched() -> None:
    found = read_long(6)
    assert (found.pages, found.reported) == (6, 6)
    assert 20 < found.warm_mib <= found.peak_mib
    assert found.figures()["growth_mib"] == found.peak_mib - found.warm_mib
