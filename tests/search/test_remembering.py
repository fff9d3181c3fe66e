"""What is remembered until the next commit."""

from search.embedded.remembering import UntilCommit

FIRST, SECOND = (1, 10, 100), (1, 11, 200)


def test_a_value_is_made_once_for_a_commit() -> None:
    kept: UntilCommit[str, int] = UntilCommit(4)
    made = iter((1, 2))
    assert [kept.of(FIRST, "a", made.__next__) for _ in range(2)] == [1, 1]
    assert kept.of(SECOND, "a", made.__next__) == 2
    assert kept.get(FIRST, "a") is None


def test_what_was_made_for_a_commit_of_the_past_is_not_kept() -> None:
    kept: UntilCommit[str, int] = UntilCommit(4)
    assert kept.get(FIRST, "a") is None
    assert kept.get(SECOND, "b") is None  # another thread asks a newer commit meanwhile
    kept.put(FIRST, "a", 1)
    assert kept.get(SECOND, "a") is None


def test_the_one_that_was_not_asked_for_longest_makes_room() -> None:
    kept: UntilCommit[str, int] = UntilCommit(2)
    for key in "ab":
        kept.of(FIRST, key, lambda: 0)
    kept.get(FIRST, "a")
    kept.of(FIRST, "c", lambda: 0)
    assert [kept.get(FIRST, key) for key in "abc"] == [0, None, 0]
