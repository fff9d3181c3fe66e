"""What matters most of the intake, once more on PostgreSQL: the same tests, another catalogue."""

# ruff: noqa: F401  # tests and fixtures are imported to be collected here as well

from pathlib import Path

import pytest

from archive.archive import Archive
from archive.catalogue import Catalogue
from tabellion.base.clock import ManualClock
from tests.archives import archive_beside
from tests.ingest.test_batches import (
    box,
    station,
    test_a_closed_batch_refuses_every_change,
    test_a_list_of_digests_answers_what_is_missing,
    test_many_batches_at_once,
    test_one_open_batch_a_name,
    test_the_standing_queue_stands,
    test_void_separators_blanks_and_duplicates_are_counted_apart,
    test_what_operators_see,
)
from tests.ingest.test_composition import (
    paper,
    test_a_page_never_becomes_visible_to_more_people,
    test_a_split_makes_documents_and_entries,
    test_a_void_paper_says_where_its_pages_are_now,
    test_joining_again_gives_the_paper_back,
    test_the_papers_of_a_scan_in_its_order,
    test_what_people_decided_goes_with_the_pages,
)
from tests.ingest.test_decided_copies import (
    first,
    letter,
    test_a_copy_that_is_there_follows_each_decision_until_it_has_one_of_its_own,
    test_readers_of_a_copy_who_may_not_see_the_first_are_asked,
)
from tests.ingest.test_keeper import (
    test_a_paper_is_sealed_found_and_has_its_receipt,
    test_only_one_keeper_acts_and_another_takes_over,
)
from tests.ingest.test_linking import test_a_new_record_in_the_registry_links_papers_that_were_read_before
from tests.ingest.test_receive import (
    test_a_better_scan_takes_the_number,
    test_any_name_is_kept,
    test_everything_is_durable_before_the_acknowledgement,
    test_many_at_once_are_counted_once,
    test_the_same_act_again_is_counted_once,
    test_the_same_number_with_other_bytes_is_a_conflict,
)
from tests.ingest.test_worker import (
    test_a_worker_that_was_killed_loses_nothing,
    test_a_worker_whose_lease_passed_to_another_writes_nothing,
    test_reading_again_says_so_and_keeps_one_set_of_fields,
    test_what_cannot_be_read_stays_visible_with_a_reason,
)

pytestmark = pytest.mark.services


@pytest.fixture
def archive(postgresql_catalogue: Catalogue, template: Path, tmp_path: Path, clock: ManualClock) -> Archive:
    """As in conftest, with the catalogue on PostgreSQL."""
    return archive_beside(postgresql_catalogue, template, tmp_path, clock)
