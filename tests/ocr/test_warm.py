"""A reader that was started ahead of its first file."""

from ocr import Reader
from tests.ocr import papers


def test_a_warm_reader_reads_in_the_process_that_was_started() -> None:
    with Reader(languages=("en",)) as reader:
        assert reader.process is None
        reader.warm()
        started = reader.process
        reader.warm()
        reading = papers.read(reader, papers.saved(papers.drawn(["Invoice number seventeen"]), "PNG"))
        assert reader.process == started is not None
    assert "Invoice" in reading.pages[0].text


def test_a_warm_reader_that_is_never_used_ends() -> None:
    reader = Reader(languages=("en",))
    reader.warm()
    reader.close()
    assert reader.process is None
