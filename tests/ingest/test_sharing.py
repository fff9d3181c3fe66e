"""A paper follows others with its number: one that was read as such, never a date, a sum, an account or a telephone."""

import pytest

from archive.archive import Archive
from ingest.linking.said import said_of
from ingest.linking.sharing import by_shared_numbers
from ingest.worker import Worker
from tests.ingest.support import Doors, papers
from tests.ingest.test_linking import bases, put

ANNA, EWA = "Bartholomew Wisniowski", "Ewelina Zakrzewska"
MERELY_THERE = (
    "Krakow, 5 lipca 2024",
    "05.07.2024",
    "Do zaplaty: 12345,50 PLN",
    "PL61 1090 1014 0000 0712 1981 2874",
    "tel. +48 22 123 45 67",
    "ul. Bankowa 1, 00-950 Warszawa",
)


@pytest.mark.parametrize("line", MERELY_THERE)
def test_what_merely_stands_on_two_papers_links_neither_to_the_others_debtor(
    archive: Archive, doors: Doors, worker: Worker, line: str
) -> None:
    anna, ewa = (put(archive, name) for name in (ANNA, EWA))
    one, other = (doors.receive(papers([f"Dear {name},", line])).document for name in (ANNA, EWA))
    worker.drain()
    assert bases(archive, one) == {anna: ("name", "proposed")}
    assert bases(archive, other) == {ewa: ("name", "proposed")}


@pytest.mark.parametrize("line", ("HOR/2022/07719", "contract no. HOR/2022/07719"))
def test_a_number_that_was_read_as_one_on_either_paper_leads_to_the_debtor(
    archive: Archive, doors: Doors, worker: Worker, line: str
) -> None:
    anna = put(archive, ANNA)
    letter = doors.receive(papers([f"Dear {ANNA},", "contract no. HOR/2022/07719"])).document
    annex = doors.receive(papers(["Annex with the schedule of instalments", line])).document
    worker.drain()
    assert bases(archive, letter) == {anna: ("name", "proposed")}
    assert bases(archive, annex) == {anna: ("number", "proposed")}
    with archive.catalogue.read() as connection:
        found = by_shared_numbers(connection, annex, said_of([], {1: line}, 1, 1))
    (common,) = found[anna].numbers
    assert (set(common.pages), set(common.papers)) == ({1}, {letter})
    assert "HOR202207719" in common.number
    assert not found[anna].sure
