"""The published reason codes that operators choose from, with their meaning in English; screens translate it."""

VOID_REASONS = {
    "number-skipped": "the feeder skipped the number; there is no paper for it",
    "double-feed": "two sheets went through as one; they were scanned again under other numbers",
    "test-sheet": "a test or cleaning sheet",
    "wrong-batch": "the paper belongs to another batch",
    "illegible": "the scan cannot be used and there is no better one",
}
"""Why a number of a batch is void."""

CLOSE_REASONS = {
    "not-in-box": "the paper was not in the box",
    "counted-wrong": "the declared count was wrong",
    "paper-damaged": "the paper cannot be scanned",
    "comes-later": "the paper comes later, as a supplement",
    "extra-paper": "there was more paper than declared",
}
"""Why a batch is closed although it does not balance."""
