"""Linking and imports once more on PostgreSQL: the same tests, another catalogue."""

# ruff: noqa: F401, F811  # tests and fixtures are imported to be collected here as well

import pytest

from archive.archive import Archive
from archive.registry import NewClaim, NewParty, find_claims, find_parties, parties_in, put_claim, put_party
from archive.registry.lookup import claims_in
from tests.ingest.importing.test_run import (
    test_again_changes_nothing_and_a_change_leaves_what_was,
    test_claims_name_parties_by_their_external_ids,
)
from tests.ingest.test_finding_people import (
    test_a_part_that_very_many_have_is_found_in_a_small_scope,
    test_any_part_of_a_number_finds_its_claim,
    test_forms_of_a_name_find_whose_it_is,
)
from tests.ingest.test_linking import (
    paper,
    test_a_misread_number_links_with_the_name_and_is_proposed_without,
    test_a_name_alone_is_proposed_and_with_something_beside_it_linked,
    test_a_name_is_found_in_the_text_where_no_field_has_it,
    test_linking_that_is_asked_for_while_it_runs_is_done_again,
    test_namesakes_with_the_same_grounds_are_left_to_a_person,
)
from tests.ingest.test_postgresql import archive

pytestmark = pytest.mark.services


def test_people_are_found_as_they_are_typed(archive: Archive) -> None:
    with archive.catalogue.write() as connection:
        yuri = put_party(
            archive, connection, NewParty("Щербаков Юрий", identifiers=(("inn", "994944525208"),))
        )
        put_party(archive, connection, NewParty("Żaneta Łącka"))
        claim = put_claim(archive, connection, NewClaim("ABN/2023/004517"))
    with archive.catalogue.read() as connection:
        for text in ("щерб", "shcher yu", "5208", "9949"):
            assert [row.id for row in find_parties(connection, text, parties_in(None), 5)] == [yuri], text
        assert len(find_parties(connection, "zan lac", parties_in(None), 5)) == 1
        assert find_parties(connection, "zan shch", parties_in(None), 5) == []
        assert find_parties(connection, "щерб", parties_in([], []), 5) == []
        for text in ("abn2023", "4517", "ABN/2023/004517"):
            assert [row.id for row in find_claims(connection, text, claims_in(None), 5)] == [claim]
