"""What is loaded is left alone by the collector, which goes on afterwards."""

import gc

import pytest

from tabellion.base.collecting import loaded_for_good


class Ring:
    """An object that only the collector can take away."""

    def __init__(self) -> None:
        self.self = self


def test_nothing_is_collected_in_the_block_and_all_of_it_is_left_alone() -> None:
    try:
        with loaded_for_good():
            assert not gc.isenabled()
            kept = Ring()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        assert not any(each is kept for each in gc.get_objects())
    finally:
        gc.unfreeze()


def test_it_goes_on_where_loading_fails_and_stays_off_where_it_was_off() -> None:
    try:
        with pytest.raises(ImportError), loaded_for_good():
            raise ImportError
        assert gc.isenabled()
        gc.disable()
        with loaded_for_good():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
        gc.unfreeze()
